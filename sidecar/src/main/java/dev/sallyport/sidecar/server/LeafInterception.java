package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.tls.Leaf;
import dev.sallyport.sidecar.tls.LeafCache;
import dev.sallyport.sidecar.tls.SandboxCa;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;

/** Intercepts with leaves of the sandbox's authority, each made once and kept as long as it is fresh. */
public final class LeafInterception implements Interception {

    private static final int SESSIONS = 64;

    private final LeafCache<SslContext> contexts;

    /**
     * @param minting where leaves are minted and contexts made, away from event loops
     * @param hosts how many hosts' contexts are kept, at least 1
     */
    public LeafInterception(SandboxCa ca, Executor minting, Clock clock, int hosts) {
        contexts = new LeafCache<>(ca, LeafInterception::context, minting, clock, hosts);
    }

    @Override
    public CompletionStage<SslContext> contextFor(String host) {
        return contexts.get(host);
    }

    /** TLS 1.2 and 1.3 with the suites that HTTP/2 allows (RFC 9113, section 9.2); ALPN, for clients that have it. */
    static SslContext context(Leaf leaf) {
        try {
            return SslContextBuilder.forServer(leaf.privateKey(), leaf.certificate())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .sessionCacheSize(SESSIONS)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
        } catch (SSLException e) {
            throw new UncheckedIOException(e);
        }
    }
}
