package dev.sallyport.sidecar.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * One request and its answer on one connection: an HTTP/2 stream, or an HTTP/1 connection's turn. Everything is called on
 * its event loop, and calls back there.
 */
public interface HttpStream {

    /** Where everything happens. */
    EventLoop eventLoop();

    /**
     * Writes a part of the body. It leaves at the next {@link #flush} or sooner.
     *
     * @param data handed over: it is released here, also where nobody takes it any more
     */
    void write(ByteBuf data);

    /** Sends what was written. */
    void flush();

    /**
     * Ends the message that this side sends, and flushes.
     *
     * @param trailers may be empty; dropped where the protocol or the framing has no place for them
     */
    void end(HttpHeaders trailers);

    /** Whether more should be written now. */
    boolean isWritable();

    /** Is run each time that {@link #isWritable} becomes true again; replaces what was set before. */
    void onWritable(Runnable action);

    /** Stops the peer's body. At first it is stopped. A little that has been read already may still come. */
    void pause();

    /** Lets the peer's body come. */
    void resume();

    /**
     * Ends both directions at once and for good, whatever their state: HTTP/2 resets the stream, HTTP/1 the connection, so
     * that what is not whole is never taken for whole. Does nothing where both are over already.
     */
    void abort();
}
