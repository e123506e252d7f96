package dev.sallyport.sidecar.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * A server's identity for one host, signed by the sandbox CA. The agent has the CA in its trust store, so the certificate
 * is sent alone.
 *
 * @param privateKey an ECDSA key on P-256, used for this certificate only
 * @param certificate its subject is empty: the host stands in the subjectAltName
 */
public record Leaf(PrivateKey privateKey, X509Certificate certificate) {

    /**
     * Whether new connections may be given it: it is valid, and at least half of its life is left, so that what was
     * cached is never handed out on its last day.
     */
    boolean isFreshAt(Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        Instant half = from.plus(Duration.between(from, until).dividedBy(2));
        return !now.isBefore(from) && now.isBefore(half);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Leaf[serial=" + certificate.getSerialNumber().toString(16) + ", notAfter="
                + certificate.getNotAfter().toInstant() + "]";
    }
}
