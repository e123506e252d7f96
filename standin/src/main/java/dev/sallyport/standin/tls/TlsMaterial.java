package dev.sallyport.standin.tls;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What the HTTPS listener serves with.
 *
 * @param identity the certificate and its key
 * @param authority the certificate that clients have to trust, PEM; empty if the certificate came from outside
 */
public record TlsMaterial(PemKeyCertOptions identity, Optional<String> authority) {

    /**
     * Makes the certificate where it is to be made, and writes its root where that was asked for.
     *
     * @param clock says from when to when a certificate that is made is valid
     * @throws IllegalStateException if the root's certificate can't be written
     */
    public static TlsMaterial of(ServerCertificate certificate, InstantSource clock) {
        return switch (certificate) {
            case ServerCertificate.Given given -> new TlsMaterial(pem(given.identity()), Optional.empty());
            case ServerCertificate.Files files ->
                new TlsMaterial(
                        new PemKeyCertOptions()
                                .addCertPath(files.certificateChain().toString())
                                .addKeyPath(files.privateKey().toString()),
                        Optional.empty());
            case ServerCertificate.SelfSigned selfSigned -> {
                var authority = CertificateAuthority.create(clock);
                publish(selfSigned, authority.certificate());
                yield new TlsMaterial(pem(authority.issue(selfSigned.hosts())), Optional.of(authority.certificate()));
            }
        };
    }

    private static void publish(ServerCertificate.SelfSigned selfSigned, String certificate) {
        if (selfSigned.directory() == null) {
            return;
        }
        var file = selfSigned.directory().resolve("ca.crt");
        try {
            Files.createDirectories(selfSigned.directory());
            Files.writeString(file, certificate);
        } catch (IOException e) {
            throw new IllegalStateException("cannot write " + file, e);
        }
    }

    private static PemKeyCertOptions pem(Identity identity) {
        return new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(identity.certificateChain()))
                .addKeyValue(Buffer.buffer(identity.privateKey()));
    }

    @Override
    public String toString() {
        return "TlsMaterial[" + authority.map(own -> "own root").orElse("foreign root") + "]";
    }
}
