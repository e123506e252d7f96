package dev.sallyport.standin.exchange;

import java.util.concurrent.ThreadLocalRandom;

/** Identifiers that look like the providers'. */
public final class Ids {
    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final int LENGTH = 22;

    private Ids() {}

    /** A new identifier: the prefix and {@value #LENGTH} random characters. */
    public static String next(String prefix) {
        var id = new StringBuilder(prefix);
        var random = ThreadLocalRandom.current();
        for (int i = 0; i < LENGTH; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
