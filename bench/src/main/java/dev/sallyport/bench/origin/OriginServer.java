package dev.sallyport.bench.origin;

import dev.sallyport.bench.wire.EventLoops;
import dev.sallyport.standin.tls.CertificateAuthority;
import dev.sallyport.standin.tls.Identity;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The upstream, listening with TLS on the ports of {@link Origin}. */
public final class OriginServer implements AutoCloseable {

    /** What servers commonly allow (RFC 9113, section 6.5.2, recommends no less). */
    private static final int MAX_STREAMS = 100;

    private final EventLoops loops = EventLoops.of(2);
    private final Map<String, Visit> visits = new ConcurrentHashMap<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong next = new AtomicLong();
    private final String authority;

    /**
     * Starts.
     *
     * @param address one that the proxy may reach: private, not loopback
     * @throws IOException if a port cannot be had
     */
    public OriginServer(String address) throws IOException {
        CertificateAuthority root = CertificateAuthority.create(Clock.systemUTC());
        Identity identity = root.issue(List.of(Origin.HOST));
        authority = root.certificate();
        listen(address, Origin.H1, tls(identity, List.of(ApplicationProtocolNames.HTTP_1_1)));
        listen(
                address,
                Origin.H2,
                tls(identity, List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)));
    }

    /** The certificate that its clients must trust, PEM. */
    public String authority() {
        return authority;
    }

    /** Body bytes that its connections took from it, and those that came. */
    public long moved() {
        return sent.get() + received.get();
    }

    /** The name of a new visit, to be sent in the field {@value OriginHandler#VISIT}. */
    public String announce() {
        String name = Long.toString(next.incrementAndGet());
        visits.put(name, new Visit());
        return name;
    }

    /** A visit that was announced and not yet forgotten. */
    public Visit visit(String name) {
        Visit visit = visits.get(name);
        if (visit == null) {
            throw new IllegalArgumentException("no visit was announced under this name");
        }
        return visit;
    }

    /** Ends following a visit. */
    public void forget(String name) {
        visits.remove(name);
    }

    private OriginHandler handler() {
        return new OriginHandler(visits, sent, received);
    }

    private void listen(String address, Origin origin, SslContext tls) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()), new Negotiation());
                    }
                });
        var bound =
                bootstrap.bind(new InetSocketAddress(address, origin.port())).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("the origin cannot listen on " + address + ":" + origin.port(), bound.cause());
        }
    }

    private static SslContext tls(Identity identity, List<String> protocols) throws IOException {
        return SslContextBuilder.forServer(stream(identity.certificateChain()), stream(identity.privateKey()))
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        protocols))
                .build();
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        loops.close();
    }

    private final class Negotiation extends ApplicationProtocolNegotiationHandler {

        Negotiation() {
            super(ApplicationProtocolNames.HTTP_1_1);
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            ChannelPipeline pipeline = context.pipeline();
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                pipeline.addLast(
                        Http2FrameCodecBuilder.forServer()
                                .initialSettings(Http2Settings.defaultSettings().maxConcurrentStreams(MAX_STREAMS))
                                // The bench cancels more than any client should.
                                .decoderEnforceMaxRstFramesPerWindow(0, 0)
                                .build(),
                        new Http2MultiplexHandler(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel stream) {
                                stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true), handler());
                            }
                        }));
            } else {
                pipeline.addLast(new HttpServerCodec(), handler());
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }
}
