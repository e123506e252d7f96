package dev.sallyport.bench.origin;

import dev.sallyport.bench.wire.BodyPump;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Does what the path says, on a connection of HTTP/1.1 or on one stream of HTTP/2. */
final class OriginHandler extends ChannelInboundHandlerAdapter {

    static final String VISIT = "bench-visit";

    private static final int SMALL_BYTES = 100;
    private static final long EVENT_MILLIS = 20;
    private static final ByteBuf EVENT = Unpooled.unreleasableBuffer(
            Unpooled.copiedBuffer("data: an event of a stream\n\n", StandardCharsets.US_ASCII));
    private static final ByteBuf SMALL =
            Unpooled.unreleasableBuffer(Unpooled.directBuffer(SMALL_BYTES).writeZero(SMALL_BYTES));

    private final Map<String, Visit> visits;
    private final AtomicLong sent;
    private final AtomicLong received;

    private String path = "";
    private long body;
    private @Nullable Visit visit;
    private @Nullable BodyPump pump;

    OriginHandler(Map<String, Visit> visits, AtomicLong sent, AtomicLong received) {
        this.visits = visits;
        this.sent = sent;
        this.received = received;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                begin(context, request);
            }
            if (message instanceof HttpContent content) {
                body += content.content().readableBytes();
                received.addAndGet(content.content().readableBytes());
            }
            if (message instanceof LastHttpContent) {
                requestEnded(context);
            }
            if (message instanceof WebSocketFrame frame) {
                answerFrame(context, frame);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        path = request.uri()
                .substring(Math.min(Origin.OPEN.length(), request.uri().length()));
        body = 0;
        pump = null;
        String name = request.headers().get(VISIT);
        visit = name == null ? null : visits.get(name);
        if (path.equals("/blocked")) {
            context.channel().config().setAutoRead(false);
        }
        if (path.equals("/socket")) {
            upgrade(context, request);
        }
        if (visit != null) {
            visit.arrived().complete(null);
        }
    }

    private void requestEnded(ChannelHandlerContext context) {
        if (path.startsWith("/bytes/")) {
            long length = Long.parseLong(path.substring("/bytes/".length()));
            HttpResponse head = head();
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
            stream(context, head, length);
            return;
        }
        switch (path) {
            case "/small" -> answer(context, SMALL.duplicate());
            case "/sink" -> answer(context, Unpooled.copiedBuffer(Long.toString(body), StandardCharsets.US_ASCII));
            case "/endless" -> stream(context, chunked(context), Long.MAX_VALUE);
            case "/events" -> {
                var _ = context.writeAndFlush(chunked(context));
                sendEvents(context);
            }
            // Said nothing to, or answered already: "/silent", "/blocked", "/socket".
            default -> {}
        }
    }

    private void answer(ChannelHandlerContext context, ByteBuf content) {
        HttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        visit = null;
        var _ = context.writeAndFlush(response);
    }

    private void stream(ChannelHandlerContext context, HttpResponse head, long length) {
        var _ = context.write(head);
        pump = new BodyPump(context.channel(), length, sent);
        pump.run();
    }

    private static void sendEvents(ChannelHandlerContext context) {
        if (context.channel().isActive()) {
            var _ = context.writeAndFlush(new DefaultHttpContent(EVENT.duplicate()));
            var _ = context.executor().schedule(() -> sendEvents(context), EVENT_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static HttpResponse head() {
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    }

    private static HttpResponse chunked(ChannelHandlerContext context) {
        HttpResponse head = head();
        // HTTP/2 has frames instead, and no place for this field.
        if (context.channel().parent() instanceof ServerChannel) {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return head;
    }

    private static void upgrade(ChannelHandlerContext context, HttpRequest request) {
        WebSocketServerHandshaker handshaker = new WebSocketServerHandshakerFactory(
                        "wss://" + Origin.HOST + request.uri(), null, false)
                .newHandshaker(request);
        var _ = handshaker.handshake(context.channel(), request);
    }

    private static void answerFrame(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case TextWebSocketFrame text ->
                send(context, new TextWebSocketFrame(text.content().retain()));
            case PingWebSocketFrame ping ->
                send(context, new PongWebSocketFrame(ping.content().retain()));
            case CloseWebSocketFrame close -> {
                var _ = context.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
            }
            default -> {}
        }
    }

    private static void send(ChannelHandlerContext context, WebSocketFrame frame) {
        var _ = context.writeAndFlush(frame);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (pump != null) {
            pump.run();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame) {
            cancelled();
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancelled();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        cancelled();
        var _ = context.close();
    }

    private void cancelled() {
        if (visit != null) {
            visit.cancelled().complete(System.nanoTime());
        }
    }
}
