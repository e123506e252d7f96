package dev.sallyport.sidecar.route;

/** The forms of a request target (RFC 9112, section 3.2), told apart, not yet judged. */
public sealed interface RequestTarget {

    /**
     * Reads a target.
     *
     * @param text as it arrived, of a request whose method is not CONNECT
     */
    static RequestTarget parse(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                return new Malformed();
            }
        }
        if (text.startsWith("/")) {
            int query = text.indexOf('?');
            return query < 0
                    ? new OriginForm(text, "")
                    : new OriginForm(text.substring(0, query), text.substring(query));
        }
        return new Other();
    }

    /**
     * A path on the proxy itself.
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

    /** Absolute, authority or asterisk form. */
    record Other() implements RequestTarget {}

    /** It holds white space, controls, non-ASCII or a fragment. */
    record Malformed() implements RequestTarget {}
}
