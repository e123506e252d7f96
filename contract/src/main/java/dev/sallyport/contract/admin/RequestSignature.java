package dev.sallyport.contract.admin;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;

/**
 * The operator's signature of one question: Ed25519 (RFC 8032) over method, path, sandbox, time and nonce, one a line.
 * Who takes it from the wire can ask the same question of the same proxy within {@link #WINDOW_SECONDS} and no other; the
 * proxy remembers nonces for that long, so not even that.
 *
 * @param method in upper case
 * @param path the request target, such as {@code /status}
 * @param sandboxUid the {@code metadata.uid} of the sandbox whose proxy is asked
 * @param time when it was signed, in seconds since the epoch
 * @param nonce 16 to 64 characters of base64url, never used twice
 */
public record RequestSignature(String method, String path, String sandboxUid, long time, String nonce) {

    /** {@code Sallyport-Time: <seconds>}. */
    public static final String TIME_HEADER = "Sallyport-Time";

    /** {@code Sallyport-Nonce: <nonce>}. */
    public static final String NONCE_HEADER = "Sallyport-Nonce";

    /** {@code Sallyport-Signature: <base64>}. */
    public static final String SIGNATURE_HEADER = "Sallyport-Signature";

    /** How far the proxy's clock and the operator's may differ, transport included. */
    public static final long WINDOW_SECONDS = 60;

    public RequestSignature {
        if (!nonce.matches("[-_A-Za-z0-9]{16,64}")) {
            throw new IllegalArgumentException("nonce: not 16 to 64 characters of base64url");
        }
    }

    /** The signature, in base64. */
    public String sign(PrivateKey key) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(key);
            ed25519.update(text());
            return Base64.getEncoder().encodeToString(ed25519.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 cannot sign with this key", e);
        }
    }

    /** Whether the signature is this key's for this question, and the question is not too old or too early. */
    public boolean verify(PublicKey key, String signature, Instant now) {
        if (Math.abs(Math.subtractExact(now.getEpochSecond(), clampedTime())) > WINDOW_SECONDS) {
            return false;
        }
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(text());
            return ed25519.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Keeps the difference to any clock within a long. */
    private long clampedTime() {
        return Math.clamp(time, 0L, Instant.MAX.getEpochSecond());
    }

    private byte[] text() {
        return String.join("\n", "sallyport-admin-v1", method, path, sandboxUid, Long.toString(time), nonce)
                .getBytes(StandardCharsets.UTF_8);
    }
}
