package dev.sallyport.contract.admin;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The proxy's signature of an answer: HMAC-SHA256 with the sandbox's response key over the question's nonce, a line end
 * and the body. It shows that the answer is the proxy's and that it is the answer to this question.
 */
public final class ResponseSignature {

    /** {@code Sallyport-Response-Signature: <base64>}. */
    public static final String HEADER = "Sallyport-Response-Signature";

    /** Bytes of the response key. */
    public static final int KEY_BYTES = 32;

    private static final String HMAC = "HmacSHA256";

    private ResponseSignature() {}

    /**
     * The response key of one sandbox. Only the holder of the operator's own key can compute it.
     *
     * @param operatorKey secret bytes of the operator
     * @param sandboxUid the {@code metadata.uid} of the sandbox
     */
    public static byte[] responseKey(byte[] operatorKey, String sandboxUid) {
        return hmac(
                operatorKey,
                "sallyport-response-key-v1\n".getBytes(StandardCharsets.UTF_8),
                sandboxUid.getBytes(StandardCharsets.UTF_8));
    }

    /** The signature, in base64. */
    public static String sign(byte[] responseKey, String nonce, byte[] body) {
        return Base64.getEncoder().encodeToString(signature(responseKey, nonce, body));
    }

    /** Whether the signature is this key's for this answer to this question. Takes the same time for every wrong one. */
    public static boolean verify(byte[] responseKey, String nonce, byte[] body, String signature) {
        byte[] given;
        try {
            given = Base64.getDecoder().decode(signature);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return MessageDigest.isEqual(signature(responseKey, nonce, body), given);
    }

    private static byte[] signature(byte[] responseKey, String nonce, byte[] body) {
        return hmac(responseKey, ("sallyport-response-v1\n" + nonce + "\n").getBytes(StandardCharsets.UTF_8), body);
    }

    private static byte[] hmac(byte[] key, byte[] first, byte[] second) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            mac.update(first);
            return mac.doFinal(second);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is not available", e);
        }
    }
}
