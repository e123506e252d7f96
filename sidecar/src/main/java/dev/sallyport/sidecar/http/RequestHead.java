package dev.sallyport.sidecar.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;

/**
 * A request's head.
 *
 * @param protocol what it came in, or is to go out in
 * @param method as sent, at least one character
 * @param scheme HTTP/2: {@code :scheme}; empty in HTTP/1
 * @param authority HTTP/2: {@code :authority}, where there is one; empty in HTTP/1
 * @param target HTTP/1: the request target in whatever form; HTTP/2: {@code :path}, empty for CONNECT
 * @param fields in their order and, in HTTP/1, spelling; no pseudo-header field; {@code Cookie} crumbs of HTTP/2 are joined
 *     (RFC 9113, section 8.2.3)
 */
public record RequestHead(
        Protocol protocol,
        String method,
        Optional<String> scheme,
        Optional<String> authority,
        String target,
        HttpHeaders fields) {

    /** Without the target and the fields, which may hold a credential. */
    @Override
    public String toString() {
        return "RequestHead[" + protocol + " " + method + "]";
    }
}
