package dev.sallyport.sidecar.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayList;
import java.util.List;

/**
 * How a connection's two sides end. As the first handler it notices a client that leaves while nothing is read: epoll then
 * says so by reading without being asked (EPOLLRDHUP), and what still stands in the kernel hides the end itself. Without
 * epoll such a client is noticed when reading goes on.
 */
final class Departure extends ChannelDuplexHandler {

    /** The event that says so. */
    enum Notice {
        CLIENT_LEFT
    }

    private boolean asked;
    private boolean unasked;

    @Override
    public void read(ChannelHandlerContext context) {
        asked = true;
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        unasked |= !asked && !context.channel().config().isAutoRead();
        // From here on: what is asked for while this is taken is for the next read.
        asked = false;
        context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (unasked) {
            unasked = false;
            context.fireUserEventTriggered(Notice.CLIENT_LEFT);
        }
    }

    /** Whether the event means that the client sends nothing more: TCP's FIN, or TLS's close_notify. */
    static boolean isEndOfInput(Object event) {
        return event instanceof ChannelInputShutdownEvent
                || event instanceof ChannelInputShutdownReadComplete
                || event instanceof SslCloseCompletionEvent;
    }

    /** Ends the output when all that was written has been sent; the future fails if that can't be. */
    static ChannelFuture shutdownOutput(ChannelHandlerContext context) {
        Channel channel = context.channel();
        ChannelPromise ended = context.newPromise();
        ChannelFuture sent = context.writeAndFlush(Unpooled.EMPTY_BUFFER);
        for (SslHandler tls : innermostFirst(channel)) {
            sent = tls.closeOutbound();
        }
        var _ = sent.addListener(done -> {
            if (done.isSuccess()) {
                var _ = ((DuplexChannel) channel).shutdownOutput(ended);
            } else {
                ended.setFailure(done.cause());
            }
        });
        return ended;
    }

    /** A tunnel inside TLS has TLS of its own. */
    private static List<SslHandler> innermostFirst(Channel channel) {
        List<SslHandler> handlers = new ArrayList<>();
        channel.pipeline().forEach(entry -> {
            if (entry.getValue() instanceof SslHandler tls) {
                handlers.addFirst(tls);
            }
        });
        return handlers;
    }

    /** Ends both sides by a reset, so that the client takes nothing for whole that isn't. */
    static void reset(Channel channel) {
        if (!channel.isOpen()) {
            return;
        }
        try {
            boolean _ = channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            // closed meanwhile
        }
        // Not through TLS, which would say that this is the end.
        var _ = channel.pipeline().firstContext().close();
    }
}
