package dev.sallyport.standin.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/**
 * A root that signs server certificates for tests, as RFC 5280 wants them: ECDSA P-256, subject alternative names, server
 * authentication only, key identifiers. Its key lives in memory only.
 */
public final class CertificateAuthority {
    /** How long certificates are valid unless said otherwise, either side of now, so that a wrong clock does no harm. */
    private static final Duration VALID_BEFORE = Duration.ofHours(1);

    private static final Duration VALID_AFTER = Duration.ofDays(30);
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final InstantSource clock;
    private final KeyPair keys;
    private final X509Certificate certificate;

    private CertificateAuthority(InstantSource clock, KeyPair keys, X509Certificate certificate) {
        this.clock = clock;
        this.keys = keys;
        this.certificate = certificate;
    }

    /**
     * Makes a new root.
     *
     * @param clock says from when to when certificates are valid
     */
    public static CertificateAuthority create(InstantSource clock) {
        try {
            var keys = newKeys();
            var name = new X500Principal("CN=Sallyport stand-in root " + Long.toHexString(RANDOM.nextLong()));
            var now = clock.instant();
            var builder = new JcaX509v3CertificateBuilder(
                    name,
                    newSerial(),
                    Date.from(now.minus(VALID_BEFORE)),
                    Date.from(now.plus(VALID_AFTER)),
                    name,
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            return new CertificateAuthority(clock, keys, sign(builder, keys));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("cannot make a certificate authority", e);
        }
    }

    /** The root's certificate, PEM: what clients have to trust. */
    public String certificate() {
        return pem(certificate);
    }

    /**
     * A certificate for these hosts, valid now.
     *
     * @param hosts DNS names and IP addresses
     */
    public Identity issue(Collection<String> hosts) {
        var now = clock.instant();
        return issue(hosts, now.minus(VALID_BEFORE), now.plus(VALID_AFTER));
    }

    /**
     * A certificate for these hosts and that time, which may be over.
     *
     * @param hosts DNS names and IP addresses
     */
    public Identity issue(Collection<String> hosts, Instant notBefore, Instant notAfter) {
        try {
            var leafKeys = newKeys();
            var extensions = new JcaX509ExtensionUtils();
            var builder = new JcaX509v3CertificateBuilder(
                    certificate,
                    newSerial(),
                    Date.from(notBefore),
                    Date.from(notAfter),
                    new X500Principal("CN=Sallyport stand-in"),
                    leafKeys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                    .addExtension(Extension.subjectAlternativeName, false, alternativeNames(hosts))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(leafKeys.getPublic()))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(certificate));
            return new Identity(pem(sign(builder, keys)), pem(new JcaPKCS8Generator(leafKeys.getPrivate(), null)));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot issue a certificate for " + hosts, e);
        }
    }

    private static GeneralNames alternativeNames(Collection<String> hosts) {
        return new GeneralNames(hosts.stream()
                .map(host ->
                        new GeneralName(IPAddress.isValid(host) ? GeneralName.iPAddress : GeneralName.dNSName, host))
                .toArray(GeneralName[]::new));
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, KeyPair signer)
            throws GeneralSecurityException, OperatorCreationException {
        var content = new JcaContentSignerBuilder(SIGNATURE).build(signer.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(content));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        return generator.generateKeyPair();
    }

    private static BigInteger newSerial() {
        // 127 random bits with the top one set: positive and never zero (RFC 5280, 4.1.2.2).
        return new BigInteger(126, RANDOM).setBit(126);
    }

    private static String pem(Object object) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new IllegalStateException("cannot write PEM", e);
        }
        return text.toString();
    }
}
