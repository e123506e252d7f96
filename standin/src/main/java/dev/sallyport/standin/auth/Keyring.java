package dev.sallyport.standin.auth;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;

/** The real keys of one provider. Several may be good at once, as they are while a key is rotated. */
@FunctionalInterface
public interface Keyring {
    /** No key is good. */
    int NONE = 0;

    /** The keys that are good now, in order. */
    List<String> keys();

    /** A ring that no key opens. */
    static Keyring empty() {
        return List::of;
    }

    /** A ring of these keys, for good. */
    static Keyring of(String... keys) {
        var fixed = List.of(keys);
        return () -> fixed;
    }

    /**
     * The keys in a file, one a line, as the file is at the time of asking.
     *
     * @throws IllegalArgumentException if the file cannot be read now; later, a file that cannot be read holds no key
     */
    static Keyring inFile(Path file, InstantSource clock) {
        return new KeyFile(file, clock);
    }

    /**
     * Which key this is. Takes the same time for every candidate of one length: digests are compared, all of them.
     *
     * @return the key's line, from 1, or {@link #NONE}
     */
    default int lineOf(String candidate) {
        var digest = Sha256.of(candidate);
        int line = NONE;
        int current = 0;
        for (var key : keys()) {
            current++;
            line = MessageDigest.isEqual(Sha256.of(key), digest) ? current : line;
        }
        return line;
    }
}
