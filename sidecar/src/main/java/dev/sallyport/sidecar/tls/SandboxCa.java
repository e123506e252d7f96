package dev.sallyport.sidecar.tls;

import dev.sallyport.contract.config.SandboxRef;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/**
 * The certificate authority of one sandbox. Its key never leaves the proxy; whoever had it could read what this one
 * agent sends, and nothing else.
 *
 * <p>Keys are ECDSA on P-256, certificates follow RFC 5280. Safe for use by several threads at once.
 */
public final class SandboxCa {

    /** In the state directory. */
    public static final String FILE = "sandbox-ca.pem";

    /** A pod seldom lives for months; nothing renews its CA. */
    private static final int LIFE_YEARS = 10;

    private static final Duration LEAF_LIFE = Duration.ofHours(24);

    /** How far certificates date back, for clients whose clock is behind. */
    private static final Duration SKEW = Duration.ofHours(1);

    private static final int SERIAL_BITS = 128;

    /** An upper bound of RFC 5280, appendix A.1, in characters. */
    private static final int NAME_LENGTH = 64;

    private final PrivateKey privateKey;
    private final X509Certificate certificate;
    private final byte[] keyIdentifier;
    private final Clock clock;
    private final SecureRandom random;

    private SandboxCa(PrivateKey privateKey, X509Certificate certificate, Clock clock, SecureRandom random)
            throws GeneralSecurityException {
        this.privateKey = privateKey;
        this.certificate = certificate;
        this.keyIdentifier = SignedCertificate.keyIdentifier(certificate.getPublicKey());
        this.clock = clock;
        this.random = random;
    }

    /**
     * Takes the CA that an earlier start of this proxy left in the directory, or makes one there, readable by this
     * process's user only.
     *
     * @param directory exists, in memory, and no agent mounts it
     * @param sandbox stands in the CA's name, so that a person who meets the certificate knows where it belongs
     * @throws UnusableCaException if a CA is there, and is readable by others, damaged, expired or of another sandbox
     * @throws IOException if it can't be read or written
     */
    public static SandboxCa openOrCreate(Path directory, SandboxRef sandbox, Clock clock, SecureRandom random)
            throws IOException {
        Path file = directory.resolve(FILE);
        String unit = unitOf(sandbox);
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                CaFile.Content content = CaFile.read(file, clock.instant(), unit);
                return new SandboxCa(content.privateKey(), content.certificate(), clock, random);
            }
            KeyPair pair = newKeyPair(random);
            X509Certificate certificate = selfSigned(pair, unit, clock.instant(), random);
            CaFile.write(file, new CaFile.Content(pair.getPrivate(), certificate));
            return new SandboxCa(pair.getPrivate(), certificate, clock, random);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks ECDSA on P-256", e);
        }
    }

    /** What agents of this sandbox trust. */
    public X509Certificate certificate() {
        return certificate;
    }

    /**
     * Makes a certificate for one host, with a key of its own. Takes 0.3 ms once warm and some 50 ms the first time:
     * nothing for an event loop; {@link LeafCache} does it elsewhere.
     *
     * @param host a name or an IP literal as it stands in an authority, IPv6 with or without brackets
     * @throws IllegalArgumentException if it is neither
     */
    public Leaf mint(String host) {
        return mint(SubjectAltName.of(host));
    }

    Leaf mint(SubjectAltName name) {
        try {
            KeyPair pair = newKeyPair(random);
            Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
            Instant end = certificate.getNotAfter().toInstant();
            Instant notAfter = now.plus(LEAF_LIFE).isBefore(end) ? now.plus(LEAF_LIFE) : end;
            byte[] extensions = Der.sequence(
                    SignedCertificate.extension(true, Der.sequence(), 2, 5, 29, 19),
                    SignedCertificate.extension(true, Der.bitString(new byte[] {(byte) 0x80}, 7), 2, 5, 29, 15),
                    SignedCertificate.extension(
                            false, Der.sequence(Der.objectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 1)), 2, 5, 29, 37),
                    // Critical, since the subject is empty (RFC 5280, section 4.2.1.6).
                    SignedCertificate.extension(true, Der.sequence(name.generalName()), 2, 5, 29, 17),
                    SignedCertificate.extension(
                            false, Der.octetString(SignedCertificate.keyIdentifier(pair.getPublic())), 2, 5, 29, 14),
                    SignedCertificate.extension(false, Der.sequence(Der.implicit(0, keyIdentifier)), 2, 5, 29, 35));
            X509Certificate leaf = new SignedCertificate(
                            newSerial(random),
                            certificate.getSubjectX500Principal().getEncoded(),
                            Der.sequence(),
                            now.minus(SKEW),
                            notAfter,
                            pair.getPublic(),
                            extensions)
                    .sign(privateKey);
            return new Leaf(pair.getPrivate(), leaf);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks ECDSA on P-256", e);
        }
    }

    private static X509Certificate selfSigned(KeyPair pair, String unit, Instant now, SecureRandom random)
            throws GeneralSecurityException {
        byte[] identifier = SignedCertificate.keyIdentifier(pair.getPublic());
        byte[] name = nameOf(unit, pair.getPublic());
        byte[] extensions = Der.sequence(
                SignedCertificate.extension(
                        true, Der.sequence(Der.bool(true), Der.integer(BigInteger.ZERO)), 2, 5, 29, 19),
                SignedCertificate.extension(true, Der.bitString(new byte[] {0x04}, 2), 2, 5, 29, 15),
                SignedCertificate.extension(false, Der.octetString(identifier), 2, 5, 29, 14));
        Instant end = now.atZone(ZoneOffset.UTC).plusYears(LIFE_YEARS).toInstant();
        return new SignedCertificate(
                        newSerial(random),
                        name,
                        name,
                        now.truncatedTo(ChronoUnit.SECONDS).minus(SKEW),
                        end.truncatedTo(ChronoUnit.SECONDS),
                        pair.getPublic(),
                        extensions)
                .sign(pair.getPrivate());
    }

    /** The CA's name. It differs from key to key: clients look issuers up by name. */
    static byte[] nameOf(String unit, PublicKey key) throws GeneralSecurityException {
        String keyName = HexFormat.of().formatHex(SignedCertificate.keyIdentifier(key), 0, 8);
        return Der.sequence(
                attribute("Sallyport", 2, 5, 4, 10),
                attribute(unit, 2, 5, 4, 11),
                attribute("Sallyport sandbox CA " + keyName, 2, 5, 4, 3));
    }

    private static byte[] attribute(String value, int... type) {
        return Der.setOf(Der.sequence(Der.objectIdentifier(type), Der.utf8String(value)));
    }

    private static KeyPair newKeyPair(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static BigInteger newSerial(SecureRandom random) {
        BigInteger serial;
        do {
            serial = new BigInteger(SERIAL_BITS, random);
        } while (serial.signum() == 0);
        return serial;
    }

    /** Namespace and name; where they are too long, their beginning and a digest of all. */
    private static String unitOf(SandboxRef sandbox) {
        String whole = sandbox.namespace() + "/" + sandbox.name();
        if (whole.length() <= NAME_LENGTH) {
            return whole;
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(whole.getBytes(StandardCharsets.UTF_8));
            String suffix = "~" + HexFormat.of().formatHex(digest, 0, 8);
            return whole.substring(0, NAME_LENGTH - suffix.length()) + suffix;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks SHA-256", e);
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "SandboxCa[" + certificate.getSubjectX500Principal() + "]";
    }
}
