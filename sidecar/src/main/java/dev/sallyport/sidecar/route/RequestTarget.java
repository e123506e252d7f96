package dev.sallyport.sidecar.route;

import java.util.Locale;
import java.util.Optional;

/** The forms of a request target (RFC 9112, section 3.2), told apart; their paths and queries are not yet judged. */
public sealed interface RequestTarget {

    /**
     * Reads a target.
     *
     * @param text as it arrived, of a request whose method is not CONNECT
     */
    static RequestTarget parse(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return new Malformed("it holds white space, a control or a character that is not ASCII");
            }
            if (c == '#') {
                return new Malformed("it has a fragment");
            }
        }
        if (text.startsWith("/")) {
            int query = queryStart(text, 0);
            return new OriginForm(text.substring(0, query), text.substring(query));
        }
        return text.equals("*") ? new AsteriskForm() : absolute(text);
    }

    private static RequestTarget absolute(String text) {
        int colon = text.indexOf("://");
        if (colon <= 0 || !isScheme(text.substring(0, colon))) {
            return new Malformed("it is neither a path nor an absolute URI");
        }
        int begin = colon + 3;
        int end = begin;
        while (end < text.length() && text.charAt(end) != '/' && text.charAt(end) != '?') {
            end++;
        }
        String authority = text.substring(begin, end);
        if (authority.indexOf('@') >= 0) {
            return new Malformed("it has a user name");
        }
        Optional<Authority> read = Authority.parse(authority);
        if (read.isEmpty()) {
            return new Malformed("its host or port cannot be read in one way only");
        }
        int query = queryStart(text, end);
        return new AbsoluteForm(
                text.substring(0, colon).toLowerCase(Locale.ROOT),
                read.get(),
                text.substring(end, query),
                text.substring(query));
    }

    private static int queryStart(String text, int from) {
        int mark = text.indexOf('?', from);
        return mark < 0 ? text.length() : mark;
    }

    /** RFC 3986, section 3.1. */
    private static boolean isScheme(String text) {
        return text.chars().allMatch(c -> isLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')
                && isLetter(text.charAt(0));
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /**
     * A path.
     *
     * @param path from its first slash on, as it arrived
     * @param query with its question mark; empty: there is none
     */
    record OriginForm(String path, String query) implements RequestTarget {

        /** The first segment, undecoded. */
        public String firstSegment() {
            int end = path.indexOf('/', 1);
            return end < 0 ? path.substring(1) : path.substring(1, end);
        }

        /** What is left of the path without the first segment; at least a slash. */
        public String afterFirstSegment() {
            int end = path.indexOf('/', 1);
            return end < 0 ? "/" : path.substring(end);
        }
    }

    /**
     * A whole URI, as a client sends it to a proxy.
     *
     * @param scheme in lower case
     * @param authority whom it is for
     * @param path from its first slash on, as it arrived; empty: there is none, which means the same as a slash, save in
     *     OPTIONS
     * @param query with its question mark; empty: there is none
     */
    record AbsoluteForm(String scheme, Authority authority, String path, String query) implements RequestTarget {}

    /** The server as a whole: {@code *}. */
    record AsteriskForm() implements RequestTarget {}

    /**
     * None of them.
     *
     * @param why the end of a sentence; quotes nothing
     */
    record Malformed(String why) implements RequestTarget {}
}
