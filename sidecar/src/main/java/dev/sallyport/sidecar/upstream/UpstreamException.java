package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.audit.Reason;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Why an upstream gave no answer. Carries nothing of the cause but its kind: causes' texts may quote what was sent. */
public final class UpstreamException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    UpstreamException(Reason reason) {
        super(reason.code(), null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Whether nothing was sent, so that another address may be tried. */
    boolean isBeforeSending() {
        return reason == Reason.UPSTREAM_UNREACHABLE || reason == Reason.UPSTREAM_TIMEOUT;
    }

    /** What a failure means. */
    public static Reason reason(Throwable failure) {
        boolean tls = false;
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof UpstreamException known) {
                return known.reason();
            }
            if (t instanceof CertificateException || t instanceof SSLPeerUnverifiedException) {
                return Reason.UPSTREAM_CERTIFICATE_INVALID;
            }
            tls |= t instanceof SSLException;
        }
        if (tls) {
            return Reason.UPSTREAM_PROTOCOL_ERROR;
        }
        return switch (failure) {
            case UnknownHostException e -> Reason.NAME_NOT_RESOLVED;
            case ConnectTimeoutException e -> Reason.UPSTREAM_TIMEOUT;
            case TimeoutException e -> Reason.UPSTREAM_TIMEOUT;
            case ConnectException e -> Reason.UPSTREAM_UNREACHABLE;
            case NoRouteToHostException e -> Reason.UPSTREAM_UNREACHABLE;
            case DecoderException e -> Reason.UPSTREAM_PROTOCOL_ERROR;
            case HttpClosedException e -> Reason.UPSTREAM_RESET;
            case SocketException e -> Reason.UPSTREAM_RESET;
            case IOException e -> Reason.UPSTREAM_RESET;
            case IllegalArgumentException e -> Reason.UPSTREAM_PROTOCOL_ERROR;
            default -> Reason.UPSTREAM_RESET;
        };
    }
}
