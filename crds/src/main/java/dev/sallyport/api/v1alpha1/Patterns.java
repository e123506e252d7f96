package dev.sallyport.api.v1alpha1;

/** Regular expressions (RE2, anchored) of the schema; each says where its form is defined. */
final class Patterns {
    private static final String LABEL = "[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?";
    private static final String LAST_LABEL = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String LITERAL =
            "((" + LABEL + "\\.)*" + LAST_LABEL + "|" + OCTET + "(\\." + OCTET + "){3}|\\[[0-9a-f:.]{2,45}\\])";
    private static final String WILDCARD = "\\*(\\." + LABEL + ")+\\." + LAST_LABEL;
    private static final String PORT =
            "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?";
    /** Not of an unreserved character: the normal form spells those plainly. */
    private static final String ESCAPE = "%([0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|[46]0|5[B-E]|7[B-DF])";

    private static final String NO_DOT = "([A-Za-z0-9_~!$&'()+,;=:@-]|" + ESCAPE + ")";
    private static final String ANY = "([A-Za-z0-9._~!$&'()+,;=:@-]|" + ESCAPE + ")";

    /** With single wildcards; or without any, and then neither {@code .} nor {@code ..}. */
    private static final String SEGMENT =
            "(" + ANY + "*\\*(" + ANY + "+\\*)*" + ANY + "*|\\.{0,2}" + NO_DOT + ANY + "*|\\.{3}" + ANY + "*)";

    /** RFC 1123 label, as Kubernetes spells it. */
    static final String DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    /** RFC 1123 subdomain, as Kubernetes spells it. */
    static final String DNS_SUBDOMAIN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /** Part of a ConfigMap's key, which adds {@code .yaml}. */
    static final String PROFILE = "^[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$";

    /** A key of a Secret's or ConfigMap's data. */
    static final String DATA_KEY = "^[-._a-zA-Z0-9]+$";

    /** A name in lower case without trailing dot, an IPv4 or a bracketed IPv6 literal; optional port. */
    static final String HOST = "^" + LITERAL + PORT + "$";

    /** As {@link #HOST}, or {@code *.} before at least two labels. */
    static final String HOST_PATTERN = "^(" + LITERAL + "|" + WILDCARD + ")" + PORT + "$";

    /** RFC 9110 section 5.6.2. */
    static final String TOKEN = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

    /** Header fields that frame a message, choose its target or end at the next hop; a list of CEL strings. */
    static final String FRAMING_OR_ROUTING = "'connection', 'content-encoding', 'content-length', 'content-type', "
            + "'expect', 'host', 'http2-settings', 'keep-alive', 'max-forwards', 'proxy-authenticate', "
            + "'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'via'";

    /** RFC 9110 section 9.1, upper case only. */
    static final String METHOD = "^[A-Z][A-Z-]*$";

    /** RFC 3986 path-absolute of non-empty segments, none a dot segment; {@code *} anywhere, {@code **} at the end. */
    static final String PATH_PATTERN = "^(/" + SEGMENT + ")*(/(\\*\\*)?)?$";

    /** A fixed path: as {@link #PATH_PATTERN} without wildcards and trailing slash. */
    static final String PATH = "^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$";

    /** A variable's name that a shell can use too. */
    static final String C_IDENTIFIER = "^[A-Za-z_][A-Za-z0-9_]*$";

    /** A query parameter's name that needs no escaping: RFC 3986 unreserved characters. */
    static final String PARAMETER = "^[A-Za-z0-9._~-]+$";

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
