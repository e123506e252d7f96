package dev.sallyport.standin.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.exchange.Json;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StructuredTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"string\"} | \"what was said\"",
                "{\"type\":\"INTEGER\"} | 1",
                "{\"type\":\"number\"} | 1",
                "{\"type\":\"boolean\"} | true",
                "{\"type\":\"array\",\"items\":{\"type\":\"string\"}} | []",
                "{\"type\":\"string\",\"enum\":[\"flash\",\"pro\"]} | \"flash\"",
                "{\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"integer\"}}}}} | {\"a\":{\"b\":1}}",
                "{} | {}",
            })
    void fitsTheSchema(String schema, String json) {
        assertThat(Structured.fitting(json(schema), "what was said")).isEqualTo(json(json));
    }

    @Test
    void comesBeforeAnyToolThatThePromptNames() {
        var schema = json("{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\"}}}");
        var prompt = new Prompt("use tool x {}", Optional.empty(), Set.of("x"), 10, Optional.of(schema));

        var answer = Model.answer(prompt);

        assertThat(answer.tool()).isEmpty();
        assertThat(json(answer.text())).isEqualTo(json("{\"title\":\"use tool x {}\"}"));
    }

    private static JsonNode json(String text) {
        return Json.parse(Buffer.buffer(text)).orElseThrow();
    }
}
