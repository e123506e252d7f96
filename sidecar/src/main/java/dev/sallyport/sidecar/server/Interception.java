package dev.sallyport.sidecar.server;

import io.netty.handler.ssl.SslContext;
import java.util.concurrent.CompletionStage;

/** Speaks TLS for the hosts that are intercepted. */
@FunctionalInterface
public interface Interception {

    /**
     * A server's context with a certificate for this host alone, which offers HTTP/2 and HTTP/1.1.
     *
     * @param host a name or an IP literal, IPv6 in brackets
     * @return completes on any thread; exceptionally, if there is none to be had
     * @throws IllegalArgumentException if the host is neither a name nor an IP literal
     */
    CompletionStage<SslContext> contextFor(String host);
}
