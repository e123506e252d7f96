package dev.sallyport.operator.status.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OperatorKeysTest {

    @Test
    void keysSurviveTheirSecret() {
        OperatorKeys keys = OperatorKeys.generate();

        OperatorKeys read = OperatorKeys.decode(keys.encoded());

        assertThat(read.encoded()).isEqualTo(keys.encoded());
        assertThat(read.access("uid")).isEqualTo(keys.access("uid"));
    }

    @Test
    void eachSandboxHasAResponseKeyOfItsOwn() {
        OperatorKeys keys = OperatorKeys.generate();

        assertThat(keys.access("a").responseKey()).isNotEqualTo(keys.access("b").responseKey());
        assertThat(keys.access("a").publicKey()).isEqualTo(keys.access("b").publicKey());
    }

    @Test
    void aSecretThatHoldsSomethingElseIsRefusedWithoutBeingQuoted() {
        Map<String, String> damaged = new HashMap<>(OperatorKeys.generate().encoded());
        damaged.put(OperatorKeys.RESPONSE_ROOT, "c2VjcmV0");

        assertThatThrownBy(() -> OperatorKeys.decode(damaged))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("c2VjcmV0");
        assertThatThrownBy(() -> OperatorKeys.decode(Map.of())).hasMessageContaining("missing");
    }

    @Test
    void nothingSecretStandsInItsText() {
        OperatorKeys keys = OperatorKeys.generate();

        assertThat(keys.toString())
                .doesNotContain(keys.encoded().get(OperatorKeys.PRIVATE_KEY))
                .doesNotContain(keys.encoded().get(OperatorKeys.RESPONSE_ROOT));
    }
}
