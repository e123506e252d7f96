package dev.sallyport.sidecar.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose next request's head takes too long from its first byte on, or that lies idle between
 * requests. While a request is under way it does nothing: the pipeline has its own bounds.
 */
final class ConnectionTimes {

    private final int headSeconds;
    private final int idleSeconds;
    private final ChannelInboundHandlerAdapter bytes = new Bytes();
    private final ChannelDuplexHandler messages = new Messages();
    private int underWay;
    private boolean headBegun;
    private @Nullable Future<?> timer;

    ConnectionTimes(int headSeconds, int idleSeconds) {
        this.headSeconds = headSeconds;
        this.idleSeconds = idleSeconds;
    }

    /** Watches a connection whose decoder has this name. */
    void watch(ChannelHandlerContext library, String decoder) {
        library.pipeline().addBefore(decoder, "connection-bytes", bytes);
        library.pipeline().addBefore(library.name(), "connection-messages", messages);
        arm(library, idleSeconds);
    }

    private void arm(ChannelHandlerContext context, int seconds) {
        cancel();
        timer = context.executor()
                .schedule(
                        () -> {
                            var _ = context.channel().close();
                        },
                        seconds,
                        TimeUnit.SECONDS);
    }

    private void cancel() {
        if (timer != null) {
            boolean _ = timer.cancel(false);
            timer = null;
        }
    }

    private final class Bytes extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (underWay == 0 && !headBegun && message instanceof ByteBuf) {
                headBegun = true;
                arm(context, headSeconds);
            }
            context.fireChannelRead(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            cancel();
            context.fireChannelInactive();
        }
    }

    private final class Messages extends ChannelDuplexHandler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest) {
                underWay++;
                headBegun = false;
                cancel();
            }
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof LastHttpContent && !isInterim(message)) {
                underWay--;
                if (underWay <= 0) {
                    underWay = 0;
                    arm(context, idleSeconds);
                }
            }
            var _ = context.write(message, promise);
        }

        private static boolean isInterim(Object message) {
            return message instanceof HttpResponse response && response.status().code() < 200;
        }
    }
}
