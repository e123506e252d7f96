package dev.sallyport.standin.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyringsTest {
    private final Keyrings keyrings = new Keyrings(
            Map.of(Provider.ANTHROPIC, Keyring.of("a-one", "a-two"), Provider.OPENAI, Keyring.of("o-one")));

    @Test
    void saysWhoseKeyItIsAndWhich() {
        var seen = keyrings.identify(new Credential(Carrier.BEARER, "a-two"));

        assertThat(seen.provider()).isEqualTo(Provider.ANTHROPIC);
        assertThat(seen.line()).isEqualTo(2);
        assertThat(seen.real()).isTrue();
        assertThat(seen.toString()).doesNotContain("a-two");
    }

    @Test
    void tellsTwoDummiesApartWithoutShowingThem() {
        var one = keyrings.identify(new Credential(Carrier.X_API_KEY, "dummy-1"));
        var two = keyrings.identify(new Credential(Carrier.X_API_KEY, "dummy-2"));

        assertThat(one.real()).isFalse();
        assertThat(one.line()).isZero();
        assertThat(one.fingerprint()).hasSize(12).isNotEqualTo(two.fingerprint());
    }

    @Test
    void givesAProviderWithoutKeysARingThatNothingOpens() {
        assertThat(new Keyrings(Map.of()).of(Provider.OPENAI).keys()).isEmpty();
    }
}
