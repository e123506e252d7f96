package dev.sallyport.sidecar.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The CA as it lies in the state directory: its key (PKCS #8) and its certificate, in one file, so never one without the other. */
final class CaFile {

    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final int MOST_BYTES = 16 * 1024;
    private static final String KEY = "PRIVATE KEY";
    private static final String CERTIFICATE = "CERTIFICATE";

    record Content(PrivateKey privateKey, X509Certificate certificate) {
        @Override
        public String toString() {
            return "Content[" + certificate.getSubjectX500Principal() + "]";
        }
    }

    private CaFile() {}

    static void write(Path file, Content content) throws IOException, GeneralSecurityException {
        byte[] key = content.privateKey().getEncoded();
        byte[] pem = Pem.encode(
                new Pem.Block(KEY, key),
                new Pem.Block(CERTIFICATE, content.certificate().getEncoded()));
        try {
            DurableFile.replace(file, pem, OWNER);
        } finally {
            Arrays.fill(key, (byte) 0);
            Arrays.fill(pem, (byte) 0);
        }
    }

    /** @param unit the organizational unit that the CA's name must have */
    static Content read(Path file, Instant now, String unit) throws IOException, GeneralSecurityException {
        PosixFileAttributes attributes =
                Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        demand(attributes.isRegularFile(), file, "it isn't a regular file");
        demand(
                OWNER.containsAll(attributes.permissions()),
                file,
                "its mode is " + PosixFilePermissions.toString(attributes.permissions())
                        + ", so its key may be known to others");
        byte[] pem = readBounded(file);
        Content content;
        try {
            content = parse(pem);
        } catch (IllegalArgumentException e) {
            throw new UnusableCaException(file, String.valueOf(e.getMessage()));
        } catch (GeneralSecurityException e) {
            // Without the cause: its message may quote what it could not read.
            throw new UnusableCaException(file, "its key or certificate doesn't parse");
        } finally {
            Arrays.fill(pem, (byte) 0);
        }
        check(file, content, now, unit);
        return content;
    }

    private static byte[] readBounded(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            demand(bytes.length <= MOST_BYTES, file, "it is larger than " + MOST_BYTES + " bytes");
            return bytes;
        }
    }

    private static Content parse(byte[] pem) throws GeneralSecurityException {
        List<Pem.Block> blocks = Pem.decode(pem, KEY, CERTIFICATE);
        byte[] key = blocks.get(0).content();
        try {
            PrivateKey privateKey = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key));
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(blocks.get(1).content()));
            return new Content(privateKey, certificate);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static void check(Path file, Content content, Instant now, String unit)
            throws UnusableCaException, GeneralSecurityException {
        X509Certificate certificate = content.certificate();
        demand(isOnP256(certificate), file, "its key isn't an ECDSA key on P-256");
        demand(isKeyOf(content), file, "its key isn't the one in its certificate");
        boolean[] usage = certificate.getKeyUsage();
        demand(
                certificate.getBasicConstraints() == 0 && usage != null && usage[5],
                file,
                "its certificate isn't that of a CA for leaves");
        try {
            certificate.verify(certificate.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new UnusableCaException(file, "its certificate isn't signed by itself");
        }
        demand(
                !now.isBefore(certificate.getNotBefore().toInstant()),
                file,
                "its certificate isn't valid yet: is the clock right?");
        demand(now.isBefore(certificate.getNotAfter().toInstant()), file, "its certificate has expired");
        byte[] name = certificate.getSubjectX500Principal().getEncoded();
        demand(
                Arrays.equals(name, SandboxCa.nameOf(unit, certificate.getPublicKey())),
                file,
                "it belongs to another sandbox");
    }

    private static boolean isOnP256(X509Certificate certificate) {
        try {
            AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
            named.init(new ECGenParameterSpec("secp256r1"));
            ECParameterSpec p256 = named.getParameterSpec(ECParameterSpec.class);
            return certificate.getPublicKey() instanceof ECPublicKey key
                    && key.getParams().getCurve().equals(p256.getCurve())
                    && key.getParams().getGenerator().equals(p256.getGenerator());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks ECDSA on P-256", e);
        }
    }

    private static boolean isKeyOf(Content content) {
        try {
            byte[] message = "key and certificate belong together".getBytes(StandardCharsets.US_ASCII);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(content.privateKey());
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(content.certificate().getPublicKey());
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static void demand(boolean condition, Path file, String otherwise) throws UnusableCaException {
        if (!condition) {
            throw new UnusableCaException(file, otherwise);
        }
    }
}
