package dev.sallyport.standin.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.Client;
import dev.sallyport.standin.Client.Events;
import dev.sallyport.standin.OnStandin;
import dev.sallyport.standin.StandinOptions;
import dev.sallyport.standin.auth.Carrier;
import dev.sallyport.standin.auth.Keyring;
import dev.sallyport.standin.auth.Provider;
import dev.sallyport.standin.journal.RecordedRequest;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiApiIT extends OnStandin {
    private static final String[] AUTHORIZED = {"x-goog-api-key", "g-real"};
    private static final String MODEL = "/v1beta/models/gemini-2.5-flash";
    private static final String WEATHER = ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"weather\"}]}]";

    GeminiApiIT() {
        super(StandinOptions.onLoopback()
                .withKeyrings(
                        Map.of(Provider.GEMINI, Keyring.of("g-real"), Provider.ANTHROPIC, Keyring.of("sk-ant-real"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {MODEL, "/v1/models/gemini-2.5-flash"})
    void answersInOnePiece(String model) throws Exception {
        var response = client.post(model + ":generateContent", turn("say hello", ""), AUTHORIZED);

        var answer = Client.json(response);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(answer.path("candidates")).hasSize(1);
        var candidate = answer.path("candidates").get(0);
        assertThat(candidate.path("content"))
                .isEqualTo(Client.json("{\"parts\":[{\"text\":\"You said: say hello\"}],\"role\":\"model\"}"));
        assertThat(candidate.path("finishReason").asText()).isEqualTo("STOP");
        assertThat(answer.path("usageMetadata"))
                .isEqualTo(Client.json("{\"promptTokenCount\":2,\"candidatesTokenCount\":4,\"totalTokenCount\":6}"));
        assertThat(answer.path("modelVersion").asText()).isEqualTo("gemini-2.5-flash");
    }

    @ParameterizedTest
    @EnumSource(
            value = Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void streamsAnEventAWordAndTellsTheEndWithTheLast(Version version) throws Exception {
        try (var https = Client.https(standin, version)) {
            var request = https.request(MODEL + ":streamGenerateContent?alt=sse")
                    .POST(BodyPublishers.ofString(turn("say hello", "")));

            var response = https.open(request, AUTHORIZED);
            var body = new Events(response.body());
            var events = body.until(last -> candidate(last.json()).has("finishReason"));

            assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
            assertThat(body.over()).isTrue();
            assertThat(events)
                    .extracting(event -> part(event.json()).path("text").asText())
                    .containsExactly("You", " said:", " say", " hello");
            assertThat(events.getLast()
                            .json()
                            .path("usageMetadata")
                            .path("totalTokenCount")
                            .asInt())
                    .isEqualTo(6);
        }
    }

    @Test
    void streamsAnArrayUnlessEventsAreAskedFor() throws Exception {
        var response = client.post(MODEL + ":streamGenerateContent", turn("say hello", ""), AUTHORIZED);

        var array = Client.json(response);
        assertThat(array).hasSize(4);
        assertThat(part(array.get(3)).path("text").asText()).isEqualTo(" hello");
    }

    @Test
    void callsAFunctionAndGoesOnWithItsResponse() throws Exception {
        var question = "use tool weather {\\\"city\\\":\\\"Bern\\\"}";
        var request = client.request(MODEL + ":streamGenerateContent?alt=sse")
                .POST(BodyPublishers.ofString(turn(question, WEATHER)));

        var events = new Events(client.open(request, AUTHORIZED).body())
                .until(last -> candidate(last.json()).has("finishReason"));

        var call = part(events.getLast().json()).path("functionCall");
        assertThat(call.path("name").asText()).isEqualTo("weather");
        assertThat(call.path("args")).isEqualTo(Client.json("{\"city\":\"Bern\"}"));

        var next = Client.json(client.post(
                MODEL + ":generateContent",
                "{\"contents\":[%s,{\"role\":\"model\",\"parts\":[{\"functionCall\":%s}]},{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"weather\",\"response\":{\"output\":\"rain\"}}}]}]%s}"
                        .formatted(user(question), call, WEATHER),
                AUTHORIZED));

        assertThat(part(next).path("text").asText()).isEqualTo("The tool answered: rain");
    }

    @Test
    void answersInJsonOfTheSchemaThatIsAskedFor() throws Exception {
        var config =
                ",\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"type\":\"OBJECT\",\"properties\":{\"why\":{\"type\":\"STRING\"},\"score\":{\"type\":\"INTEGER\"}}}}";

        var answer = Client.json(client.post(MODEL + ":generateContent", turn("how hard", config), AUTHORIZED));

        assertThat(Client.json(part(answer).path("text").asText()))
                .isEqualTo(Client.json("{\"why\":\"how hard\",\"score\":1}"));
    }

    @Test
    void stopsAtTheLimitOfTheRequest() throws Exception {
        var answer = Client.json(client.post(
                MODEL + ":generateContent", turn("hi", ",\"generationConfig\":{\"maxOutputTokens\":1}"), AUTHORIZED));

        assertThat(candidate(answer).path("finishReason").asText()).isEqualTo("MAX_TOKENS");
        assertThat(part(answer).path("text").asText()).isEqualTo("You");
    }

    @Test
    void countsTokensOfContentsAndOfAWholeRequest() throws Exception {
        var bare = client.post(MODEL + ":countTokens", turn("one two three", ""), AUTHORIZED);
        var whole = client.post(
                MODEL + ":countTokens",
                "{\"generateContentRequest\":%s}".formatted(turn("one two three", "")),
                AUTHORIZED);

        assertThat(Client.json(bare))
                .isEqualTo(Client.json("{\"totalTokens\":3}"))
                .isEqualTo(Client.json(whole));
    }

    @Test
    void listsItsModelsWhereTheOthersHaveTheirs() throws Exception {
        var beta = Client.json(client.get("/v1beta/models", AUTHORIZED));
        var stable = Client.json(client.get("/v1/models?key=g-real"));
        var one = Client.json(
                client.get("/v1/" + beta.path("models").get(0).path("name").asText(), AUTHORIZED));
        var anthropic =
                Client.json(client.get("/v1/models", "x-api-key", "sk-ant-real", "anthropic-version", "2023-06-01"));

        assertThat(beta).isEqualTo(stable);
        assertThat(one).isEqualTo(beta.path("models").get(0));
        assertThat(anthropic.path("data").get(0).path("id").asText()).startsWith("claude-");
    }

    @ParameterizedTest
    @CsvSource({
        "x-goog-api-key, g-wrong, 400, INVALID_ARGUMENT",
        "x-goog-api-key, sk-ant-real, 400, INVALID_ARGUMENT",
        "Authorization, Bearer g-real, 401, UNAUTHENTICATED",
        "x-other, none, 403, PERMISSION_DENIED",
    })
    void refusesWhatIsNotItsRealKeyInItsOwnForm(String header, String value, int status, String name) throws Exception {
        var response = client.post(MODEL + ":generateContent", turn("hi", ""), header, value);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Client.json(response).path("error").path("status").asText()).isEqualTo(name);
        assertThat(Client.json(response).path("error").path("code").asInt()).isEqualTo(status);
        assertThat(response.body()).doesNotContain(value);
    }

    @Test
    void takesItsKeyInTheHeaderOrInTheQueryButNoDummyBesideIt() throws Exception {
        var query = client.post(MODEL + ":generateContent?key=g-real", turn("hi", ""));
        var header = client.post(MODEL + ":generateContent", turn("hi", ""), AUTHORIZED);
        assertThat(query.statusCode()).isEqualTo(200).isEqualTo(header.statusCode());
        assertThat(standin.requests()).allMatch(RecordedRequest::onlyRealCredentials);
        assertThat(standin.requests())
                .flatExtracting(RecordedRequest::credentials)
                .extracting("carrier")
                .containsExactly(Carrier.QUERY_KEY, Carrier.X_GOOG_API_KEY);

        var both = client.post(MODEL + ":generateContent?key=dummy", turn("hi", ""), AUTHORIZED);

        assertThat(both.statusCode()).isEqualTo(400);
        assertThat(standin.requests().getLast().onlyRealCredentials()).isFalse();
    }

    @Test
    void saysWhatIsWrongWithARequest() throws Exception {
        var generate = MODEL + ":generateContent";

        assertThat(client.post(generate, "{", AUTHORIZED).statusCode()).isEqualTo(400);
        assertThat(client.post(generate, "[]", AUTHORIZED).statusCode()).isEqualTo(400);
        assertThat(client.post(generate, "{\"contents\":[]}", AUTHORIZED).statusCode())
                .isEqualTo(400);
        assertThat(client.post(generate, turn("hi", ",\"generationConfig\":{\"maxOutputTokens\":0}"), AUTHORIZED)
                        .statusCode())
                .isEqualTo(400);
        assertThat(client.post("/v1beta/models/claude-1:generateContent", turn("hi", ""), AUTHORIZED)
                        .statusCode())
                .isEqualTo(404);
        assertThat(client.get(generate, AUTHORIZED).statusCode()).isEqualTo(404);
        assertThat(client.get("/v1beta/models/gemini-0", AUTHORIZED).statusCode())
                .isEqualTo(404);
        assertThat(client.post(MODEL + ":predict", "{}", AUTHORIZED).statusCode())
                .isEqualTo(404);
        assertThat(client.get("/v1beta/nothing", AUTHORIZED).statusCode()).isEqualTo(404);
    }

    private static String turn(String text, String more) {
        return "{\"contents\":[%s]%s}".formatted(user(text), more);
    }

    private static String user(String text) {
        return "{\"role\":\"user\",\"parts\":[{\"text\":\"%s\"}]}".formatted(text);
    }

    private static JsonNode candidate(JsonNode response) {
        return response.path("candidates").path(0);
    }

    private static JsonNode part(JsonNode response) {
        return candidate(response).path("content").path("parts").path(0);
    }
}
