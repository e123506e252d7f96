package dev.sallyport.sidecar.http;

import io.netty.handler.codec.http.HttpHeaders;

/**
 * A response's head, interim ones included.
 *
 * @param status 100 to 999
 * @param reasonPhrase empty in HTTP/2
 * @param fields as in {@link RequestHead}
 */
public record ResponseHead(int status, String reasonPhrase, HttpHeaders fields) {

    /** Whether another head follows (RFC 9110, section 15.2). 101 is final: HTTP ends with it. */
    public boolean isInterim() {
        return status < 200 && status != 101;
    }

    /** Without the fields, which may hold a credential. */
    @Override
    public String toString() {
        return "ResponseHead[" + status + "]";
    }
}
