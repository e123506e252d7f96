package dev.sallyport.bench.client;

import dev.sallyport.bench.origin.Origin;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import java.io.IOException;
import java.util.OptionalLong;

/** A connection to the proxy. With HTTP/1.1 one request at a time, with HTTP/2 as many as the proxy allows. */
public final class Connection implements AutoCloseable {

    private final Channel channel;
    private final Way way;
    private final Origin origin;

    Connection(Channel channel, Way way, Origin origin) {
        this.channel = channel;
        this.way = way;
        this.origin = origin;
    }

    /** Whether requests can still be sent. */
    public boolean isOpen() {
        return channel.isActive();
    }

    /** Sends a request without a body and reads its answer. */
    public Call get(String path) throws IOException {
        return send(new Request(HttpMethod.GET, path, OptionalLong.empty(), "", true));
    }

    /** Sends a request. Its body, if it has one, is then sent through the call. */
    public Call send(Request request) throws IOException {
        Channel exchange = way.multiplexed() ? stream(request.reads()) : channel;
        if (!way.multiplexed()) {
            exchange.config().setAutoRead(request.reads());
        }
        Call call = new Call(exchange, way.multiplexed());
        HttpRequest head = head(request);
        exchange.eventLoop().execute(() -> call.begin(head, request.contentLength()));
        return call;
    }

    /** Stops reading from the socket. */
    public void stopReading() {
        channel.config().setAutoRead(false);
    }

    /** Reads once. */
    public void readOnce() {
        channel.read();
    }

    void widen(int window) {
        int more = window - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
        if (more > 0) {
            var _ = channel.writeAndFlush(new DefaultHttp2WindowUpdateFrame(more));
        }
    }

    private Channel stream(boolean reads) throws IOException {
        var opening = new Http2StreamChannelBootstrap(channel)
                .option(ChannelOption.AUTO_READ, reads)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel created) {
                        created.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(false), new AnswerHandler());
                    }
                })
                .open();
        Client.await(opening);
        return opening.getNow();
    }

    private HttpRequest head(Request request) {
        String target = (way.tunnelled() ? "" : "/" + origin.route()) + request.path();
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), target);
        head.headers().set(HttpHeaderNames.HOST, way.tunnelled() ? origin.authority() : "127.0.0.1");
        // As an agent's SDK has one: the proxy must replace it.
        head.headers().set(HttpHeaderNames.AUTHORIZATION, "Bearer dummy");
        request.contentLength().ifPresent(length -> head.headers().set(HttpHeaderNames.CONTENT_LENGTH, length));
        if (!request.visit().isEmpty()) {
            head.headers().set("bench-visit", request.visit());
        }
        return head;
    }

    @Override
    public void close() {
        var _ = channel.close();
    }

    /**
     * A request.
     *
     * @param path at the origin
     * @param contentLength the body's; empty: there is none
     * @param visit the name under which the origin follows it; empty: it does not
     * @param reads whether the answer is read as it comes; otherwise not at all
     */
    public record Request(HttpMethod method, String path, OptionalLong contentLength, String visit, boolean reads) {}
}
