package dev.sallyport.sidecar.observability;

import dev.sallyport.contract.admin.RequestSignature;
import dev.sallyport.contract.config.AdminAccess;
import dev.sallyport.contract.config.ProxyConfig;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Whether a question on the admin port is the operator's, and asked for the first time. */
final class StatusAccess {

    /** Far more than an operator asks in two minutes. */
    private static final int MOST_NONCES = 4096;

    private final Clock clock;
    private final Map<String, Instant> nonces = new HashMap<>();

    StatusAccess(Clock clock) {
        this.clock = clock;
    }

    /** The fields of a signed question; each empty where the question has none. */
    record Question(
            String method, String path, Optional<String> time, Optional<String> nonce, Optional<String> signature) {}

    /** Whether to answer. A nonce is remembered only of a question that was rightly signed. */
    synchronized boolean permits(Question question, ProxyConfig config) {
        Instant now = clock.instant();
        try {
            RequestSignature signed = new RequestSignature(
                    question.method(),
                    question.path(),
                    config.sandbox().uid(),
                    Long.parseLong(question.time().orElse("")),
                    question.nonce().orElse(""));
            if (config.admin().isEmpty()
                    || !signed.verify(
                            publicKey(config.admin().get()),
                            question.signature().orElse(""),
                            now)) {
                return false;
            }
            nonces.values().removeIf(until -> until.isBefore(now));
            return nonces.size() < MOST_NONCES
                    && nonces.putIfAbsent(signed.nonce(), now.plusSeconds(2 * RequestSignature.WINDOW_SECONDS + 1))
                            == null;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static PublicKey publicKey(AdminAccess access) throws GeneralSecurityException {
        byte[] encoded = Base64.getDecoder().decode(access.publicKey());
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }
}
