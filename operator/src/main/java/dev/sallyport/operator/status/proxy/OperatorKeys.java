package dev.sallyport.operator.status.proxy;

import dev.sallyport.contract.admin.ResponseSignature;
import dev.sallyport.contract.config.AdminAccess;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** With what the operator shows itself to its proxies, and recognises their answers. Shows nothing of itself in text. */
public final class OperatorKeys {

    /** Keys of the Secret's data. */
    static final String PRIVATE_KEY = "private-key.pkcs8";

    static final String PUBLIC_KEY = "public-key.x509";
    static final String RESPONSE_ROOT = "response-root";

    private static final int ROOT_BYTES = 32;
    private static final String HMAC = "HmacSHA256";

    private final PrivateKey privateKey;
    private final PublicKey publicKey;
    private final byte[] responseRoot;

    private OperatorKeys(PrivateKey privateKey, PublicKey publicKey, byte[] responseRoot) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
        this.responseRoot = responseRoot;
    }

    /** New keys. */
    public static OperatorKeys generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] root = new byte[ROOT_BYTES];
            new SecureRandom().nextBytes(root);
            return new OperatorKeys(pair.getPrivate(), pair.getPublic(), root);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 is not available", e);
        }
    }

    /**
     * Reads what {@link #encoded} wrote.
     *
     * @throws IllegalArgumentException if something is missing or is no key; the message holds nothing of it
     */
    public static OperatorKeys decode(Map<String, String> base64) {
        try {
            KeyFactory factory = KeyFactory.getInstance("Ed25519");
            byte[] root = bytes(base64, RESPONSE_ROOT);
            if (root.length != ROOT_BYTES) {
                throw new IllegalArgumentException(RESPONSE_ROOT + ": not " + ROOT_BYTES + " bytes");
            }
            return new OperatorKeys(
                    factory.generatePrivate(new PKCS8EncodedKeySpec(bytes(base64, PRIVATE_KEY))),
                    factory.generatePublic(new X509EncodedKeySpec(bytes(base64, PUBLIC_KEY))),
                    root);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 key pair", e);
        }
    }

    private static byte[] bytes(Map<String, String> base64, String key) {
        String text = base64.get(key);
        if (text == null) {
            throw new IllegalArgumentException(key + ": missing");
        }
        return Base64.getDecoder().decode(text);
    }

    /** As a Secret's {@code data} holds it. */
    public Map<String, String> encoded() {
        Base64.Encoder encoder = Base64.getEncoder();
        return Map.of(
                PRIVATE_KEY, encoder.encodeToString(privateKey.getEncoded()),
                PUBLIC_KEY, encoder.encodeToString(publicKey.getEncoded()),
                RESPONSE_ROOT, encoder.encodeToString(responseRoot));
    }

    /** What the proxy of this sandbox is told. */
    public AdminAccess access(String sandboxUid) {
        Base64.Encoder encoder = Base64.getEncoder();
        return new AdminAccess(
                encoder.encodeToString(publicKey.getEncoded()), encoder.encodeToString(responseKey(sandboxUid)));
    }

    /**
     * The token that stands for a credential in an agent's variable: {@code sallyport-} and 43 characters of base64url.
     * Derived, so that it needs no place to be kept; it is as good as random to everybody else, and tells nothing of the
     * key.
     */
    public String placeholder(String sandboxUid, String env) {
        return token("sallyport-placeholder-v1", sandboxUid, env);
    }

    /** The token by which a proxy in a pod of its own knows its agent; derived and spelt likewise. */
    public String proxyToken(String sandboxUid) {
        return token("sallyport-proxy-token-v1", sandboxUid);
    }

    private String token(String... parts) {
        byte[] text = String.join("\n", parts).getBytes(StandardCharsets.UTF_8);
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(responseRoot, HMAC));
            return "sallyport-" + Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is not available", e);
        }
    }

    PrivateKey privateKey() {
        return privateKey;
    }

    byte[] responseKey(String sandboxUid) {
        return ResponseSignature.responseKey(responseRoot, sandboxUid);
    }

    @Override
    public String toString() {
        return "OperatorKeys[publicKey=" + Base64.getEncoder().encodeToString(publicKey.getEncoded()) + "]";
    }
}
