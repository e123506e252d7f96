package dev.sallyport.standin.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.Client;
import dev.sallyport.standin.Client.Event;
import dev.sallyport.standin.Client.Events;
import dev.sallyport.standin.OnStandin;
import dev.sallyport.standin.StandinOptions;
import dev.sallyport.standin.auth.Keyring;
import dev.sallyport.standin.auth.Provider;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OpenAiApiIT extends OnStandin {
    private static final String[] AUTHORIZED = {"Authorization", "Bearer sk-real"};
    private static final String CHAT = "/v1/chat/completions";

    OpenAiApiIT() {
        super(StandinOptions.onLoopback()
                .withKeyrings(
                        Map.of(Provider.OPENAI, Keyring.of("sk-real"), Provider.ANTHROPIC, Keyring.of("sk-ant-real"))));
    }

    @Test
    void answersInOnePiece() throws Exception {
        var response = client.post(CHAT, turn("say hello", ""), AUTHORIZED);

        var completion = Client.json(response);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("x-request-id")).isPresent();
        assertThat(completion.path("object").asText()).isEqualTo("chat.completion");
        assertThat(completion.path("choices")).hasSize(1);
        var choice = completion.path("choices").get(0);
        assertThat(choice.path("message").path("content").asText()).isEqualTo("You said: say hello");
        assertThat(choice.path("message").has("tool_calls")).isFalse();
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
        assertThat(completion.path("usage"))
                .isEqualTo(Client.json("{\"prompt_tokens\":2,\"completion_tokens\":4,\"total_tokens\":6}"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void streamsAChunkAWordAndSaysThatItIsDone(Version version) throws Exception {
        try (var https = Client.https(standin, version)) {
            var request = https.request(CHAT)
                    .POST(BodyPublishers.ofString(
                            turn("say hello", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")));

            var events = new Events(https.open(request, AUTHORIZED).body());
            var chunks = events.until(last -> last.data().equals("[DONE]"));

            assertThat(events.over()).isTrue();
            assertThat(chunks).extracting(Event::name).containsOnly("message");
            assertThat(delta(chunks.getFirst())).isEqualTo(Client.json("{\"role\":\"assistant\",\"content\":\"\"}"));
            assertThat(chunks.subList(1, 5))
                    .extracting(chunk -> delta(chunk).path("content").asText())
                    .containsExactly("You", " said:", " say", " hello");
            assertThat(chunks.get(5)
                            .json()
                            .path("choices")
                            .get(0)
                            .path("finish_reason")
                            .asText())
                    .isEqualTo("stop");
            assertThat(chunks.get(6).json().path("choices")).isEmpty();
            assertThat(chunks.get(6).json().path("usage").path("total_tokens").asInt())
                    .isEqualTo(6);
            assertThat(chunks).hasSize(8);
        }
    }

    @Test
    void callsAToolAndGoesOnWithItsResult() throws Exception {
        var tools = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}]";
        var question = "use tool weather {\\\"city\\\":\\\"Bern\\\"}";
        var request = client.request(CHAT).POST(BodyPublishers.ofString(turn(question, tools + ",\"stream\":true")));

        var chunks = new Events(client.open(request, AUTHORIZED).body())
                .until(last -> last.data().equals("[DONE]"));
        var whole = Client.json(client.post(CHAT, turn(question, tools), AUTHORIZED));

        var calls = chunks.subList(0, chunks.size() - 1).stream()
                .map(chunk -> delta(chunk).path("tool_calls").path(0))
                .filter(call -> !call.isMissingNode())
                .toList();
        assertThat(calls.getFirst().path("function").path("name").asText()).isEqualTo("weather");
        assertThat(Client.json(calls.stream()
                        .map(call -> call.path("function").path("arguments").asText())
                        .collect(Collectors.joining())))
                .isEqualTo(Client.json("{\"city\":\"Bern\"}"));
        var choice = whole.path("choices").get(0);
        assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(choice.path("message").path("tool_calls").get(0).path("function"))
                .isEqualTo(Client.json("{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Bern\\\"}\"}"));

        var next = client.post(
                CHAT,
                "{\"model\":\"gpt-5.2\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"rain\"}]}",
                AUTHORIZED);

        assertThat(Client.json(next)
                        .path("choices")
                        .get(0)
                        .path("message")
                        .path("content")
                        .asText())
                .isEqualTo("The tool answered: rain");
    }

    @Test
    void refusesWhatIsNotItsRealKeyInItsOwnForm() throws Exception {
        for (var header : List.of("Bearer sk-wrong", "Bearer sk-ant-real", "Basic c2stcmVhbDo=", "sk-real")) {
            var response = client.post(CHAT, turn("hi", ""), "Authorization", header);

            assertThat(response.statusCode()).as(header).isEqualTo(401);
            assertThat(Client.json(response).path("error").path("code").asText())
                    .isEqualTo("invalid_api_key");
            assertThat(response.body()).doesNotContain("sk-");
        }
        var missing = client.post(CHAT, turn("hi", ""));

        assertThat(missing.statusCode()).isEqualTo(401);
        assertThat(Client.json(missing).path("error").path("code").isNull()).isTrue();
    }

    @Test
    void sharesTheModelsPathWithTheOtherProvider() throws Exception {
        var asOpenAi = Client.json(client.get("/v1/models", AUTHORIZED));
        var one = Client.json(client.get(
                "/v1/models/" + asOpenAi.path("data").get(0).path("id").asText(), AUTHORIZED));
        var asAnthropic = Client.json(
                client.get("/v1/models", "Authorization", "Bearer sk-ant-real", "anthropic-version", "2023-06-01"));
        var unknown = client.get("/v1/models/gpt-0", AUTHORIZED);

        assertThat(asOpenAi.path("object").asText()).isEqualTo("list");
        assertThat(one).isEqualTo(asOpenAi.path("data").get(0));
        assertThat(asAnthropic.path("data").get(0).path("id").asText()).startsWith("claude-");
        assertThat(Client.json(unknown).path("error").path("code").asText()).isEqualTo("model_not_found");
    }

    @Test
    void saysWhatIsWrongWithARequest() throws Exception {
        assertThat(client.get(CHAT, AUTHORIZED).statusCode()).isEqualTo(405);
        assertThat(client.post(CHAT, "{", AUTHORIZED).statusCode()).isEqualTo(400);
        assertThat(client.post(CHAT, "{\"model\":\"gpt-5.2\"}", AUTHORIZED).statusCode())
                .isEqualTo(400);
        assertThat(client.post(CHAT, "{\"messages\":[]}", AUTHORIZED).statusCode())
                .isEqualTo(400);
    }

    private static String turn(String text, String more) {
        return "{\"model\":\"gpt-5.2\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}".formatted(text, more);
    }

    private static JsonNode delta(Event chunk) {
        return chunk.json().path("choices").path(0).path("delta");
    }
}
