package dev.sallyport.bench.client;

import dev.sallyport.bench.origin.Origin;
import dev.sallyport.bench.wire.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens connections to the proxy's data port. */
public final class Client implements AutoCloseable {

    private static final int HANDSHAKE_BYTES = 8192;
    /** The bench's own threads may be late on a busy machine; what it measures has clocks of its own. */
    private static final int CONNECT_MILLIS = 60_000;

    private final EventLoops loops = EventLoops.of(2);
    private final InetSocketAddress proxy;
    private final SslContext tls1;
    private final SslContext tls2;

    /**
     * @param port the data port, on the loopback address
     * @param authority what the sandbox's agent is to trust, PEM
     * @throws IOException if that cannot be read
     */
    public Client(int port, Path authority) throws IOException {
        proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        tls1 = tls(authority, ApplicationProtocolNames.HTTP_1_1);
        tls2 = tls(authority, ApplicationProtocolNames.HTTP_2);
    }

    /** A connection on which requests can be sent. */
    public Connection open(Way way, Origin origin, Tuning tuning) throws IOException {
        Channel channel = connect(way, origin, tuning, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel created) {
                prepare(way, origin, created.pipeline());
                if (way.multiplexed()) {
                    multiplex(created.pipeline(), tuning);
                } else {
                    created.pipeline().addLast(new HttpClientCodec(), new AnswerHandler());
                }
            }
        });
        Connection connection = new Connection(channel, way, origin);
        if (way.multiplexed()) {
            connection.widen(tuning.connectionWindow());
        }
        return connection;
    }

    /** A connection tuned as usual. */
    public Connection open(Way way, Origin origin) throws IOException {
        return open(way, origin, Tuning.USUAL);
    }

    /** A WebSocket to the origin, over HTTP/1.1. */
    public WebSocket openWebSocket(Way way, Origin origin) throws IOException {
        SocketHandler handler = new SocketHandler();
        String path = Origin.OPEN + "/socket";
        String uri = way.tunnelled()
                ? "wss://" + origin.authority() + path
                : "ws://127.0.0.1:" + proxy.getPort() + "/" + origin.route() + path;
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(uri)
                .handshakeTimeoutMillis(CONNECT_MILLIS)
                .build();
        Channel channel = connect(way, origin, Tuning.USUAL, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel created) {
                prepare(way, origin, created.pipeline());
                created.pipeline()
                        .addLast(
                                new HttpClientCodec(),
                                new HttpObjectAggregator(HANDSHAKE_BYTES),
                                new WebSocketClientProtocolHandler(config),
                                handler);
            }
        });
        return new WebSocket(channel, handler);
    }

    /** Tunnel and TLS, where the way has them. */
    private void prepare(Way way, Origin origin, ChannelPipeline pipeline) {
        if (way.tunnelled()) {
            SslContext tls = way.multiplexed() ? tls2 : tls1;
            HttpProxyHandler connect = new HttpProxyHandler(proxy);
            connect.setConnectTimeoutMillis(CONNECT_MILLIS);
            SslHandler secure = tls.newHandler(pipeline.channel().alloc(), Origin.HOST, origin.port());
            secure.setHandshakeTimeoutMillis(CONNECT_MILLIS);
            pipeline.addLast(connect, secure);
        }
    }

    private static void multiplex(ChannelPipeline pipeline, Tuning tuning) {
        pipeline.addLast(
                Http2FrameCodecBuilder.forClient()
                        .initialSettings(Http2Settings.defaultSettings()
                                .pushEnabled(false)
                                .initialWindowSize(tuning.streamWindow()))
                        .encoderEnforceMaxRstFramesPerWindow(0, 0)
                        .build(),
                new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        throw new IllegalStateException("the proxy opened a stream");
                    }
                }));
    }

    private Channel connect(Way way, Origin origin, Tuning tuning, ChannelHandler handler) throws IOException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loops.group())
                .channel(EpollSocketChannel.class)
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(handler);
        tuning.receiveBuffer().ifPresent(bytes -> bootstrap.option(ChannelOption.SO_RCVBUF, bytes));
        if (tuning.octetByOctet()) {
            bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(1).maxMessagesPerRead(1));
        }
        var connecting = bootstrap.connect(
                way.tunnelled() ? InetSocketAddress.createUnresolved(Origin.HOST, origin.port()) : proxy);
        Channel channel = connecting.channel();
        try {
            await(connecting);
            SslHandler secure = channel.pipeline().get(SslHandler.class);
            if (secure != null) {
                await(secure.handshakeFuture());
                checkProtocol(way, secure.applicationProtocol());
            }
        } catch (IOException e) {
            var _ = channel.close();
            throw e;
        }
        return channel;
    }

    private static void checkProtocol(Way way, @Nullable String negotiated) throws IOException {
        String wanted = way.multiplexed() ? ApplicationProtocolNames.HTTP_2 : ApplicationProtocolNames.HTTP_1_1;
        if (!wanted.equals(negotiated)) {
            throw new IOException("the tunnel speaks " + negotiated + ", not " + wanted);
        }
    }

    static void await(Future<?> future) throws IOException {
        future.awaitUninterruptibly();
        if (!future.isSuccess()) {
            throw new IOException("a connection to the proxy failed: " + future.cause(), future.cause());
        }
    }

    private static SslContext tls(Path authority, String protocol) throws IOException {
        return SslContextBuilder.forClient()
                .trustManager(authority.toFile())
                .endpointIdentificationAlgorithm("HTTPS")
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        List.of(protocol)))
                .build();
    }

    @Override
    public void close() {
        loops.close();
    }
}
