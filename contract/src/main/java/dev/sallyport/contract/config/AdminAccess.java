package dev.sallyport.contract.config;

import dev.sallyport.contract.json.Require;

/**
 * Whom the admin port's {@code /status} answers, and how the answer is recognised.
 *
 * @param publicKey the operator's Ed25519 public key, base64 of its X.509 SubjectPublicKeyInfo (RFC 8410)
 * @param responseKey base64 of 32 bytes that the operator derives for this sandbox and with which the proxy signs its
 *     answers (HMAC-SHA256): an agent that takes the port cannot, as the configuration is mounted into the proxy alone.
 *     It opens nothing: it is worth the truth of the counts in the status and no more.
 */
public record AdminAccess(String publicKey, String responseKey) {

    public AdminAccess {
        Require.present(publicKey, "publicKey");
        Require.present(responseKey, "responseKey");
    }

    /** Without the response key, which is of no use in a log. */
    @Override
    public String toString() {
        return "AdminAccess[publicKey=" + publicKey + "]";
    }
}
