package dev.sallyport.sidecar.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The certification authorities that the image trusts. */
public final class PublicRoots {

    /** Of the JDK's own store: integrity, not secrecy. */
    private static final char[] CUSTOMARY_PASSWORD = "changeit".toCharArray();

    private PublicRoots() {}

    /**
     * Reads a PEM bundle such as {@code /etc/ssl/certs/ca-certificates.crt}, or a Java key store such as the JDK's
     * {@code cacerts}.
     *
     * @return at least one certificate
     * @throws IOException if it can't be read, holds no certificate, or one that doesn't parse
     */
    public static List<X509Certificate> read(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        try {
            List<X509Certificate> roots = looksLikePem(content) ? ofPem(content) : ofKeyStore(file);
            if (roots.isEmpty()) {
                throw new IOException("No certificates in " + file);
            }
            return roots;
        } catch (GeneralSecurityException e) {
            throw new IOException("The certificates in " + file + " can't be read", e);
        }
    }

    private static boolean looksLikePem(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN CERTIFICATE-----");
    }

    private static List<X509Certificate> ofPem(byte[] content) throws GeneralSecurityException {
        List<X509Certificate> roots = new ArrayList<>();
        CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(content))
                .forEach(certificate -> roots.add((X509Certificate) certificate));
        return List.copyOf(roots);
    }

    private static List<X509Certificate> ofKeyStore(Path file) throws GeneralSecurityException, IOException {
        List<X509Certificate> roots = ofKeyStore(file, null);
        return roots.isEmpty() ? ofKeyStore(file, CUSTOMARY_PASSWORD) : roots;
    }

    private static List<X509Certificate> ofKeyStore(Path file, char @Nullable [] password)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(file.toFile(), password);
        List<X509Certificate> roots = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isCertificateEntry(alias) && store.getCertificate(alias) instanceof X509Certificate root) {
                roots.add(root);
            }
        }
        return List.copyOf(roots);
    }
}
