package dev.sallyport.operator.resolve;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;

/** Whether a text is a bundle of PEM certificates (RFC 7468). */
final class Certificates {

    private Certificates() {}

    /** What is wrong with it; empty: nothing, and it has at least one. */
    static Optional<String> problem(String pem) {
        if (pem.contains("PRIVATE KEY-----")) {
            return Optional.of("it holds a private key, which has no place there");
        }
        try {
            boolean none = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))
                    .isEmpty();
            return none ? Optional.of("it holds no certificate") : Optional.empty();
        } catch (CertificateException e) {
            return Optional.of("it is not PEM certificates");
        }
    }
}
