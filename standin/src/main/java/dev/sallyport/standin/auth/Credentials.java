package dev.sallyport.standin.auth;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads the credentials off a request, in every form that clients are known to use. */
public final class Credentials {
    private Credentials() {}

    /**
     * Every credential that the request presents, repeated ones too.
     *
     * @param target the request target (RFC 9112, 3.2)
     */
    public static List<Credential> presentedBy(MultiMap headers, String target) {
        var found = new ArrayList<Credential>();
        for (var carrier :
                List.of(Carrier.X_API_KEY, Carrier.API_KEY, Carrier.X_GOOG_API_KEY, Carrier.PROXY_AUTHORIZATION)) {
            headers.getAll(carrier.label()).forEach(value -> found.add(new Credential(carrier, value)));
        }
        headers.getAll("authorization").forEach(value -> found.add(authorization(value)));
        if (target.contains("key=")) {
            queryKeys(target).forEach(value -> found.add(new Credential(Carrier.QUERY_KEY, value)));
        }
        return List.copyOf(found);
    }

    private static Credential authorization(String field) {
        if (field.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return new Credential(Carrier.BEARER, field.substring(7).strip());
        }
        if (field.regionMatches(true, 0, "Basic ", 0, 6)) {
            try {
                var decoded =
                        new String(Base64.getDecoder().decode(field.substring(6).strip()), StandardCharsets.UTF_8);
                int colon = decoded.indexOf(':');
                if (colon >= 0) {
                    boolean noPassword = colon == decoded.length() - 1;
                    return new Credential(
                            Carrier.BASIC, noPassword ? decoded.substring(0, colon) : decoded.substring(colon + 1));
                }
            } catch (IllegalArgumentException notBase64) {
                return new Credential(Carrier.OTHER_AUTHORIZATION, field);
            }
        }
        return new Credential(Carrier.OTHER_AUTHORIZATION, field);
    }

    private static List<String> queryKeys(String target) {
        try {
            return new QueryStringDecoder(target).parameters().getOrDefault("key", List.of());
        } catch (IllegalArgumentException malformedEscape) {
            return List.of();
        }
    }
}
