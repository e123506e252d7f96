package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer to a stream. Its head waits for what follows: an answer that has nothing but a head must end with it, or
 * gRPC doesn't find its status.
 */
final class Http2Answer {

    private static final long UNKNOWN = -1;

    private final Http2StreamChannel channel;
    private final boolean headOnly;
    private @Nullable Http2Headers waiting;
    private boolean begun;
    private boolean bodiless;
    private long left = UNKNOWN;

    /** @param headOnly whether the request's method is HEAD */
    Http2Answer(Http2StreamChannel channel, boolean headOnly) {
        this.channel = channel;
        this.headOnly = headOnly;
    }

    void interim(ResponseHead head) {
        if (begun || head.status() < 100 || head.status() > 199 || head.status() == 101) {
            throw new IllegalArgumentException("not an interim answer");
        }
        var _ = channel.writeAndFlush(new DefaultHttp2HeadersFrame(Http2Heads.response(head)));
    }

    void begin(ResponseHead head) {
        if (begun || head.status() < 200 || head.status() > 999) {
            throw new IllegalArgumentException("not a final answer, or a second one");
        }
        Http2Headers headers = Http2Heads.response(head);
        bodiless = headOnly || head.status() == 204 || head.status() == 304;
        List<String> lengths = head.fields().getAll(HttpHeaderNames.CONTENT_LENGTH);
        if (!bodiless && !lengths.isEmpty()) {
            left = Http1Answer.length(lengths);
        }
        waiting = headers;
        begun = true;
    }

    /** Writes the head, if it still waits. */
    void writeHead() {
        if (waiting != null) {
            var _ = channel.write(new DefaultHttp2HeadersFrame(waiting));
            waiting = null;
        }
    }

    /** Writes a part of the body; false: there is no place for it, and the answer is broken. */
    boolean write(ByteBuf data) {
        if (!begun) {
            throw new IllegalStateException("no head yet");
        }
        int length = data.readableBytes();
        if (bodiless || length == 0 || (left != UNKNOWN && length > left)) {
            boolean _ = data.release();
            return bodiless || length == 0;
        }
        if (left != UNKNOWN) {
            left -= length;
        }
        writeHead();
        var _ = channel.write(new DefaultHttp2DataFrame(data));
        return true;
    }

    boolean isWhole() {
        return begun && left <= 0;
    }

    ChannelFuture end(HttpHeaders trailers) {
        Http2Headers last = Http2Heads.trailers(trailers);
        Http2Headers head = waiting;
        if (!last.isEmpty() && !bodiless) {
            writeHead();
            return channel.writeAndFlush(new DefaultHttp2HeadersFrame(last, true));
        }
        waiting = null;
        return channel.writeAndFlush(
                head == null ? new DefaultHttp2DataFrame(true) : new DefaultHttp2HeadersFrame(head, true));
    }
}
