package dev.sallyport.sidecar.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/**
 * What an agent trusts, as files that every user may read, in a directory that the agent mounts read-only. Each file is
 * replaced as a whole, so that an agent that reads while the proxy restarts sees one or the other.
 */
public final class TrustBundle {

    /** Public roots and the sandbox CA, in PEM: for {@code SSL_CERT_FILE} and its kin. */
    public static final String BUNDLE = "ca-bundle.crt";

    /** The sandbox CA alone, in PEM: for what adds to its own roots, such as {@code NODE_EXTRA_CA_CERTS}. */
    public static final String SANDBOX_CA = "sandbox-ca.crt";

    /** The same as {@link #BUNDLE}, as a Java trust store in PKCS #12, readable without a password and with any. */
    public static final String TRUST_STORE = "truststore.p12";

    private static final Set<PosixFilePermission> EVERYBODY = PosixFilePermissions.fromString("rw-r--r--");

    private TrustBundle() {}

    /**
     * Writes the three files.
     *
     * @param directory exists; the agent's user may enter it
     * @param publicRoots see {@link PublicRoots}
     */
    public static void write(Path directory, List<X509Certificate> publicRoots, SandboxCa ca) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("Not a directory: " + directory);
        }
        try {
            byte[] own = pem(ca.certificate());
            ByteArrayOutputStream bundle = new ByteArrayOutputStream();
            for (X509Certificate root : publicRoots) {
                bundle.writeBytes(pem(root));
            }
            bundle.writeBytes(own);
            DurableFile.replace(directory.resolve(SANDBOX_CA), own, EVERYBODY);
            DurableFile.replace(directory.resolve(BUNDLE), bundle.toByteArray(), EVERYBODY);
            DurableFile.replace(directory.resolve(TRUST_STORE), trustStore(publicRoots, ca), EVERYBODY);
        } catch (GeneralSecurityException e) {
            throw new IOException("A trusted certificate can't be encoded", e);
        }
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
