package dev.sallyport.standin.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.standin.fault.Parameters.BadParameter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParametersTest {
    private static final Fault FAULT =
            new Fault("slow", "is slow", Map.of("delay", "20", "mode", "a"), (exchange, parameters) -> {});

    @Test
    void takesTheDefaultOfWhatIsNotGiven() {
        var parameters = Parameters.of(FAULT, query());

        assertThat(parameters.millis("delay")).isEqualTo(Duration.ofMillis(20));
        assertThat(parameters.text("mode")).isEqualTo("a");
    }

    @Test
    void takesWhatIsGiven() {
        var parameters = Parameters.of(FAULT, query().add("delay", "7"));

        assertThat(parameters.integer("delay", 0, 10)).isEqualTo(7);
    }

    @Test
    void refusesWhatTheFaultDoesNotKnow() {
        assertThatThrownBy(() -> Parameters.of(FAULT, query().add("dealy", "7")))
                .isInstanceOf(BadParameter.class)
                .hasMessageContaining("dealy");
    }

    @Test
    void refusesAParameterThatIsGivenTwice() {
        assertThatThrownBy(() -> Parameters.of(FAULT, query().add("delay", "7").add("delay", "8")))
                .isInstanceOf(BadParameter.class);
    }

    @Test
    void refusesWhatIsNoNumberOrOutOfRangeOrNoneOfTheWords() {
        var parameters = Parameters.of(FAULT, query().add("delay", "11").add("mode", "b"));

        assertThatThrownBy(() -> parameters.integer("delay", 0, 10)).isInstanceOf(BadParameter.class);
        assertThatThrownBy(() -> parameters.integer("mode", 0, 10)).isInstanceOf(BadParameter.class);
        assertThatThrownBy(() -> parameters.oneOf("mode", List.of("a"))).isInstanceOf(BadParameter.class);
    }

    private static MultiMap query() {
        return MultiMap.caseInsensitiveMultiMap();
    }
}
