package dev.sallyport.standin.tls;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the HTTPS listener's certificate comes from. */
public sealed interface ServerCertificate {

    /**
     * A leaf under a root made at start; neither key is ever written to a file.
     *
     * @param hosts DNS names and IP addresses that the leaf is for, at least one
     * @param directory where the root's certificate is written as {@code ca.crt}; null writes none
     */
    record SelfSigned(List<String> hosts, @Nullable Path directory) implements ServerCertificate {
        public SelfSigned {
            hosts = List.copyOf(hosts);
            if (hosts.isEmpty()) {
                throw new IllegalArgumentException("a self-signed certificate needs at least one host");
            }
        }
    }

    /**
     * PEM files, read once at start.
     *
     * @param certificateChain the leaf first
     * @param privateKey PKCS#8
     */
    record Files(Path certificateChain, Path privateKey) implements ServerCertificate {}

    /**
     * A certificate that the caller made, a bad one for instance: expired, or for another host.
     *
     * @param identity the certificate and its key
     */
    record Given(Identity identity) implements ServerCertificate {}
}
