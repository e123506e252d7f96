package dev.sallyport.standin.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.Client;
import dev.sallyport.standin.Client.Event;
import dev.sallyport.standin.Client.Events;
import dev.sallyport.standin.OnStandin;
import dev.sallyport.standin.StandinOptions;
import dev.sallyport.standin.Wire;
import dev.sallyport.standin.auth.Carrier;
import dev.sallyport.standin.auth.Keyring;
import dev.sallyport.standin.auth.Provider;
import dev.sallyport.standin.journal.RecordedRequest;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResponsesIT extends OnStandin {
    private static final String[] AUTHORIZED = {"Authorization", "Bearer sk-real"};
    private static final String RESPONSES = "/v1/responses";
    private static final String WEATHER = ",\"tools\":[{\"type\":\"function\",\"name\":\"weather\"}]";

    ResponsesIT() {
        super(StandinOptions.onLoopback().withKeyrings(Map.of(Provider.OPENAI, Keyring.of("sk-real"))));
    }

    @Test
    void answersInOnePiece() throws Exception {
        var response = client.post(RESPONSES, turn("say hello", ""), AUTHORIZED);

        var answer = Client.json(response);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(answer.path("object").asText()).isEqualTo("response");
        assertThat(answer.path("status").asText()).isEqualTo("completed");
        assertThat(answer.path("output")).hasSize(1);
        var message = answer.path("output").get(0);
        assertThat(message.path("role").asText()).isEqualTo("assistant");
        assertThat(message.path("content").get(0).path("text").asText()).isEqualTo("You said: say hello");
        assertThat(answer.path("usage").path("total_tokens").asInt()).isEqualTo(6);
    }

    @Test
    void takesABareTextAsItsInput() throws Exception {
        var answer = Client.json(client.post(RESPONSES, "{\"model\":\"gpt-5.2\",\"input\":\"say hello\"}", AUTHORIZED));

        assertThat(answer.path("output")
                        .get(0)
                        .path("content")
                        .get(0)
                        .path("text")
                        .asText())
                .isEqualTo("You said: say hello");
    }

    @ParameterizedTest
    @EnumSource(
            value = Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void streamsTheEventsInTheApisOrderAndNumbersThem(Version version) throws Exception {
        try (var https = Client.https(standin, version)) {
            var request = https.request(RESPONSES).POST(BodyPublishers.ofString(turn("say hello", ",\"stream\":true")));

            var body = new Events(https.open(request, AUTHORIZED).body());
            var events = body.until(last -> last.name().equals("response.completed"));

            assertThat(body.over()).isTrue();
            assertThat(events)
                    .extracting(Event::name)
                    .containsExactly(
                            "response.created",
                            "response.in_progress",
                            "response.output_item.added",
                            "response.content_part.added",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_text.done",
                            "response.content_part.done",
                            "response.output_item.done",
                            "response.completed");
            assertThat(events)
                    .allSatisfy(event ->
                            assertThat(event.json().path("type").asText()).isEqualTo(event.name()));
            assertThat(events)
                    .extracting(event -> event.json().path("sequence_number").asInt())
                    .containsExactlyElementsOf(
                            IntStream.range(0, events.size()).boxed().toList());
            assertThat(deltas(events, "response.output_text.delta")).isEqualTo("You said: say hello");
            var added = events.get(2).json().path("item");
            assertThat(added.path("status").asText()).isEqualTo("in_progress");
            assertThat(added.path("content")).isEmpty();
            var whole = events.getLast().json().path("response");
            assertThat(whole.path("id"))
                    .isEqualTo(events.getFirst().json().path("response").path("id"));
            assertThat(whole.path("output").get(0))
                    .isEqualTo(events.get(events.size() - 2).json().path("item"));
        }
    }

    @Test
    void callsAFunctionAndGoesOnWithItsOutput() throws Exception {
        var question = "use tool weather {\\\"city\\\":\\\"Bern\\\"}";
        var request =
                client.request(RESPONSES).POST(BodyPublishers.ofString(turn(question, WEATHER + ",\"stream\":true")));

        var events = new Events(client.open(request, AUTHORIZED).body())
                .until(last -> last.name().equals("response.completed"));

        var call = events.getLast().json().path("response").path("output").get(1);
        assertThat(call.path("type").asText()).isEqualTo("function_call");
        assertThat(call.path("name").asText()).isEqualTo("weather");
        assertThat(Client.json(call.path("arguments").asText())).isEqualTo(Client.json("{\"city\":\"Bern\"}"));
        assertThat(deltas(events, "response.function_call_arguments.delta"))
                .isEqualTo(call.path("arguments").asText());
        assertThat(events)
                .extracting(Event::name)
                .containsSubsequence(
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done");

        var next = Client.json(client.post(
                RESPONSES,
                "{\"model\":\"gpt-5.2\",\"input\":[%s,%s,{\"type\":\"function_call_output\",\"call_id\":\"%s\",\"output\":\"rain\"}]%s}"
                        .formatted(user(question), call, call.path("call_id").asText(), WEATHER),
                AUTHORIZED));

        assertThat(next.path("output")).hasSize(1);
        assertThat(next.path("output")
                        .get(0)
                        .path("content")
                        .get(0)
                        .path("text")
                        .asText())
                .isEqualTo("The tool answered: rain");
    }

    @Test
    void givesAToolThatTakesATextThatText() throws Exception {
        var answer = Client.json(client.post(
                RESPONSES,
                turn(
                        "use tool apply_patch {\\\"input\\\":\\\"*** Begin Patch\\\"}",
                        ",\"tools\":[{\"type\":\"custom\",\"name\":\"apply_patch\"}]"),
                AUTHORIZED));

        var call = answer.path("output").get(1);
        assertThat(call.path("type").asText()).isEqualTo("custom_tool_call");
        assertThat(call.path("input").asText()).isEqualTo("*** Begin Patch");
    }

    @Test
    void saysThatItStoppedAtTheLimitOfTheRequest() throws Exception {
        var answer = Client.json(client.post(RESPONSES, turn("hi", ",\"max_output_tokens\":1"), AUTHORIZED));

        assertThat(answer.path("status").asText()).isEqualTo("incomplete");
        assertThat(answer.path("incomplete_details").path("reason").asText()).isEqualTo("max_output_tokens");
    }

    @Test
    void refusesADummyAndSaysInTheJournalThatItIsOne() throws Exception {
        var refused = client.post(RESPONSES, turn("hi", ""), "Authorization", "Bearer dummy");

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(Client.json(refused).path("error").path("code").asText()).isEqualTo("invalid_api_key");
        assertThat(onlyRequest().onlyRealCredentials()).isFalse();
        assertThat(onlyRequest().credentials().getFirst().carrier()).isEqualTo(Carrier.BEARER);
    }

    @Test
    void keepsTheHeadersInTheJournalAsTheyCame() throws Exception {
        client.post(
                RESPONSES,
                turn("hi", ""),
                "Authorization",
                "Bearer sk-real",
                "OpenAI-Beta",
                "responses=experimental",
                "originator",
                "codex_exec");

        assertThat(onlyRequest().headerValues("openai-beta")).containsExactly("responses=experimental");
        assertThat(onlyRequest().headerValues("originator")).containsExactly("codex_exec");
        assertThat(onlyRequest().credentials().getFirst().provider()).isEqualTo(Provider.OPENAI);
    }

    @Test
    void saysWhatIsWrongWithARequest() throws Exception {
        for (var body :
                List.of("{", "[]", "{\"input\":\"x\"}", "{\"model\":\"m\"}", "{\"model\":\"m\",\"input\":[]}")) {
            assertThat(client.post(RESPONSES, body, AUTHORIZED).statusCode())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(client.post(RESPONSES, turn("hi", ",\"max_output_tokens\":0"), AUTHORIZED)
                        .statusCode())
                .isEqualTo(400);
        assertThat(client.get(RESPONSES, AUTHORIZED).statusCode()).isEqualTo(405);
    }

    @Test
    void refusesAWebSocketSoThatClientsGoOnWithoutOne() throws Exception {
        for (var key : List.of("sk-real", "dummy")) {
            try (var wire = Wire.plain(standin)) {
                wire.send("GET /v1/responses HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");

                assertThat(wire.readThrough("\r\n\r\n"))
                        .as(key)
                        .startsWith("HTTP/1.1 " + (key.equals("dummy") ? "401" : "426") + " ");
            }
        }
    }

    private static String turn(String text, String more) {
        return "{\"model\":\"gpt-5.2\",\"input\":[%s]%s}".formatted(user(text), more);
    }

    private static String user(String text) {
        return "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"%s\"}]}"
                .formatted(text);
    }

    private static String deltas(List<Event> events, String name) {
        return events.stream()
                .filter(event -> event.name().equals(name))
                .map(Event::json)
                .map(json -> json.path("delta"))
                .map(JsonNode::asText)
                .collect(Collectors.joining());
    }

    private RecordedRequest onlyRequest() {
        assertThat(standin.requests()).hasSize(1);
        return standin.requests().getFirst();
    }
}
