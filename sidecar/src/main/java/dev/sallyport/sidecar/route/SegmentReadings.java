package dev.sallyport.sidecar.route;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * What a path segment may come to be on its way: readers decode it once, again for the server behind them, cut parameters
 * off, fold characters of other scripts to ASCII, drop what is invisible, or trim. In none of these readings may it be a dot
 * segment, hold a backslash or a control, or be no text at all.
 */
final class SegmentReadings {

    /** How often a reader may decode a segment before it is seen as what it is. */
    private static final int DECODINGS = 4;

    /** What code pages other than Unicode have for a slash, and what looks like one. NFKC knows the full-width one. */
    private static final String SLASHES = "\u2044\u2215\u29F8\u2571\u2572\u29F9";

    /** The same for a backslash: the yen and won signs share its code in Japan's and Korea's code pages. */
    private static final String BACKSLASHES = "\u2216\u29F5\u00A5\u20A9";

    private SegmentReadings() {}

    /**
     * Reads it in each of these ways.
     *
     * @param segment without a slash, each percent sign beginning an escape
     */
    static void check(String segment) throws AmbiguousPathException {
        String text = segment;
        for (int i = 0; i < DECODINGS; i++) {
            checkReading(text);
            if (text.indexOf('%') < 0) {
                return;
            }
            String decoded = decode(text);
            if (decoded.equals(text)) {
                return;
            }
            text = decoded;
        }
        throw new AmbiguousPathException("it is encoded too often");
    }

    private static void checkReading(String text) throws AmbiguousPathException {
        AmbiguousPathException.unless(
                text.chars().noneMatch(Character::isISOControl), "it has an encoded control character");
        AmbiguousPathException.unless(!spellsUtf16(text), "it has an escape of the form %uXXXX");
        if (isAscii(text)) {
            checkParts(text);
            return;
        }
        String folded = Normalizer.normalize(text, Normalizer.Form.NFKC);
        AmbiguousPathException.unless(
                count(folded, '%') == count(text, '%'), "it has a percent sign of another script");
        checkParts(folded);
        checkDots(lookalikes(folded));
        checkDots(lowBytes(text));
    }

    private static void checkParts(String text) throws AmbiguousPathException {
        AmbiguousPathException.unless(text.indexOf('\\') < 0, "it has a backslash");
        AmbiguousPathException.unless(
                !text.startsWith(";") && !text.contains("/;"), "a segment begins with a semicolon");
        checkDots(text);
    }

    private static void checkDots(String text) throws AmbiguousPathException {
        int begin = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == '/' || text.charAt(i) == '\\') {
                AmbiguousPathException.unless(!isDots(text, begin, i), "it has a dot segment");
                begin = i + 1;
            }
        }
    }

    /** Whether a part is a dot segment once parameters and surrounding space are gone, as some file systems drop it. */
    private static boolean isDots(String text, int begin, int end) {
        int dots = 0;
        for (int i = begin; i < end; i++) {
            char c = text.charAt(i);
            if (c == ';') {
                break;
            }
            if (c == '.') {
                dots++;
            } else if (c != '+' && !Character.isWhitespace(c)) {
                return false;
            }
        }
        return dots == 1 || dots == 2;
    }

    /** What is invisible left out, and what only looks like a slash made one. */
    private static String lookalikes(String text) {
        StringBuilder seen = new StringBuilder(text.length());
        text.codePoints().filter(c -> !isInvisible(c)).forEach(c -> {
            if (SLASHES.indexOf(c) >= 0) {
                seen.append('/');
            } else if (BACKSLASHES.indexOf(c) >= 0) {
                seen.append('\\');
            } else {
                seen.appendCodePoint(c);
            }
        });
        return seen.toString();
    }

    /** As a reader sees it that keeps eight bits of a character: U+012E is a dot to it. */
    private static String lowBytes(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        text.chars().forEach(c -> kept.append((char) (c & 0xff)));
        return kept.toString();
    }

    private static boolean isInvisible(int c) {
        return Character.getType(c) == Character.FORMAT
                || (c >= 0xfe00 && c <= 0xfe0f)
                || (c >= 0x180b && c <= 0x180f)
                || (c >= 0xe0100 && c <= 0xe01ef)
                || c == 0x034f
                || c == 0x115f
                || c == 0x1160
                || c == 0x3164
                || c == 0xffa0;
    }

    /** Decodes every escape once; a percent sign that begins none, as a second decoding may meet, stays. */
    private static String decode(String text) throws AmbiguousPathException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean mayEscape = c == '%' && i + 2 < text.length();
            int high = mayEscape ? RequestPath.hex(text.charAt(i + 1)) : -1;
            int low = mayEscape ? RequestPath.hex(text.charAt(i + 2)) : -1;
            if (high >= 0 && low >= 0) {
                octets.write(high * 16 + low);
                i += 2;
            } else if (c < 0x80) {
                octets.write(c);
            } else {
                int codePoint = text.codePointAt(i);
                octets.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(codePoint) - 1;
            }
        }
        try {
            // A new decoder reports what is malformed, overlong sequences and surrogates included.
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AmbiguousPathException("an escaped sequence is not UTF-8");
        }
    }

    private static boolean spellsUtf16(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (i + 5 < text.length()
                    && (text.charAt(i + 1) == 'u' || text.charAt(i + 1) == 'U')
                    && text.substring(i + 2, i + 6).chars().allMatch(c -> RequestPath.hex((char) c) >= 0)) {
                return true;
            }
        }
        return false;
    }

    private static long count(String text, char c) {
        return text.chars().filter(each -> each == c).count();
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }
}
