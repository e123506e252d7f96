package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.route.Origin;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509TrustManager;

/**
 * TLS towards upstreams whose certificates one set of authorities vouches for. Certificates are verified for the origin's
 * host, whatever address the connection goes to.
 */
final class ClientTls {

    /** That are remembered to be resumed. */
    private static final int SESSIONS = 1024;

    private final SslContext multiplexing;
    private final SslContext exclusive;

    private ClientTls(SslContext multiplexing, SslContext exclusive) {
        this.multiplexing = multiplexing;
        this.exclusive = exclusive;
    }

    /**
     * Reads the authorities and makes everything that a first connection needs, which takes up to a quarter of a second:
     * not for an event loop.
     *
     * @param additional PEM certificates; empty: none besides the public roots
     * @throws GeneralSecurityException if the text is not PEM certificates
     */
    static ClientTls trusting(Optional<String> additional) throws GeneralSecurityException {
        X509TrustManager trust = TrustStores.trust(additional);
        try {
            ClientTls tls = new ClientTls(
                    context(trust, ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1),
                    context(trust, ApplicationProtocolNames.HTTP_1_1));
            tls.warm();
            return tls;
        } catch (SSLException e) {
            throw new GeneralSecurityException("no TLS", e);
        }
    }

    private static SslContext context(X509TrustManager trust, String... protocols) throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .trustManager(trust)
                .sessionCacheSize(SESSIONS)
                .endpointIdentificationAlgorithm("HTTPS")
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        protocols))
                .build();
    }

    /** The first engine of a context makes its key shares, and the JVM reads its providers. */
    private void warm() throws SSLException {
        for (SslContext context : List.of(multiplexing, exclusive)) {
            SSLEngine engine = context.newEngine(ByteBufAllocator.DEFAULT, "warm.invalid", 443);
            engine.beginHandshake();
            engine.wrap(
                    ByteBuffer.allocate(0),
                    ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
        }
    }

    /**
     * A handler for one connection.
     *
     * @param multiplex whether HTTP/2 is offered
     * @param tasks where certificates are verified
     */
    SslHandler handler(ByteBufAllocator allocator, Origin origin, boolean multiplex, Executor tasks) {
        String host = unbracketed(origin.host());
        SslHandler handler = (multiplex ? multiplexing : exclusive).newHandler(allocator, host, origin.port(), tasks);
        SSLParameters parameters = handler.engine().getSSLParameters();
        // Set by hand, since the JDK sends none for a name without a dot. A literal is no server name (RFC 6066).
        parameters.setServerNames(
                Hosts.isLiteral(origin.host())
                        ? List.of()
                        : List.of(new SNIHostName(host.getBytes(StandardCharsets.US_ASCII))));
        handler.engine().setSSLParameters(parameters);
        return handler;
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
