package dev.sallyport.contract.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignaturesTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String NONCE = "AAAAAAAAAAAAAAAAAAAAAA";
    private static final RequestSignature QUESTION =
            new RequestSignature("GET", "/status", "4f1d", NOW.getEpochSecond(), NONCE);

    private final KeyPair operator = keys();

    @Test
    void aSignedQuestionIsRecognised() {
        String signature = QUESTION.sign(operator.getPrivate());

        assertThat(QUESTION.verify(operator.getPublic(), signature, NOW)).isTrue();
        assertThat(QUESTION.verify(operator.getPublic(), signature, NOW.plusSeconds(60)))
                .isTrue();
    }

    @Test
    void aSignatureIsWorthNothingForAnotherQuestion() {
        String signature = QUESTION.sign(operator.getPrivate());

        long time = QUESTION.time();
        List<RequestSignature> others = List.of(
                new RequestSignature("POST", "/status", "4f1d", time, NONCE),
                new RequestSignature("GET", "/metrics", "4f1d", time, NONCE),
                new RequestSignature("GET", "/status", "other", time, NONCE),
                new RequestSignature("GET", "/status", "4f1d", time + 1, NONCE),
                new RequestSignature("GET", "/status", "4f1d", time, NONCE.replace('A', 'B')));
        assertThat(others).noneMatch(other -> other.verify(operator.getPublic(), signature, NOW));
    }

    @Test
    void anotherKeysSignatureAndWhatIsNoneAreRefused() {
        assertThat(QUESTION.verify(operator.getPublic(), QUESTION.sign(keys().getPrivate()), NOW))
                .isFalse();
        assertThat(QUESTION.verify(operator.getPublic(), "", NOW)).isFalse();
        assertThat(QUESTION.verify(operator.getPublic(), "not base64!", NOW)).isFalse();
    }

    @Test
    void aQuestionOutsideTheWindowIsRefused() {
        String signature = QUESTION.sign(operator.getPrivate());

        assertThat(QUESTION.verify(operator.getPublic(), signature, NOW.plusSeconds(61)))
                .isFalse();
        assertThat(QUESTION.verify(operator.getPublic(), signature, NOW.minusSeconds(61)))
                .isFalse();
    }

    @Test
    void aTimeAtTheEdgeOfALongIsRefusedAndBreaksNothing() {
        for (long time : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, -1}) {
            RequestSignature extreme = new RequestSignature("GET", "/status", "4f1d", time, NONCE);

            assertThat(extreme.verify(operator.getPublic(), extreme.sign(operator.getPrivate()), NOW))
                    .isFalse();
        }
    }

    @Test
    void aNonceThatCouldEndALineIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RequestSignature("GET", "/status", "4f1d", 0, "AAAAAAAAAAAAAAAA\nx"));
    }

    @Test
    void anAnswerIsRecognisedByItsKeyNonceAndBody() {
        byte[] operatorKey = "operator".getBytes(StandardCharsets.UTF_8);
        byte[] key = ResponseSignature.responseKey(operatorKey, "4f1d");
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);

        String signature = ResponseSignature.sign(key, NONCE, body);

        assertThat(key).hasSize(ResponseSignature.KEY_BYTES);
        assertThat(ResponseSignature.verify(key, NONCE, body, signature)).isTrue();
        assertThat(ResponseSignature.verify(key, NONCE + "x", body, signature)).isFalse();
        assertThat(ResponseSignature.verify(key, NONCE, new byte[] {1}, signature))
                .isFalse();
        assertThat(ResponseSignature.verify(key, NONCE, body, "")).isFalse();
        assertThat(ResponseSignature.verify(
                        ResponseSignature.responseKey(operatorKey, "other"), NONCE, body, signature))
                .isFalse();
    }

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
