package dev.sallyport.sidecar.pipeline;

import dev.sallyport.sidecar.route.Origin;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which fields pass. All do, in their order and spelling, save those that end at the next hop (RFC 9110, section 7.6.1)
 * and those that frame the message. Credentials are another stage's.
 */
final class Fields {

    static final String CONNECTION = "connection";
    static final String CONTENT_LENGTH = "content-length";
    static final String EXPECT = "expect";
    static final String HOST = "host";
    static final String TE = "te";
    static final String TRANSFER_ENCODING = "transfer-encoding";
    static final String UPGRADE = "upgrade";

    private static final Set<String> HOP_BY_HOP =
            Set.of(CONNECTION, "keep-alive", TE, TRANSFER_ENCODING, UPGRADE, "http2-settings", "proxy-connection");

    /** What a trailer may not hold (RFC 9110, section 6.5.1), and what some servers would take for the client's identity. */
    private static final Set<String> NEVER_TRAILERS = Set.of(
            CONNECTION,
            "keep-alive",
            TE,
            TRANSFER_ENCODING,
            UPGRADE,
            "http2-settings",
            "proxy-connection",
            "proxy-authorization",
            "proxy-authenticate",
            CONTENT_LENGTH,
            HOST,
            EXPECT,
            "content-encoding",
            "content-type",
            "content-range",
            "trailer",
            "authorization",
            "x-api-key",
            "api-key",
            "x-goog-api-key",
            "cookie",
            "set-cookie");

    private Fields() {}

    /** A request's fields as they go to the upstream, before any credential. */
    static HttpHeaders forward(HttpHeaders from, Origin origin) {
        Set<String> dropped = endingHere(from);
        dropped.remove(HOST);
        HttpHeaders to = fresh();
        boolean hasHost = false;
        for (Map.Entry<String, String> field : from) {
            String name = lower(field.getKey());
            if (name.equals(HOST)) {
                to.add(field.getKey(), origin.hostField());
                hasHost = true;
            } else if (name.equals(TE) && accepts(field.getValue(), "trailers")) {
                // All that TE may still say in HTTP/2 (RFC 9113, section 8.2.2); gRPC servers insist on it.
                to.set(field.getKey(), "trailers");
            } else if (!dropped.contains(name) && !name.startsWith("proxy-")) {
                to.add(field.getKey(), field.getValue());
            }
        }
        if (!hasHost) {
            to.add("Host", origin.hostField());
        }
        return to;
    }

    /** An answer's fields as they go to the client. */
    static HttpHeaders answer(HttpHeaders from) {
        Set<String> dropped = endingHere(from);
        HttpHeaders to = fresh();
        for (Map.Entry<String, String> field : from) {
            String name = lower(field.getKey());
            if (!dropped.contains(name) && !name.startsWith("proxy-")) {
                to.add(field.getKey(), field.getValue());
            }
        }
        return to;
    }

    /** Trailers as they go on. */
    static HttpHeaders trailers(HttpHeaders from) {
        if (from.isEmpty()) {
            return EmptyHttpHeaders.INSTANCE;
        }
        HttpHeaders to = fresh();
        for (Map.Entry<String, String> field : from) {
            if (!NEVER_TRAILERS.contains(lower(field.getKey()))) {
                to.add(field.getKey(), field.getValue());
            }
        }
        return to;
    }

    /** No fields yet. What is added has been checked where it came in, or is checked where it goes out. */
    static HttpHeaders fresh() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }

    private static Set<String> endingHere(HttpHeaders fields) {
        Set<String> dropped = new HashSet<>(HOP_BY_HOP);
        for (String value : fields.getAll(CONNECTION)) {
            for (String option : value.split(",", -1)) {
                dropped.add(lower(option.strip()));
            }
        }
        // The length is not the next hop's to lose: it frames the body that is sent on.
        dropped.remove(CONTENT_LENGTH);
        return dropped;
    }

    private static boolean accepts(String value, String token) {
        for (String member : value.split(",", -1)) {
            if (lower(member.strip()).equals(token)) {
                return true;
            }
        }
        return false;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
