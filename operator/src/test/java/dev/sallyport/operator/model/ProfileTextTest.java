package dev.sallyport.operator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProfileTextTest {

    private static final Map<String, String> MEANINGS =
            Map.of("home", "/h$1\\", "baseUrl.A_B", "http://x", "proxy.url", "");

    private static Optional<String> fill(String template) {
        return new ProfileText(template).fill(name -> Optional.ofNullable(MEANINGS.get(name)));
    }

    @Test
    void aNameStandsForWhatItMeansWhereverItIs() {
        assertThat(fill("${home}:${home}/x ${baseUrl.A_B}${proxy.url}.")).contains("/h$1\\:/h$1\\/x http://x.");
        assertThat(fill("nothing {home} $home")).contains("nothing {home} $home");
    }

    @Test
    void aTextWithANameThatHasNoMeaningIsNone() {
        assertThat(fill("${home} ${baseUrl.OTHER}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${}",
                "${HOME}",
                "${home",
                "a ${",
                "${baseUrl.}",
                "${baseUrl.1}",
                "${baseUrl.a-b}",
                "${home }",
                "${a${home}}",
                "$(HOME)",
                "$$",
                "$$(HOME)",
                "\u0000",
                "\r",
                "\u001b",
                "\u0085"
            })
    void whatWouldBeSomethingElseInTheEndIsRefused(String template) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ProfileText(template));
    }

    @Test
    void aTextHasABound() {
        assertThat(fill("x".repeat(16384))).isPresent();
        assertThatIllegalArgumentException().isThrownBy(() -> new ProfileText("x".repeat(16385)));
    }
}
