package dev.sallyport.sidecar.upstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed: the public roots that the Java runtime brings, and what a route adds. */
final class TrustStores {

    private TrustStores() {}

    /**
     * A trust manager, which verifies names where the engine asks for it.
     *
     * @param additional PEM certificates; empty: none
     * @throws GeneralSecurityException if the text is not PEM certificates
     */
    static X509TrustManager trust(Optional<String> additional) throws GeneralSecurityException {
        X509TrustManager roots = manager(null);
        if (additional.isEmpty()) {
            return roots;
        }
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (X509Certificate root : roots.getAcceptedIssuers()) {
                store.setCertificateEntry("root-" + number++, root);
            }
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(additional.get().getBytes(StandardCharsets.US_ASCII)));
            if (certificates.isEmpty()) {
                throw new GeneralSecurityException("no certificate");
            }
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("additional-" + number++, certificate);
            }
            return manager(store);
        } catch (IOException e) {
            throw new GeneralSecurityException("an empty key store cannot be made", e);
        }
    }

    private static X509TrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509;
            }
        }
        throw new GeneralSecurityException("no X.509 trust manager");
    }
}
