package dev.sallyport.sidecar.http;

import io.netty.channel.Channel;
import java.util.OptionalLong;

/** A request to an upstream, and its answer. */
public interface UpstreamStream extends HttpStream {

    /** What the connection speaks: HTTP/1.1 or HTTP/2. */
    Protocol protocol();

    /**
     * Sends the request's head. A body follows, which {@link #end} ends. Framing is this side's.
     *
     * @param head target in origin form; {@code Host} among the fields, from which HTTP/2 makes {@code :authority}
     * @param contentLength as declared by the client, also where it is 0 and the head has no Content-Length; empty: chunked
     * @throws IllegalArgumentException if a field or the target cannot be sent
     */
    void send(RequestHead head, OptionalLong contentLength, ResponseHandler handler);

    /**
     * Ends HTTP on this connection, after an answer of 101.
     *
     * @return the connection as bytes, what came after the answer's head included; it reads nothing until it is told to
     */
    Channel upgraded();
}
