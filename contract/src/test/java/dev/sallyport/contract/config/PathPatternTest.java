package dev.sallyport.contract.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1/messages",
                "/v1/models/**",
                "/**",
                "/repos/*/issues",
                "/files/*.json",
                "/@scope%2Fname",
                "/a/...",
                "/a/..b",
                "/v1beta/models/gemini:generateContent",
                "/trailing/"
            })
    void takesPathsInNormalForm(String text) {
        assertThat(new PathPattern(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v1/messages",
                "*",
                "/a//b",
                "//a",
                "/a/./b",
                "/a/../b",
                "/..",
                "/.",
                "/a/**/b",
                "/a**",
                "/a/b**",
                "/a/%2e%2e",
                "/a%2fb",
                "/a%",
                "/a%4",
                "/a%41",
                "/a b",
                "/a?b",
                "/a#b",
                "/a\\b",
                "/ä",
                "/a\u0000"
            })
    void refusesWhatIsNoPathInNormalForm(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new PathPattern(text));
    }

    @Test
    void takesThousandCharactersWithoutExhaustingTheStack() {
        String text = "/" + "a".repeat(1023);

        assertThat(new PathPattern(text).text()).hasSize(1024);
        assertThatIllegalArgumentException().isThrownBy(() -> new PathPattern(text + "a"));
    }
}
