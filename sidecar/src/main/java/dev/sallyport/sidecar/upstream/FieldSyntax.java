package dev.sallyport.sidecar.upstream;

/** What may stand in a head (RFC 9110, sections 5.5 and 5.6.2). Failures' texts hold nothing of what was judged. */
final class FieldSyntax {

    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = '0'; c <= 'z'; c++) {
            TOKEN[c] = c <= '9' || (c >= 'A' && c <= 'Z') || c >= 'a';
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    private FieldSyntax() {}

    static boolean isToken(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 128 || !TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Octets but controls; a tabulator is none here. */
    static boolean isValue(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 127 || c > 255) {
                return false;
            }
        }
        return true;
    }

    static void requireToken(CharSequence text) {
        require(isToken(text), "not a token");
    }

    static void requireValue(CharSequence text) {
        require(isValue(text), "not a field value");
    }

    /** Octets but controls and spaces, at least one. */
    static void requireTarget(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            require(c > ' ' && c != 127 && c <= 255, "not a request target");
        }
        require(!text.isEmpty(), "no request target");
    }

    static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
