package dev.sallyport.sidecar.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an agent trusts, as files that every user may read: in a directory that the agent mounts read-only, where each is
 * replaced as a whole, so that an agent that reads while the proxy restarts sees one or the other; or, for an agent in
 * another pod, as answers.
 */
public final class TrustBundle {

    /** Public roots and the sandbox CA, in PEM: for {@code SSL_CERT_FILE} and its kin. */
    public static final String BUNDLE = "ca-bundle.crt";

    /** The sandbox CA alone, in PEM: for what adds to its own roots, such as {@code NODE_EXTRA_CA_CERTS}. */
    public static final String SANDBOX_CA = "sandbox-ca.crt";

    /** The same as {@link #BUNDLE}, as a Java trust store in PKCS #12, readable without a password and with any. */
    public static final String TRUST_STORE = "truststore.p12";

    private static final Set<PosixFilePermission> EVERYBODY = PosixFilePermissions.fromString("rw-r--r--");

    private final Map<String, byte[]> files;

    private TrustBundle(Map<String, byte[]> files) {
        this.files = files;
    }

    /**
     * Makes the three files.
     *
     * @param publicRoots see {@link PublicRoots}
     */
    public static TrustBundle of(List<X509Certificate> publicRoots, SandboxCa ca) throws IOException {
        try {
            byte[] own = pem(ca.certificate());
            ByteArrayOutputStream bundle = new ByteArrayOutputStream();
            for (X509Certificate root : publicRoots) {
                bundle.writeBytes(pem(root));
            }
            bundle.writeBytes(own);
            return new TrustBundle(
                    Map.of(SANDBOX_CA, own, BUNDLE, bundle.toByteArray(), TRUST_STORE, trustStore(publicRoots, ca)));
        } catch (GeneralSecurityException e) {
            throw new IOException("A trusted certificate can't be encoded", e);
        }
    }

    /**
     * Writes them.
     *
     * @param directory exists; the agent's user may enter it
     */
    public void write(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("Not a directory: " + directory);
        }
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            DurableFile.replace(directory.resolve(file.getKey()), file.getValue(), EVERYBODY);
        }
    }

    /** One of them, by its name, not to be written to; empty: there is none of this name. */
    public Optional<ByteBuffer> file(String name) {
        return Optional.ofNullable(files.get(name))
                .map(file -> ByteBuffer.wrap(file).asReadOnlyBuffer());
    }

    private static byte[] pem(X509Certificate certificate) throws GeneralSecurityException {
        return Pem.encode(new Pem.Block("CERTIFICATE", certificate.getEncoded()));
    }

    private static byte[] trustStore(List<X509Certificate> publicRoots, SandboxCa ca)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < publicRoots.size(); i++) {
            store.setCertificateEntry("public-root-" + i, publicRoots.get(i));
        }
        store.setCertificateEntry("sandbox-ca", ca.certificate());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        // Certificates are no secret: without a password they are neither encrypted nor bound to one.
        store.store(out, null);
        return out.toByteArray();
    }
}
