package dev.sallyport.api.v1alpha1;

/** Regular expressions (RE2, anchored) of the schema; each says where its form is defined. */
final class Patterns {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final String LAST_LABEL = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String LITERAL =
            "((" + LABEL + "\\.)*" + LAST_LABEL + "|" + OCTET + "(\\." + OCTET + "){3}|\\[[0-9a-f:.]{2,45}\\])";
    private static final String WILDCARD = "\\*(\\." + LABEL + ")+\\." + LAST_LABEL;
    private static final String PORT =
            "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?";
    private static final String SEGMENT_START = "([A-Za-z0-9_~!$&'()*+,;=:@-]|%[0-9A-F]{2})";
    private static final String SEGMENT_REST = "([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})*";
    private static final String SEGMENT = "(\\.{0,2}" + SEGMENT_START + SEGMENT_REST + "|\\.{3}" + SEGMENT_REST + ")";

    /** RFC 1123 label, as Kubernetes spells it. */
    static final String DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    /** RFC 1123 subdomain, as Kubernetes spells it. */
    static final String DNS_SUBDOMAIN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /** A key of a Secret's or ConfigMap's data. */
    static final String DATA_KEY = "^[-._a-zA-Z0-9]+$";

    /** A name in lower case without trailing dot, an IPv4 or a bracketed IPv6 literal; optional port. */
    static final String HOST = "^" + LITERAL + PORT + "$";

    /** As {@link #HOST}, or {@code *.} before at least two labels. */
    static final String HOST_PATTERN = "^(" + LITERAL + "|" + WILDCARD + ")" + PORT + "$";

    /** RFC 9110 section 5.6.2. */
    static final String TOKEN = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

    /** RFC 9110 section 9.1, upper case only. */
    static final String METHOD = "^[A-Z][A-Z0-9_-]*$";

    /** RFC 3986 path-absolute of non-empty segments, none a dot segment; {@code *} is a wildcard. */
    static final String PATH_PATTERN = "^(/|(/" + SEGMENT + ")+/?)$";

    /** A fixed path: as {@link #PATH_PATTERN} without wildcards and trailing slash. */
    static final String PATH = "^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$";

    /** A variable's name that a shell can use too. */
    static final String C_IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$";

    /** A query parameter's name that needs no escaping. */
    static final String PARAMETER = "^[A-Za-z0-9._~$\\[\\]-]+$";

    /** An absolute https URI with a host and without userinfo, query or fragment. */
    static final String HTTPS_URL =
            "^https://" + LITERAL + PORT + "(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*$";

    /** RFC 6749 section 3.3. */
    static final String SCOPE = "^[!#-\\[\\]-~]+$";

    /** Visible ASCII. */
    static final String VISIBLE = "^[!-~]+$";

    /** A condition's reason, by the Kubernetes API conventions. */
    static final String REASON = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$";

    private Patterns() {}
}
