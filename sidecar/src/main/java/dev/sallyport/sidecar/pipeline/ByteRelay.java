package dev.sallyport.sidecar.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/**
 * Two connections made one: bytes go both ways as they come, with back-pressure; where one side ends its sending, the other
 * is told. Both are on one event loop.
 */
final class ByteRelay {

    /** What the exchange hears of it. */
    interface Listener {
        /** Both directions have ended, each by its sender's will. */
        void ended();

        /** One side ended its connection, and with it the other's. */
        void closed(Side by);

        /** One side broke off. */
        void broken(Side by, Throwable cause);
    }

    /** Whose connection. */
    enum Side {
        CLIENT,
        UPSTREAM
    }

    private final Direction fromClient;
    private final Direction fromUpstream;
    private final Listener listener;
    private final boolean halves;
    private int directionsEnded;
    private boolean over;

    /**
     * Joins them.
     *
     * @param toUpstream is told how many bytes went to the upstream
     * @param toClient is told how many bytes went to the client
     * @param halves whether one direction may go on when the other has ended; otherwise either's end is the end of both
     * @param fromClient what becomes of the client's bytes; takes and gives buffers that are owned; may throw, which breaks
     *     the connection
     * @param fromUpstream the same for the upstream's
     */
    ByteRelay(
            Channel client,
            Channel upstream,
            IntConsumer toUpstream,
            IntConsumer toClient,
            boolean halves,
            UnaryOperator<ByteBuf> fromClient,
            UnaryOperator<ByteBuf> fromUpstream,
            Listener listener) {
        this.listener = listener;
        this.halves = halves;
        this.fromClient = new Direction(Side.CLIENT, client, upstream, toUpstream, fromClient);
        this.fromUpstream = new Direction(Side.UPSTREAM, upstream, client, toClient, fromUpstream);
    }

    /** Lets the bytes go. */
    void start() {
        fromClient.start();
        fromUpstream.start();
    }

    /** Ends both connections at once. */
    void close() {
        over = true;
        var _ = fromClient.source.close();
        var _ = fromUpstream.source.close();
    }

    private void directionEnded() {
        directionsEnded++;
        if (directionsEnded == 2 && !over) {
            close();
            listener.ended();
        }
    }

    private void broken(Side by, Throwable cause) {
        if (!over) {
            close();
            listener.broken(by, cause);
        }
    }

    private final class Direction extends ChannelInboundHandlerAdapter {

        private final Side side;
        private final Channel source;
        private final Channel sink;
        private final IntConsumer passed;
        private final UnaryOperator<ByteBuf> making;
        private boolean ended;

        Direction(Side side, Channel source, Channel sink, IntConsumer passed, UnaryOperator<ByteBuf> making) {
            this.side = side;
            this.source = source;
            this.sink = sink;
            this.passed = passed;
            this.making = making;
        }

        void start() {
            source.pipeline().addLast("relay", this);
            source.config().setAutoRead(true);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (over || ended || !(message instanceof ByteBuf data)) {
                ReferenceCountUtil.release(message);
                return;
            }
            ByteBuf made;
            try {
                made = making.apply(data);
            } catch (RuntimeException e) {
                broken(side, e);
                return;
            }
            passed.accept(made.readableBytes());
            if (made.isReadable()) {
                var _ = sink.write(made);
            } else {
                made.release();
            }
            if (!sink.isWritable()) {
                source.config().setAutoRead(false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            sink.flush();
        }

        /** This side's own connection takes more: the other side may go on. */
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            Direction other = side == Side.CLIENT ? fromUpstream : fromClient;
            if (source.isWritable() && !other.ended) {
                other.source.config().setAutoRead(true);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                end();
            } else if (event instanceof SslCloseCompletionEvent) {
                // TLS has no half-close that its implementations agree on.
                closedBy();
            }
            context.fireUserEventTriggered(event);
        }

        private void end() {
            if (ended || over) {
                return;
            }
            if (!halves) {
                closedBy();
                return;
            }
            ended = true;
            if (sink instanceof DuplexChannel duplex) {
                sink.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                    var _ = duplex.shutdownOutput();
                    directionEnded();
                });
            } else {
                directionEnded();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (ended) {
                // It had said that it sends no more; now it reads no more either.
                broken(side, new ClosedChannelException());
            } else {
                closedBy();
            }
            context.fireChannelInactive();
        }

        /** Closed in one go: what it sent before goes out, then the other side is closed too. */
        private void closedBy() {
            if (over) {
                return;
            }
            over = true;
            sink.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                var _ = sink.close();
                var _ = source.close();
                listener.closed(side);
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            broken(side, cause);
        }
    }
}
