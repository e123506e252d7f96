package dev.sallyport.sidecar.credential;

import java.util.Base64;
import java.util.Optional;

/** A field's value of the scheme Basic (RFC 7617), taken apart. */
public final class BasicField {

    private static final String SCHEME = "basic ";

    /** As it was spelled, with the spaces after it. */
    private final String scheme;

    private final byte[] pair;

    private BasicField(String scheme, byte[] pair) {
        this.scheme = scheme;
        this.pair = pair;
    }

    /** Reads a value as RFC 4648, section 4, has it, with or without padding. Empty: it is something else. */
    public static Optional<BasicField> read(String value) {
        return split(value)
                .flatMap(at -> decode(value.substring(at), Base64.getDecoder())
                        .map(pair -> new BasicField(value.substring(0, at), pair)));
    }

    /** Reads a value as the most lenient server may: either alphabet, strange characters among it. */
    static Optional<byte[]> readLeniently(String value) {
        return split(value)
                .flatMap(at -> decode(
                        value.substring(at).replace('-', '+').replace('_', '/').replace("=", ""),
                        Base64.getMimeDecoder()));
    }

    /** Where the encoded pair begins. */
    private static Optional<Integer> split(String value) {
        if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        int at = SCHEME.length();
        while (at < value.length() && value.charAt(at) == ' ') {
            at++;
        }
        return Optional.of(at);
    }

    private static Optional<byte[]> decode(String text, Base64.Decoder decoder) {
        try {
            return Optional.of(decoder.decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** User name, colon and password; what a client sends may be anything. */
    public byte[] pair() {
        return pair;
    }

    /** Where the colon is; the pair's length, if there is none. */
    int colon() {
        int at = 0;
        while (at < pair.length && pair[at] != ':') {
            at++;
        }
        return at;
    }

    /** The field's value with this pair. */
    String with(byte[] newPair) {
        return scheme + Base64.getEncoder().encodeToString(newPair);
    }

    /** Without the pair. */
    @Override
    public String toString() {
        return "BasicField[" + pair.length + " bytes]";
    }
}
