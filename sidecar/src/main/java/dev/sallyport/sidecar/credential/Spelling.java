package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.config.PlaceholderConfig;

/**
 * How a text may spell a placeholder's token, whose characters ({@link PlaceholderConfig#token}) are the same in each
 * encoding but may be escaped all the same.
 */
enum Spelling {
    /** As it is. */
    RAW(-1),
    /** Each character as it is or percent-encoded (RFC 3986, section 2.1), in digits of either case. */
    PERCENT('%'),
    /** Each character as it is or as an escape of JSON with four digits (RFC 8259, section 7). */
    JSON('\\');

    private static final int PERCENT_LENGTH = 3;
    private static final int UNICODE_LENGTH = 6;

    /** What begins an escape; negative: nothing does. */
    private final int escape;

    /** A bit for each of the first 64 characters that a token in this spelling may have, and for each of the next 64. */
    private final long low;

    private final long high;

    Spelling(int escape) {
        this.escape = escape;
        this.low = bits(0, escape);
        this.high = bits(Long.SIZE, escape);
    }

    private static long bits(int from, int escape) {
        long bits = 0;
        for (int character = from; character < from + Long.SIZE; character++) {
            if (character == escape || isTokenCharacter(character)) {
                bits |= 1L << character;
            }
        }
        return bits;
    }

    private static boolean isTokenCharacter(int character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || character == '-'
                || character == '_';
    }

    /** Whether a token in this spelling may have this character, or this byte. */
    boolean mayHold(int character) {
        return character >= 0
                && character < 2 * Long.SIZE
                && ((character < Long.SIZE ? low : high) >>> character & 1) != 0;
    }

    /** What begins an escape; negative: nothing does. */
    int escape() {
        return escape;
    }

    /** How many bytes spell the character there. */
    int unit(byte[] text, int at, int to) {
        if (text[at] != escape) {
            return 1;
        }
        if (this == PERCENT) {
            return value(text, at, to) < 0 ? 1 : PERCENT_LENGTH;
        }
        return Math.min(at + 1 < to && text[at + 1] == 'u' ? UNICODE_LENGTH : 2, to - at);
    }

    /** The byte that stands there, once decoded; negative: none that a token has. */
    int value(byte[] text, int at, int to) {
        if (text[at] != escape) {
            return text[at];
        }
        int digits = this == PERCENT ? at + 1 : at + 2;
        int end = this == PERCENT ? at + PERCENT_LENGTH : at + UNICODE_LENGTH;
        if (end > to || (this == JSON && text[at + 1] != 'u')) {
            return -1;
        }
        int value = 0;
        for (int i = digits; i < end; i++) {
            int digit = hex(text[i]);
            if (digit < 0) {
                return -1;
            }
            value = value * 16 + digit;
        }
        return value;
    }

    /** Where the token ends that begins there; negative: none does. */
    int end(byte[] text, int at, int to, byte[] token) {
        int position = at;
        for (byte wanted : token) {
            if (position >= to) {
                return -1;
            }
            if (text[position] == wanted) {
                position++;
            } else if (text[position] == escape && value(text, position, to) == wanted) {
                position += this == PERCENT ? PERCENT_LENGTH : UNICODE_LENGTH;
            } else {
                return -1;
            }
        }
        return position;
    }

    private static int hex(byte digit) {
        if (digit >= '0' && digit <= '9') {
            return digit - '0';
        }
        int letter = (digit | 0x20) - 'a';
        return letter >= 0 && letter < 6 ? letter + 10 : -1;
    }
}
