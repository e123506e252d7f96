package dev.sallyport.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.standin.auth.Carrier;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StandinOptionsTest {
    @Test
    void begetsAStandInThatRefusesEveryKeyAndIsSeenByNobodyElse() {
        var options = StandinOptions.onLoopback();

        assertThat(options.bind()).isEqualTo("127.0.0.1").isEqualTo(options.controlBind());
        assertThat(options.keyrings()).isEmpty();
        assertThat(options.eventDelay()).isZero();
    }

    @Test
    void refusesToServeNothing() {
        assertThatThrownBy(() -> new StandinOptions(
                        "127.0.0.1",
                        null,
                        null,
                        "127.0.0.1",
                        0,
                        Map.of(),
                        StandinOptions.ANTHROPIC_CARRIERS,
                        Duration.ZERO,
                        1,
                        1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing to serve");
    }

    @Test
    void refusesCarriersThatAnthropicDoesNotRead() {
        var options = StandinOptions.onLoopback();

        assertThatThrownBy(() -> options.withAnthropicAccepts(Set.of(Carrier.QUERY_KEY)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.withAnthropicAccepts(Set.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesATimeBeforeNow() {
        var options = StandinOptions.onLoopback();

        assertThatThrownBy(() -> options.withEventDelay(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
