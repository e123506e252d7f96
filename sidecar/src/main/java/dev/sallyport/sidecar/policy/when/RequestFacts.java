package dev.sallyport.sidecar.policy.when;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * A request as conditions see it.
 *
 * @param method as sent
 * @param host in lower case, without port and without trailing dot
 * @param path in normal form, without query
 * @param query without the question mark, as sent; empty: none
 * @param headers the fields as sent, in their order; names in any case
 * @param body all of it, between the buffer's position and limit, which don't change; empty: it has none, or it wasn't
 *     read because no condition needs it
 */
public record RequestFacts(
        String method,
        String host,
        String path,
        String query,
        Iterable<? extends Map.Entry<String, String>> headers,
        Optional<ByteBuffer> body) {

    /** Names the request and nothing that may be secret in it. */
    @Override
    public String toString() {
        return "RequestFacts[" + method + " " + host + path + "]";
    }
}
