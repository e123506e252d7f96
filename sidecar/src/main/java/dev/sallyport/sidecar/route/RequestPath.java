package dev.sallyport.sidecar.route;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;

/**
 * A path that can be read in one way only.
 *
 * @param original as it is sent
 * @param normal the normal form that rules are matched on (RFC 3986, section 6.2.2): unreserved characters decoded, all
 *     else that is no path character encoded, hexadecimal digits in upper case
 * @param spellsDelimiter whether it holds an encoded slash or percent sign, which only a rule that spells it permits
 */
public record RequestPath(String original, String normal, boolean spellsDelimiter) {

    private static final String UNRESERVED_MARKS = "-._~";
    private static final String PATH_MARKS = "!$&'()*+,;=:@";
    private static final String TOLERATED = "\"<>[]^`{|}";

    /** How often a reader may decode a segment before it is seen as what it is. */
    private static final int DECODINGS = 4;

    /**
     * Reads a path.
     *
     * @param path from its first slash on, printable ASCII
     * @throws AmbiguousPathException if two readers could read it in two ways
     */
    public static RequestPath parse(String path) throws AmbiguousPathException {
        require(path.startsWith("/"), "it does not begin with a slash");
        require(!path.contains("//"), "it has an empty segment (//)");
        StringBuilder normal = new StringBuilder(path.length() + 16);
        boolean delimiter = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%') {
                int octet = octet(path, i);
                delimiter |= octet == '/' || octet == '%';
                appendOctet(normal, octet);
                i += 2;
            } else if (c == '/' || isUnreserved(c) || PATH_MARKS.indexOf(c) >= 0) {
                normal.append(c);
            } else {
                require(TOLERATED.indexOf(c) >= 0, "it has a character that no path holds, or a backslash");
                appendEncoded(normal, c);
            }
        }
        for (String segment : path.substring(1).split("/", -1)) {
            checkSegment(segment);
        }
        return new RequestPath(path, normal.toString(), delimiter);
    }

    private static void checkSegment(String segment) throws AmbiguousPathException {
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
        require(text.indexOf('\\') < 0, "it has a backslash");
        require(text.chars().noneMatch(Character::isISOControl), "it has an encoded control character");
        String folded = isAscii(text) ? text : Normalizer.normalize(text, Normalizer.Form.NFKC);
        for (String part : folded.split("/", -1)) {
            int parameter = part.indexOf(';');
            String name = parameter < 0 ? part : part.substring(0, parameter);
            require(!name.equals(".") && !name.equals(".."), "it has a dot segment");
            require(parameter != 0, "a segment begins with a semicolon");
        }
        require(folded.indexOf('\\') < 0, "it has a backslash");
    }

    /** Decodes every escape once; a percent sign that begins none, as a second decoding may meet, stays. */
    private static String decode(String text) throws AmbiguousPathException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (c == '%' && high >= 0 && low >= 0) {
                octets.write(high * 16 + low);
                i += 2;
            } else {
                octets.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AmbiguousPathException("an escaped sequence is not UTF-8");
        }
    }

    private static int octet(String path, int percent) throws AmbiguousPathException {
        require(percent + 2 < path.length(), "a percent sign begins no escape");
        char first = path.charAt(percent + 1);
        char second = path.charAt(percent + 2);
        require(isHex(first) && isHex(second), "a percent sign begins no escape");
        return Character.digit(first, 16) * 16 + Character.digit(second, 16);
    }

    private static void appendOctet(StringBuilder normal, int octet) {
        if (octet < 0x80 && isUnreserved((char) octet)) {
            normal.append((char) octet);
        } else {
            appendEncoded(normal, octet);
        }
    }

    private static void appendEncoded(StringBuilder normal, int octet) {
        String hex = Integer.toHexString(octet).toUpperCase(Locale.ROOT);
        normal.append(octet < 16 ? "%0" : "%").append(hex);
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || UNRESERVED_MARKS.indexOf(c) >= 0;
    }

    private static boolean isHex(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static void require(boolean condition, String otherwise) throws AmbiguousPathException {
        if (!condition) {
            throw new AmbiguousPathException(otherwise);
        }
    }
}
