package dev.sallyport.sidecar.pipeline;

import dev.sallyport.sidecar.credential.Injection;
import dev.sallyport.sidecar.route.Origin;
import io.vertx.core.MultiMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which fields pass. All do, in their order and spelling, save those that end at the next hop (RFC 9110, section 7.6.1),
 * those that frame the message, and on a credentialed route every credential that the client sent itself.
 */
final class Fields {

    static final String CONNECTION = "connection";
    static final String CONTENT_LENGTH = "content-length";
    static final String HOST = "host";
    static final String TRANSFER_ENCODING = "transfer-encoding";
    static final String UPGRADE = "upgrade";

    private static final Set<String> HOP_BY_HOP =
            Set.of(CONNECTION, "keep-alive", "te", TRANSFER_ENCODING, UPGRADE, "http2-settings", "proxy-connection");

    private static final Set<String> CLIENT_CREDENTIALS =
            Set.of("authorization", "x-api-key", "api-key", "x-goog-api-key");

    private Fields() {}

    /** Copies a request's fields to the request that goes to the upstream, and puts the credential in. */
    static void forward(MultiMap from, MultiMap to, Origin origin, Injection injection) {
        Set<String> dropped = endingHere(from);
        // The body's trailers are not passed on, so nothing may announce them.
        dropped.add("trailer");
        dropped.remove(HOST);
        if (injection != Injection.None.UNCREDENTIALED_ROUTE) {
            dropped.addAll(CLIENT_CREDENTIALS);
        }
        if (injection instanceof Injection.Field field) {
            dropped.add(lower(field.name()));
        }
        boolean hasHost = false;
        for (Map.Entry<String, String> field : from) {
            String name = lower(field.getKey());
            if (name.equals(HOST)) {
                to.add(field.getKey(), origin.hostField());
                hasHost = true;
            } else if (!dropped.contains(name) && !name.startsWith("proxy-")) {
                to.add(field.getKey(), field.getValue());
            }
        }
        if (!hasHost) {
            to.add("Host", origin.hostField());
        }
        if (injection instanceof Injection.Field field) {
            to.add(field.name(), field.value());
        }
    }

    /** Copies an answer's fields to the answer that goes to the client. */
    static void answer(MultiMap from, MultiMap to) {
        Set<String> dropped = endingHere(from);
        for (Map.Entry<String, String> field : from) {
            String name = lower(field.getKey());
            if (!dropped.contains(name) && !name.equals("proxy-authenticate") && !name.equals("proxy-authorization")) {
                to.add(field.getKey(), field.getValue());
            }
        }
    }

    /** Copies trailers, without fields that a trailer may not hold (RFC 9110, section 6.5.1). */
    static void trailers(MultiMap from, MultiMap to) {
        for (Map.Entry<String, String> field : from) {
            String name = lower(field.getKey());
            if (!HOP_BY_HOP.contains(name) && !name.equals(CONTENT_LENGTH) && !name.equals(HOST)) {
                to.add(field.getKey(), field.getValue());
            }
        }
    }

    /**
     * Sets a query parameter in place of any of that name.
     *
     * @param query with its question mark; empty: there is none
     * @return likewise
     */
    static String withParameter(String query, String name, String encodedValue) {
        List<String> kept = new ArrayList<>();
        if (query.length() > 1) {
            for (String pair : query.substring(1).split("&", -1)) {
                if (!decoded(pair.split("=", 2)[0]).equals(name)) {
                    kept.add(pair);
                }
            }
        }
        kept.add(name + "=" + encodedValue);
        return "?" + String.join("&", kept);
    }

    /** Whether the request asks for another protocol than HTTP/2, for which no client of ours needs an upgrade. */
    static boolean isUpgrade(MultiMap fields) {
        if (!nominated(fields).contains(UPGRADE)) {
            return false;
        }
        return fields.getAll(UPGRADE).stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .map(protocol -> lower(protocol.strip()))
                .anyMatch(protocol -> !protocol.equals("h2c") && !protocol.isEmpty());
    }

    private static Set<String> endingHere(MultiMap fields) {
        Set<String> dropped = new HashSet<>(HOP_BY_HOP);
        Set<String> nominated = nominated(fields);
        // The length is not the next hop's to lose: it frames the body that is sent on.
        nominated.remove(CONTENT_LENGTH);
        dropped.addAll(nominated);
        return dropped;
    }

    private static Set<String> nominated(MultiMap fields) {
        Set<String> names = new HashSet<>();
        for (String value : fields.getAll(CONNECTION)) {
            for (String option : value.split(",", -1)) {
                names.add(lower(option.strip()));
            }
        }
        return names;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
