package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.audit.Reason;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Connects to one of several addresses. The next one is tried when one has failed or takes long to accept (RFC 8305), and
 * the first connection that is ready, TLS included, wins. Netty's own bootstrap does it: Vert.x's client chooses the event
 * loop itself and offers no choice of the TLS engine's host and protocols for each connection.
 */
final class Connector {

    /** What a request holds while its client reads slowly, or its upstream does, is a read more than what is unsent. */
    private static final int MOST_READ = 32 * 1024;

    private static final int READS_AT_ONCE = 4;

    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(16 * 1024, 32 * 1024);

    private final ChannelFactory<? extends Channel> channels;
    private final PoolWide pool;

    Connector(ChannelFactory<? extends Channel> channels, PoolWide pool) {
        this.channels = channels;
        this.pool = pool;
    }

    /** A connection that is ready, and where to. */
    record Connected(
            Channel channel, InetAddress address, @Nullable SslHandler tls) {}

    /**
     * Connects. Called on the event loop, and completes there.
     *
     * @param addresses judged ones, at least one, in the order in which to try them
     * @param tls makes a TLS handler; null: none
     * @param autoRead whether the connection reads at once
     * @param deadline by the pool's clock
     * @return fails with {@link UpstreamException}
     */
    Future<Connected> connect(
            EventLoop loop,
            List<InetAddress> addresses,
            int port,
            @Nullable Function<ByteBufAllocator, SslHandler> tls,
            boolean autoRead,
            long deadline) {
        Race race = new Race(loop, addresses, port, tls, autoRead);
        long left = deadline - pool.now();
        if (left <= 0) {
            return Future.failedFuture(new UpstreamException(Reason.UPSTREAM_TIMEOUT));
        }
        race.timer = loop.schedule(
                () -> race.end(null, new UpstreamException(Reason.UPSTREAM_TIMEOUT)), left, TimeUnit.NANOSECONDS);
        race.startNext();
        return race.promise.future();
    }

    private final class Race {

        final Promise<Connected> promise = Promise.promise();
        private final EventLoop loop;
        private final List<InetAddress> addresses;
        private final int port;
        private final @Nullable Function<ByteBufAllocator, SslHandler> tls;
        private final boolean autoRead;
        private final List<Channel> running = new ArrayList<>(1);
        private int next;
        private boolean over;
        private java.util.concurrent.@Nullable Future<?> timer;
        private java.util.concurrent.@Nullable Future<?> stagger;
        private @Nullable UpstreamException worst;

        Race(
                EventLoop loop,
                List<InetAddress> addresses,
                int port,
                @Nullable Function<ByteBufAllocator, SslHandler> tls,
                boolean autoRead) {
            this.loop = loop;
            this.addresses = addresses.subList(
                    0, Math.min(addresses.size(), pool.settings().addresses()));
            this.port = port;
            this.tls = tls;
            this.autoRead = autoRead;
        }

        void startNext() {
            cancel(stagger);
            stagger = null;
            if (over || next >= addresses.size()) {
                return;
            }
            InetAddress address = addresses.get(next++);
            ChannelFuture connecting = bootstrap().connect(new InetSocketAddress(address, port));
            Channel channel = connecting.channel();
            running.add(channel);
            connecting.addListener(done -> {
                if (over) {
                    Channels.close(channel);
                } else if (!done.isSuccess()) {
                    failed(channel, Reason.UPSTREAM_UNREACHABLE);
                } else {
                    accepted(channel, address);
                }
            });
            if (!over && next < addresses.size() && running.contains(channel)) {
                stagger = loop.schedule(
                        this::startNext, pool.settings().nextAddress().toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        private Bootstrap bootstrap() {
            return new Bootstrap()
                    .group(loop)
                    .channelFactory(channels)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.SO_KEEPALIVE, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    // An upstream that answers early and stops reading must not lose its answer to a failed write.
                    .option(ChannelOption.AUTO_CLOSE, false)
                    .option(ChannelOption.AUTO_READ, autoRead)
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                    .option(
                            ChannelOption.RECVBUF_ALLOCATOR,
                            new AdaptiveRecvByteBufAllocator(512, 2048, MOST_READ).maxMessagesPerRead(READS_AT_ONCE))
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            if (tls != null) {
                                SslHandler handler = tls.apply(channel.alloc());
                                // The race has one deadline for everything.
                                handler.setHandshakeTimeoutMillis(0);
                                channel.pipeline().addLast("tls", handler);
                            }
                            channel.pipeline().addLast("connecting", new ConnectingHandler());
                        }
                    });
        }

        private void accepted(Channel channel, InetAddress address) {
            cancel(stagger);
            stagger = null;
            SslHandler handler = channel.pipeline().get(SslHandler.class);
            if (handler == null) {
                won(new Connected(channel, address, null));
                return;
            }
            handler.handshakeFuture().addListener(done -> {
                if (over) {
                    Channels.close(channel);
                } else if (done.isSuccess()) {
                    won(new Connected(channel, address, handler));
                } else {
                    failed(channel, UpstreamException.reason(done.cause()));
                }
            });
        }

        private void won(Connected connected) {
            running.remove(connected.channel());
            connected.channel().pipeline().remove(ConnectingHandler.class);
            end(connected, null);
        }

        private void failed(Channel channel, Reason reason) {
            running.remove(channel);
            Channels.close(channel);
            if (worst == null || rank(reason) > rank(worst.reason())) {
                worst = new UpstreamException(reason);
            }
            if (next < addresses.size()) {
                startNext();
            } else if (running.isEmpty()) {
                end(null, worst);
            }
        }

        void end(@Nullable Connected connected, @Nullable UpstreamException failure) {
            if (over) {
                return;
            }
            over = true;
            cancel(timer);
            cancel(stagger);
            running.forEach(Channels::close);
            if (connected != null) {
                promise.complete(connected);
            } else {
                promise.fail(failure != null ? failure : new UpstreamException(Reason.UPSTREAM_UNREACHABLE));
            }
        }

        private void cancel(java.util.concurrent.@Nullable Future<?> future) {
            if (future != null) {
                future.cancel(false);
            }
        }
    }

    /** What says most about the upstream: of two addresses' failures, this one is told. */
    private static int rank(Reason reason) {
        return switch (reason) {
            case UPSTREAM_CERTIFICATE_INVALID -> 3;
            case UPSTREAM_PROTOCOL_ERROR -> 2;
            case UPSTREAM_RESET -> 1;
            default -> 0;
        };
    }
}
