package dev.sallyport.standin.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.standin.exchange.Json;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class ResponsesRequestTest {
    private static final String USER = "{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"ask\"}]}";
    private static final String OUTPUT = "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"rain\"}";
    private static final String NOTE = "{\"type\":\"message\",\"role\":\"developer\",\"content\":\"note\"}";

    @Test
    void takesTheLastThingThatTheUserSaid() {
        var first = USER.replace("ask", "<environment_context>");

        assertThat(read(first + "," + USER + "," + NOTE).prompt().text()).isEqualTo("ask");
    }

    @Test
    void findsAToolsOutputBehindWhatTheUserSaidAlone() {
        assertThat(read(USER + "," + OUTPUT + "," + NOTE).prompt().toolResult()).contains("rain");
        assertThat(read(OUTPUT + "," + USER).prompt().toolResult()).isEmpty();
        assertThat(read(OUTPUT).prompt().toolResult()).contains("rain");
    }

    @Test
    void readsAnOutputInParts() {
        var parts = OUTPUT.replace("\"rain\"", "[{\"type\":\"input_text\",\"text\":\"rain\"}]");

        assertThat(read(USER + "," + parts).prompt().toolResult()).contains("rain");
    }

    @Test
    void offersTheClientsToolsAndNotTheApisOwn() {
        var request = read(
                USER,
                "{\"type\":\"function\",\"name\":\"f\"},{\"type\":\"custom\",\"name\":\"c\"},{\"type\":\"web_search\"}");

        assertThat(request.prompt().tools()).containsExactlyInAnyOrder("f", "c");
        assertThat(request.freeform()).containsExactly("c");
    }

    private static ResponsesRequest read(String items) {
        return read(items, "");
    }

    private static ResponsesRequest read(String items, String tools) {
        var body = "{\"model\":\"gpt-5.2\",\"input\":[%s],\"tools\":[%s]}".formatted(items, tools);
        return switch (ResponsesRequest.read(Json.parse(Buffer.buffer(body)).orElseThrow())) {
            case ResponsesRequest.Reading.Valid valid -> valid.request();
            case ResponsesRequest.Reading.Invalid invalid -> throw new AssertionError(invalid.error());
        };
    }
}
