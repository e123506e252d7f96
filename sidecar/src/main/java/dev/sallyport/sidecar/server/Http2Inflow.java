package dev.sallyport.sidecar.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;

/**
 * What has come on a stream that is stopped, at most its window. It is copied, since a frame of one byte would hold on to the
 * whole buffer that it was read into.
 */
final class Http2Inflow {

    private static final int FIRST_BYTES = 1024;

    private final Http2StreamChannel channel;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private int owed;

    Http2Inflow(Http2StreamChannel channel) {
        this.channel = channel;
    }

    boolean isEmpty() {
        return !held.isReadable();
    }

    /** Takes the frame over. Its part of the window is not given back before {@link #take}. */
    void hold(Http2DataFrame frame) {
        if (held.capacity() == 0) {
            held = channel.alloc().buffer(Math.max(FIRST_BYTES, frame.content().readableBytes()));
        }
        held.writeBytes(frame.content());
        owed += frame.initialFlowControlledBytes();
        boolean _ = frame.release();
    }

    /** All of it, handed over. */
    ByteBuf take() {
        ByteBuf all = held;
        held = Unpooled.EMPTY_BUFFER;
        giveBack(owed);
        owed = 0;
        return all;
    }

    /** Lets the client send as much again. */
    void giveBack(int bytes) {
        if (bytes > 0) {
            var _ = channel.write(new DefaultHttp2WindowUpdateFrame(bytes));
        }
    }

    void drop() {
        boolean _ = held.release();
        held = Unpooled.EMPTY_BUFFER;
        owed = 0;
    }
}
