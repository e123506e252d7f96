package dev.sallyport.sidecar.server;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.http.ClientStream.Tunnel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 connection: has its streams served, and ends when there have been none for a while. */
final class Http2Connection extends ChannelInboundHandlerAdapter {

    private static final int LINGER_SECONDS = 2;

    private final Serving serving;
    private final Optional<Tunnel> tunnel;
    private final Set<Http2Stream> streams = new HashSet<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Alarm alarm;
    private boolean draining;

    private Http2Connection(Serving serving, Optional<Tunnel> tunnel) {
        this.serving = serving;
        this.tunnel = tunnel;
    }

    /** Puts HTTP/2 after this handler. What comes from now on begins with the client's preface. */
    static void install(ChannelHandlerContext before, Serving serving, Optional<Tunnel> tunnel) {
        Http2Connection connection = new Http2Connection(serving, tunnel);
        ChannelPipeline pipeline = before.pipeline();
        String name = before.name();
        // Each handler looks for the one before it when it is added.
        var _ = pipeline.addAfter(
                        name, "http2-gauge", new Http2Gauge(serving.limits().headSeconds()))
                .addAfter("http2-gauge", "http2-codec", Http2Codec.create(serving.limits(), connection::unreadable))
                .addAfter("http2-codec", "http2-streams", new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connection.accept((Http2StreamChannel) channel);
                    }
                }))
                .addAfter("http2-streams", "http2", connection);
        connection.openWindow();
        before.channel().read();
    }

    /** The connection's window never holds back one stream because of another that is stopped: each has its own. */
    private void openWindow() {
        int most = serving.limits().streams() * Http2CodecUtil.DEFAULT_WINDOW_SIZE;
        if (serving.limits().streams() > 1) {
            var _ = context()
                    .writeAndFlush(new DefaultHttp2WindowUpdateFrame(most - Http2CodecUtil.DEFAULT_WINDOW_SIZE));
        }
    }

    private void accept(Http2StreamChannel channel) {
        // With many connections of many streams the client could have as much memory as it likes.
        int most =
                Math.max(serving.limits().clientConnections(), serving.limits().streams());
        if (!serving.load().openStream(most)) {
            var _ = channel.pipeline().addLast(new Refusal());
            return;
        }
        Http2Stream stream = new Http2Stream(this, serving, channel);
        streams.add(stream);
        alarm().cancel();
        var _ = channel.closeFuture().addListener(closed -> {
            serving.load().closeStream();
            streams.remove(stream);
            if (streams.isEmpty()) {
                becameIdle();
            }
        });
        var _ = channel.pipeline().addLast(stream);
    }

    private void unreadable(Reason reason) {
        serving.handler().unreadable(new LostStream(context().channel().eventLoop(), tunnel), reason);
    }

    private void becameIdle() {
        if (!context().channel().isActive()) {
            return;
        }
        if (draining) {
            var _ = Departure.shutdownOutput(context()).addListener(sent -> {
                alarm().set(LINGER_SECONDS, TimeUnit.SECONDS, this::close);
            });
        } else {
            alarm().set(serving.limits().idleSeconds(), TimeUnit.SECONDS, this::drain);
        }
    }

    Optional<Tunnel> tunnel() {
        return tunnel;
    }

    boolean isWritable() {
        return context().channel().isWritable();
    }

    /** Takes no new streams, and closes when those that there are have ended. */
    void drain() {
        if (!draining) {
            draining = true;
            var _ = context().writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
            if (streams.isEmpty()) {
                becameIdle();
            }
        }
    }

    /** Resets a stream whose channel may be closed already. */
    void reset(Http2FrameStream stream, Http2Error error) {
        var _ = context().writeAndFlush(new DefaultHttp2ResetFrame(error).stream(stream));
    }

    private void close() {
        var _ = context().close();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        alarm = new Alarm(added);
        becameIdle();
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object frame) {
        ReferenceCountUtil.release(frame);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        if (changed.channel().isWritable()) {
            List.copyOf(streams).forEach(Http2Stream::becameWritable);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext triggered, Object event) {
        if (Departure.isEndOfInput(event)) {
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        alarm().cancel();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            Faults.log(cause);
            close();
        }
    }

    private ChannelHandlerContext context() {
        return java.util.Objects.requireNonNull(context);
    }

    private Alarm alarm() {
        return java.util.Objects.requireNonNull(alarm);
    }

    /** A stream that there is no room for: the client may try again (RFC 9113, section 8.7). */
    private static final class Refusal extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext refusing) {
            var _ = refusing.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
        }

        @Override
        public void channelRead(ChannelHandlerContext refusing, Object frame) {
            ReferenceCountUtil.release(frame);
        }
    }
}
