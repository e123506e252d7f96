package dev.sallyport.sidecar.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;

/** What the CA's certificate and its leaves have in common: a version 3 certificate of RFC 5280, signed with ECDSA. */
@SuppressWarnings("ArrayRecordComponent") // parts of an encoding, made and used in one place, compared nowhere
record SignedCertificate(
        BigInteger serial,
        byte[] issuer,
        byte[] subject,
        Instant notBefore,
        Instant notAfter,
        PublicKey publicKey,
        byte[] extensions) {

    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.objectIdentifier(1, 2, 840, 10045, 4, 3, 2));

    /** Bytes of a point on P-256 in uncompressed form, with which its SubjectPublicKeyInfo ends. */
    private static final int POINT = 65;

    X509Certificate sign(PrivateKey issuerKey) throws GeneralSecurityException {
        byte[] toBeSigned = Der.sequence(
                Der.explicit(0, Der.integer(BigInteger.TWO)),
                Der.integer(serial),
                ECDSA_WITH_SHA256,
                issuer,
                Der.sequence(Der.time(notBefore), Der.time(notAfter)),
                subject,
                publicKey.getEncoded(),
                Der.explicit(3, extensions));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(issuerKey);
        signature.update(toBeSigned);
        byte[] certificate = Der.sequence(toBeSigned, ECDSA_WITH_SHA256, Der.bitString(signature.sign(), 0));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
    }

    static byte[] extension(boolean critical, byte[] value, int... objectIdentifier) {
        byte[] identifier = Der.objectIdentifier(objectIdentifier);
        return critical
                ? Der.sequence(identifier, Der.bool(true), Der.octetString(value))
                : Der.sequence(identifier, Der.octetString(value));
    }

    /** The key's identifier: the first 160 bits of the SHA-256 of its bits (RFC 7093, section 2, method 1). */
    static byte[] keyIdentifier(PublicKey key) throws GeneralSecurityException {
        byte[] info = key.getEncoded();
        byte[] point = Arrays.copyOfRange(info, info.length - POINT, info.length);
        return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(point), 20);
    }
}
