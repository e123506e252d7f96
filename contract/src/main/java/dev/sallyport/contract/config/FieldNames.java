package dev.sallyport.contract.config;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which header fields a credential may be put into. */
public final class FieldNames {

    /** RFC 9110, section 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]{1,128}");

    private static final Set<String> FRAMING_OR_ROUTING = Set.of(
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "max-forwards",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "via");

    private FieldNames() {}

    /** Whether it is a token, and no field that frames the message, chooses its target or ends at the next hop. */
    public static boolean isInjectable(String name) {
        return TOKEN.matcher(name).matches() && !FRAMING_OR_ROUTING.contains(name.toLowerCase(Locale.ROOT));
    }
}
