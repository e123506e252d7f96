package dev.sallyport.standin.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.anthropic.MessagesRequest.Reading;
import dev.sallyport.standin.exchange.Json;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessagesRequestTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    []                                                         | 400 | The request body is not a JSON object
                    {}                                                         | 400 | model: Field required
                    {"model":"claude-x"}                                       | 400 | max_tokens: Field required
                    {"model":"claude-x","max_tokens":1}                        | 400 | messages: Field required
                    {"model":1,"max_tokens":1,"messages":[{}]}                 | 400 | model: Input should be a valid string
                    {"model":"claude-x","max_tokens":1,"messages":[]}          | 400 | messages: at least one message is required
                    {"model":"claude-x","max_tokens":1,"messages":{}}          | 400 | messages: at least one message is required
                    {"model":"claude-x","max_tokens":0,"messages":[{}]}        | 400 | max_tokens: must be greater than or equal to 1
                    {"model":"gpt-5","max_tokens":1,"messages":[{}]}           | 404 | model: gpt-5
                    """)
    void refusesWhatTheApiWouldRefuse(String body, int status, String message) {
        assertThat(MessagesRequest.read(json(body))).isInstanceOfSatisfying(Reading.Invalid.class, invalid -> {
            assertThat(invalid.error().status()).isEqualTo(status);
            assertThat(invalid.error().message()).isEqualTo(message);
        });
    }

    @Test
    void needsNoLimitToCountTokens() {
        var body = json("{\"model\":\"claude-x\",\"messages\":[{\"role\":\"user\",\"content\":\"one two\"}]}");

        assertThat(MessagesRequest.readForCount(body))
                .isInstanceOfSatisfying(
                        Reading.Valid.class,
                        valid -> assertThat(valid.request().inputTokens()).isEqualTo(2));
    }

    @Test
    void countsWhatIsInTheSystemPromptAndTheToolsToo() {
        var body = json("""
                {"model": "claude-x", "max_tokens": 9,
                 "system": [{"type": "text", "text": "be brief"}],
                 "tools": [{"name": "weather", "description": "tells the weather", "input_schema": {"type": "object"}}],
                 "messages": [{"role": "user", "content": "hello"}]}""");

        assertThat(valid(body).inputTokens()).isEqualTo(2 + 4 + 1);
        assertThat(valid(body).prompt().tools()).containsExactly("weather");
    }

    @Test
    void answersTheLastThingThatTheUserSaidAndNotTheAgentsNotes() {
        var body = json("""
                {"model": "claude-x", "max_tokens": 9, "stream": true, "messages": [
                  {"role": "user", "content": "earlier"},
                  {"role": "assistant", "content": "yes"},
                  {"role": "user", "content": [
                    {"type": "text", "text": "the question"},
                    {"type": "text", "text": "<system-reminder>a note</system-reminder>"}]}]}""");

        var request = valid(body);

        assertThat(request.prompt().text()).isEqualTo("the question");
        assertThat(request.prompt().toolResult()).isEmpty();
        assertThat(request.prompt().maxWords()).isEqualTo(9);
        assertThat(request.stream()).isTrue();
    }

    @Test
    void findsAToolsResultInEitherForm() {
        var text = json("""
                {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": [
                  {"type": "tool_result", "tool_use_id": "toolu_1", "content": "rain"}]}]}""");
        var blocks = json("""
                {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": [
                  {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "rain"}]}]}]}""");

        assertThat(valid(text).prompt().toolResult()).contains("rain");
        assertThat(valid(blocks).prompt().toolResult()).contains("rain");
    }

    private static MessagesRequest valid(JsonNode body) {
        return switch (MessagesRequest.read(body)) {
            case Reading.Valid valid -> valid.request();
            case Reading.Invalid invalid ->
                throw new AssertionError(invalid.error().message());
        };
    }

    private static JsonNode json(String text) {
        return Json.parse(Buffer.buffer(text)).orElseThrow();
    }
}
