package dev.sallyport.sidecar.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;

/** Takes a message's body. Called on the stream's event loop. */
public interface BodyHandler {

    /** The next bytes, at least one. The handler owns the buffer and must release it. */
    void data(ByteBuf data);

    /** What has been read at once has been given: a good moment to flush what was made of it. */
    void readComplete();

    /** The body is whole. There is no body: this is called first. */
    void end(HttpHeaders trailers);

    /**
     * The peer went away, or what it sent is broken. Called once, at most, and nothing after it; also after {@link #end}, if
     * the other side's message was not whole yet. Never called for an {@link HttpStream#abort} of ours.
     *
     * @param cause a {@link io.netty.handler.codec.DecoderException} or {@link IllegalArgumentException}: the message is
     *     broken; a {@link StreamResetException}: the peer ended this stream; any other: the connection is lost
     */
    void failed(Throwable cause);
}
