package dev.sallyport.standin.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.exchange.Json;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTest {
    @Test
    void echoesWhatTheUserSaidWordByWord() {
        var answer = Model.answer(prompt("  say   hello\nto me "));

        assertThat(answer.words()).containsExactly("You", " said:", " say", " hello", " to", " me");
        assertThat(answer.text()).isEqualTo("You said: say hello to me");
        assertThat(answer.tokens()).isEqualTo(6);
        assertThat(answer.cut()).isFalse();
    }

    @Test
    void saysSomethingEvenToSilence() {
        assertThat(Model.answer(prompt(" \n")).text()).isEqualTo("You said:");
    }

    @Test
    void echoesNoMoreThanTheFirst256Words() {
        var answer = Model.answer(prompt("word ".repeat(300)));

        assertThat(answer.words()).hasSize(2 + 256);
        assertThat(answer.cut()).isFalse();
    }

    @Test
    void stopsWhereTheRequestLimitsIt() {
        var answer = Model.answer(new Prompt("say hello to me", Optional.empty(), Set.of(), 3));

        assertThat(answer.text()).isEqualTo("You said: say");
        assertThat(answer.cut()).isTrue();
    }

    @Test
    void countsAtTheConfiguredPaceUnlessToldAnother() {
        var plain = Model.answer(prompt("please count to 4"));
        var paced = Model.answer(prompt("please count to 4 every 250 ms"));

        assertThat(plain.text()).isEqualTo("1 2 3 4").isEqualTo(paced.text());
        assertThat(plain.pace()).isEmpty();
        assertThat(paced.pace()).contains(Duration.ofMillis(250));
    }

    @Test
    void countsNoFurtherThanAHundredThousandAndWaitsNoLongerThanAMinute() {
        var answer = Model.answer(prompt("count to 999999 every 99999ms"));

        assertThat(answer.words()).hasSize(100_000);
        assertThat(answer.pace()).contains(Duration.ofMinutes(1));
    }

    @Test
    void usesAToolThatIsOnOffer() {
        var answer = Model.answer(new Prompt(
                "now use tool weather {\"city\": \"Bern\"} please", Optional.empty(), Set.of("weather"), 100));

        assertThat(answer.text()).isEqualTo("Using weather.");
        assertThat(answer.tool()).isPresent();
        var tool = answer.tool().orElseThrow();
        assertThat(tool.name()).isEqualTo("weather");
        assertThat(tool.input()).isEqualTo(json("{\"city\":\"Bern\"}"));
    }

    @Test
    void doesNotUseAToolThatIsNotOnOffer() {
        var answer = Model.answer(prompt("use tool weather {}"));

        assertThat(answer.tool()).isEmpty();
        assertThat(answer.text()).isEqualTo("You said: use tool weather {}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " {\"city\": ", " [1]", " nonsense"})
    void usesAToolWithoutInputIfThereIsNoObject(String input) {
        var answer = Model.answer(new Prompt("use tool weather" + input, Optional.empty(), Set.of("weather"), 100));

        assertThat(answer.tool().orElseThrow().input()).isEqualTo(json("{}"));
    }

    @Test
    void repeatsWhatAToolAnswered() {
        var answer = Model.answer(
                new Prompt("use tool weather {}", Optional.of("rain,\n12 degrees"), Set.of("weather"), 100));

        assertThat(answer.tool()).isEmpty();
        assertThat(answer.text()).isEqualTo("The tool answered: rain, 12 degrees");
    }

    @Test
    void streamsAToolsInputWithoutCuttingACharacterInTwo() {
        var tool = new Answer.ToolUse("t", json("{\"text\":\"" + "🌧".repeat(40) + "\"}"));

        var pieces = tool.inputInPieces().toList();

        assertThat(pieces)
                .hasSizeGreaterThan(3)
                .allSatisfy(piece ->
                        assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse());
        assertThat(json(pieces.stream().collect(Collectors.joining()))).isEqualTo(tool.input());
    }

    @Test
    void countsTheWordsOfTextsButNotTheirRoles() {
        var messages = json("""
                [{"role": "user", "content": "one two three"},
                 {"role": "assistant", "content": [{"type": "text", "text": "four five"}]}]""");

        assertThat(Model.words(messages)).isEqualTo(5);
    }

    private static Prompt prompt(String text) {
        return new Prompt(text, Optional.empty(), Set.of(), Long.MAX_VALUE);
    }

    private static JsonNode json(String text) {
        return Json.parse(Buffer.buffer(text)).orElseThrow();
    }
}
