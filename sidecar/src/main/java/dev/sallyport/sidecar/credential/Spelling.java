package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.config.PlaceholderConfig;

/**
 * How a text may spell a placeholder's token, whose characters ({@link PlaceholderConfig#token}) are the same in each
 * encoding but may be escaped all the same.
 */
enum Spelling {
    /** As it is. */
    RAW {
        @Override
        boolean isEscape(byte[] text, int at, int to) {
            return false;
        }
    },
    /** Each character as it is or percent-encoded (RFC 3986, section 2.1), in digits of either case. */
    PERCENT {
        @Override
        boolean isEscape(byte[] text, int at, int to) {
            return text[at] == '%' && at + 2 < to && hex(text[at + 1]) >= 0 && hex(text[at + 2]) >= 0;
        }
    },
    /** Each character as it is or as an escape of JSON with four digits (RFC 8259, section 7). */
    JSON {
        @Override
        boolean isEscape(byte[] text, int at, int to) {
            return text[at] == '\\' && at + 1 < to;
        }
    };

    private static final int PERCENT_LENGTH = 3;
    private static final int UNICODE_LENGTH = 6;

    abstract boolean isEscape(byte[] text, int at, int to);

    /** Whether a token in this spelling may have this byte. */
    final boolean mayHold(int octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || octet == '-'
                || octet == '_'
                || (octet == '%' && this == PERCENT)
                || (octet == '\\' && this == JSON);
    }

    /** How many bytes spell the character there. */
    final int unit(byte[] text, int at, int to) {
        if (!isEscape(text, at, to)) {
            return 1;
        }
        if (this == PERCENT) {
            return PERCENT_LENGTH;
        }
        return Math.min(text[at + 1] == 'u' ? UNICODE_LENGTH : 2, to - at);
    }

    /** The byte that stands there, once decoded; negative: none that a token has. */
    final int value(byte[] text, int at, int to) {
        if (!isEscape(text, at, to)) {
            return text[at];
        }
        if (this == PERCENT) {
            return hex(text[at + 1]) * 16 + hex(text[at + 2]);
        }
        if (text[at + 1] != 'u' || at + UNICODE_LENGTH > to) {
            return -1;
        }
        int value = 0;
        for (int i = at + 2; i < at + UNICODE_LENGTH; i++) {
            int digit = hex(text[i]);
            if (digit < 0) {
                return -1;
            }
            value = value * 16 + digit;
        }
        return value;
    }

    /** Where the token ends that begins there; negative: none does. */
    final int end(byte[] text, int at, int to, byte[] token) {
        int position = at;
        for (byte wanted : token) {
            if (position >= to || value(text, position, to) != wanted) {
                return -1;
            }
            position += unit(text, position, to);
        }
        return position;
    }

    private static int hex(byte digit) {
        return digit < 0 ? -1 : Character.digit(digit, 16);
    }
}
