package dev.sallyport.operator.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.AllowedHosts;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AllowedHostsRuleTest {

    private static final String ANNOTATION = "sallyport.dev/require-allowed-hosts";

    @Test
    void aNamespaceThatSaysNothingRequiresNothing() {
        assertThat(AllowedHostsRule.of(null)).isEqualTo(AllowedHosts.OPTIONAL);
        assertThat(AllowedHostsRule.of(Map.of("other", "true"))).isEqualTo(AllowedHosts.OPTIONAL);
        assertThat(AllowedHostsRule.of(Map.of(ANNOTATION, "false"))).isEqualTo(AllowedHosts.OPTIONAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "True", "yes", "", "False", "false "})
    void whatIsNotPlainlyNoIsYes(String text) {
        assertThat(AllowedHostsRule.of(Map.of(ANNOTATION, text))).isEqualTo(AllowedHosts.REQUIRED);
    }
}
