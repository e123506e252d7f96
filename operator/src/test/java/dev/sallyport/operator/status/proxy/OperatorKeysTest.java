package dev.sallyport.operator.status.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.config.AgentAccess;
import dev.sallyport.contract.config.PlaceholderConfig;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
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
    void aPlaceholderIsTheSameAfterARestartAndAnotherForEachSandboxAndVariable() {
        OperatorKeys keys = OperatorKeys.generate();
        String token = keys.placeholder("a", "TOKEN");

        assertThat(OperatorKeys.decode(keys.encoded()).placeholder("a", "TOKEN"))
                .isEqualTo(token);
        assertThat(List.of(
                        keys.placeholder("b", "TOKEN"),
                        keys.placeholder("a", "TOKEN_2"),
                        keys.placeholder("a", "token"),
                        OperatorKeys.generate().placeholder("a", "TOKEN")))
                .doesNotContain(token)
                .doesNotHaveDuplicates();
    }

    @Test
    void aPlaceholderIsWhatTheProxyTakesAndPeopleRecognise() {
        String token = OperatorKeys.generate().placeholder("a", "TOKEN");

        assertThat(token).matches("sallyport-[-_A-Za-z0-9]{43}");
        assertThat(new PlaceholderConfig(token, List.of(Place.HEADER)).token()).isEqualTo(token);
    }

    @Test
    void aPairedProxysTokenIsItsSandboxsOwnAndNoPlaceholder() {
        OperatorKeys keys = OperatorKeys.generate();
        String token = keys.proxyToken("a");

        assertThat(OperatorKeys.decode(keys.encoded()).proxyToken("a")).isEqualTo(token);
        assertThat(new AgentAccess(token, List.of()).token()).isEqualTo(token);
        assertThat(List.of(
                        keys.proxyToken("b"),
                        keys.placeholder("a", ""),
                        keys.placeholder("a", "sallyport-proxy-token-v1"),
                        OperatorKeys.generate().proxyToken("a")))
                .doesNotContain(token);
    }

    @Test
    void aPlaceholderTellsNothingOfTheResponseKey() {
        OperatorKeys keys = OperatorKeys.generate();
        byte[] token =
                Base64.getUrlDecoder().decode(keys.placeholder("a", "TOKEN").substring("sallyport-".length()));

        assertThat(token)
                .hasSize(32)
                .isNotEqualTo(Base64.getDecoder().decode(keys.access("a").responseKey()))
                .isNotEqualTo(keys.responseKey("a\nTOKEN"));
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
