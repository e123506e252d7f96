package dev.sallyport.sidecar.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A path that can be read in one way only. Immutable. */
public final class RequestPath {

    private static final String UNRESERVED_MARKS = "-._~";
    private static final String PATH_MARKS = "!$&'()*+,;=:@";
    private static final String TOLERATED = "\"<>[]^`{|}";

    private final String original;
    private final String normal;
    private final List<String> segments;
    private final boolean spellsDelimiter;

    private RequestPath(String original, String normal, boolean spellsDelimiter) {
        this.original = original;
        this.normal = normal;
        this.segments = segments(normal);
        this.spellsDelimiter = spellsDelimiter;
    }

    /**
     * Reads a path.
     *
     * @param path from its first slash on
     * @throws AmbiguousPathException if two readers could read it in two ways
     */
    public static RequestPath parse(String path) throws AmbiguousPathException {
        AmbiguousPathException.unless(path.startsWith("/"), "it does not begin with a slash");
        AmbiguousPathException.unless(!path.contains("//"), "it has an empty segment (//)");
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
                AmbiguousPathException.unless(
                        TOLERATED.indexOf(c) >= 0, "it has a character that no path holds, or a backslash");
                appendEncoded(normal, c);
            }
        }
        for (String segment : segments(path)) {
            SegmentReadings.check(segment);
        }
        return new RequestPath(path, normal.toString(), delimiter);
    }

    /** As it is sent. */
    public String original() {
        return original;
    }

    /**
     * The form that rules are matched on (RFC 3986, section 6.2.2): unreserved characters decoded, all else that is no path
     * character encoded, hexadecimal digits in upper case.
     */
    public String normal() {
        return normal;
    }

    /** The normal form's segments, without the slash before each; at least one. */
    List<String> segments() {
        return segments;
    }

    /** Whether it holds an encoded slash or percent sign, which only a rule that spells it permits. */
    public boolean spellsDelimiter() {
        return spellsDelimiter;
    }

    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        int begin = 1;
        for (int slash = path.indexOf('/', 1); slash >= 0; slash = path.indexOf('/', begin)) {
            segments.add(path.substring(begin, slash));
            begin = slash + 1;
        }
        segments.add(path.substring(begin));
        return segments;
    }

    private static int octet(String path, int percent) throws AmbiguousPathException {
        boolean whole = percent + 2 < path.length();
        int high = whole ? hex(path.charAt(percent + 1)) : -1;
        int low = whole ? hex(path.charAt(percent + 2)) : -1;
        AmbiguousPathException.unless(high >= 0 && low >= 0, "a percent sign begins no escape");
        return high * 16 + low;
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

    /** Of an ASCII digit only: other scripts have digits too. */
    static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
