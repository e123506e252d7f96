package dev.sallyport.sidecar.credential;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;

/**
 * A request as it would go out, without its credential.
 *
 * @param method as sent
 * @param path from its first slash on, as it was judged, without the query
 * @param query with its question mark; empty: there is none
 * @param fields a copy of its own, which may be changed; without those that end at the proxy
 * @param body all of it; empty: it has none, or it isn't read because no placeholder may stand in it
 * @param contentType the field's value; empty: there is none
 */
public record Draft(
        String method, String path, String query, HttpHeaders fields, Optional<byte[]> body, String contentType) {

    public Draft {
        if (!path.startsWith("/") || (!query.isEmpty() && !query.startsWith("?"))) {
            throw new IllegalArgumentException("not a path and a query");
        }
    }

    Draft withQuery(String newQuery) {
        return new Draft(method, path, newQuery, fields, body, contentType);
    }

    /** Without anything that may hold a credential. */
    @Override
    public String toString() {
        return "Draft[" + method + "]";
    }
}
