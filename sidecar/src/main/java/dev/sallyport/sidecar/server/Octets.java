package dev.sallyport.sidecar.server;

import java.nio.charset.StandardCharsets;

/** The classes of octets that HTTP's grammar is made of (RFC 9110, section 5.6). */
final class Octets {

    static final byte CR = '\r';
    static final byte LF = '\n';
    static final byte SP = ' ';
    static final byte HTAB = '\t';

    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (byte octet : "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                .getBytes(StandardCharsets.US_ASCII)) {
            TOKEN[octet] = true;
        }
    }

    private Octets() {}

    static boolean isToken(byte octet) {
        return TOKEN[octet & 0xff];
    }

    static boolean isToken(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0x7f || !TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Visible ASCII, no space. */
    static boolean isVisible(int octet) {
        return octet > 0x20 && octet < 0x7f;
    }

    static boolean isVisible(CharSequence text) {
        return !text.isEmpty() && text.chars().allMatch(Octets::isVisible);
    }

    /** What a field value may hold: visible characters, space, tab and {@code obs-text}. */
    static boolean isField(int octet) {
        return (octet >= 0x20 && octet != 0x7f) || octet == HTAB;
    }

    static boolean isWhitespace(int octet) {
        return octet == SP || octet == HTAB;
    }

    /** The value of a hexadecimal digit; -1: it is none. */
    static int hex(byte octet) {
        return Character.digit(octet, 16);
    }

    static String text(byte[] octets, int from, int to) {
        return new String(octets, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
