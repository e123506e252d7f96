package dev.sallyport.standin.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sallyport.standin.Client;
import dev.sallyport.standin.Client.Event;
import dev.sallyport.standin.Client.Events;
import dev.sallyport.standin.OnStandin;
import dev.sallyport.standin.ProviderStandin;
import dev.sallyport.standin.StandinOptions;
import dev.sallyport.standin.auth.Carrier;
import dev.sallyport.standin.auth.Keyring;
import dev.sallyport.standin.auth.Provider;
import dev.sallyport.standin.journal.Outcome;
import dev.sallyport.standin.journal.RecordedRequest;
import dev.sallyport.standin.journal.SentEvent;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AnthropicApiIT extends OnStandin {
    private static final String KEY = "sk-ant-real";
    private static final String[] AUTHORIZED = {"x-api-key", KEY, "anthropic-version", "2023-06-01"};

    AnthropicApiIT() {
        super(StandinOptions.onLoopback().withKeyrings(Map.of(Provider.ANTHROPIC, Keyring.of("sk-ant-old", KEY))));
    }

    @Test
    void answersAMessageInOnePiece() throws Exception {
        var response = client.post("/v1/messages", turn("say hello", false), AUTHORIZED);

        var message = Client.json(response);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(message.path("type").asText()).isEqualTo("message");
        assertThat(message.path("role").asText()).isEqualTo("assistant");
        assertThat(message.path("id").asText()).matches("msg_01\\w{22}");
        assertThat(message.path("model").asText()).isEqualTo("claude-sonnet-5");
        assertThat(message.path("content"))
                .isEqualTo(Client.json("[{\"type\":\"text\",\"text\":\"You said: say hello\"}]"));
        assertThat(message.path("stop_reason").asText()).isEqualTo("end_turn");
        assertThat(message.path("stop_sequence").isNull()).isTrue();
        assertThat(message.path("usage").path("input_tokens").asInt()).isEqualTo(2);
        assertThat(message.path("usage").path("output_tokens").asInt()).isEqualTo(4);
        assertThat(message.path("usage").path("cache_creation").has("ephemeral_5m_input_tokens"))
                .isTrue();
        assertThat(response.headers().firstValue("request-id"))
                .contains(onlyRequest().id());
    }

    @ParameterizedTest
    @EnumSource(
            value = Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void streamsAMessageInTheApisOrder(Version version) throws Exception {
        try (var https = Client.https(standin, version)) {
            var request = https.request("/v1/messages").POST(BodyPublishers.ofString(turn("say hello", true)));

            var response = https.open(request, AUTHORIZED);
            var events = new Events(response.body()).until(last -> last.name().equals("message_stop"));

            assertThat(response.version()).isEqualTo(version);
            assertThat(response.headers().firstValue("content-type")).contains("text/event-stream; charset=utf-8");
            assertThat(events)
                    .extracting(Event::name)
                    .containsExactly(
                            "message_start",
                            "content_block_start",
                            "ping",
                            "content_block_delta",
                            "content_block_delta",
                            "content_block_delta",
                            "content_block_delta",
                            "content_block_stop",
                            "message_delta",
                            "message_stop");
            assertThat(events)
                    .allSatisfy(event ->
                            assertThat(event.json().path("type").asText()).isEqualTo(event.name()));
            assertThat(text(events)).isEqualTo("You said: say hello");
            assertThat(events.getFirst().json().path("message").path("content")).isEmpty();
            assertThat(events.getFirst()
                            .json()
                            .path("message")
                            .path("stop_reason")
                            .isNull())
                    .isTrue();
            assertThat(events.get(8).json().path("delta").path("stop_reason").asText())
                    .isEqualTo("end_turn");
            assertThat(events.get(8).json().path("usage").path("output_tokens").asInt())
                    .isEqualTo(4);
        }
        Awaitility.await().until(() -> onlyRequest().outcome() == Outcome.ANSWERED);
        assertThat(onlyRequest().protocol()).isEqualTo(version == Version.HTTP_2 ? "HTTP/2" : "HTTP/1.1");
        assertThat(onlyRequest().events()).hasSize(10);
    }

    @ParameterizedTest
    @EnumSource(
            value = Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void sendsAnEventBeforeTheNextIsMade(Version version) throws Exception {
        try (var https = Client.https(standin, version)) {
            var request = https.request("/v1/messages")
                    .POST(BodyPublishers.ofString(turn("count to 2 every 60000 ms", true)));

            var first = new Events(https.open(request, AUTHORIZED).body()).next();

            assertThat(first.name()).isEqualTo("message_start");
            assertThat(onlyRequest().outcome()).isEqualTo(Outcome.IN_PROGRESS);
            assertThat(onlyRequest().events()).hasSize(1);
        }
        Awaitility.await().until(() -> onlyRequest().outcome() == Outcome.CLIENT_GONE);
    }

    @Test
    void keepsThePaceBetweenEvents() throws Exception {
        var request =
                client.request("/v1/messages").POST(BodyPublishers.ofString(turn("count to 4 every 40 ms", true)));

        new Events(client.open(request, AUTHORIZED).body())
                .until(last -> last.name().equals("message_stop"));

        var sent = onlyRequest().events().stream().map(SentEvent::at).toList();
        assertThat(sent).hasSize(10);
        for (int i = 1; i < sent.size(); i++) {
            // A timer may fire up to a millisecond early.
            assertThat(Duration.between(sent.get(i - 1), sent.get(i))).isGreaterThanOrEqualTo(Duration.ofMillis(39));
        }
    }

    @Test
    void paysHeedToTheConfiguredPaceWhereThePromptNamesNone() throws Exception {
        var slow = StandinOptions.onLoopback()
                .withKeyrings(Map.of(Provider.ANTHROPIC, Keyring.of(KEY)))
                .withEventDelay(Duration.ofMinutes(1));
        try (var paced = ProviderStandin.start(slow);
                var toPaced = Client.plain(paced)) {
            var request = toPaced.request("/v1/messages").POST(BodyPublishers.ofString(turn("hi", true)));

            new Events(toPaced.open(request, AUTHORIZED).body()).next();

            assertThat(paced.requests().getFirst().events()).hasSize(1);
        }
    }

    @Test
    void usesAToolAndGoesOnWithItsResult() throws Exception {
        var tools = "\"tools\":[{\"name\":\"weather\",\"input_schema\":{\"type\":\"object\"}}]";
        var question =
                "{\"role\":\"user\",\"content\":\"use tool weather {\\\"city\\\":\\\"Bern\\\",\\\"days\\\":3}\"}";
        var request = client.request("/v1/messages")
                .POST(BodyPublishers.ofString(
                        "{\"model\":\"claude-sonnet-5\",\"max_tokens\":100,\"stream\":true,%s,\"messages\":[%s]}"
                                .formatted(tools, question)));

        var events = new Events(client.open(request, AUTHORIZED).body())
                .until(last -> last.name().equals("message_stop"));

        var start = events.stream()
                .filter(event -> event.name().equals("content_block_start"))
                .map(event -> event.json().path("content_block"))
                .filter(block -> block.path("type").asText().equals("tool_use"))
                .findFirst()
                .orElseThrow();
        assertThat(start.path("name").asText()).isEqualTo("weather");
        assertThat(start.path("id").asText()).startsWith("toolu_01");
        assertThat(start.path("input")).isEmpty();
        var input = events.stream()
                .map(event -> event.json().path("delta"))
                .filter(delta -> delta.path("type").asText().equals("input_json_delta"))
                .map(delta -> delta.path("partial_json").asText())
                .collect(Collectors.joining());
        assertThat(Client.json(input)).isEqualTo(Client.json("{\"city\":\"Bern\",\"days\":3}"));
        assertThat(events.get(events.size() - 2)
                        .json()
                        .path("delta")
                        .path("stop_reason")
                        .asText())
                .isEqualTo("tool_use");

        var result =
                "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"%s\",\"content\":\"rain\"}]}"
                        .formatted(start.path("id").asText());
        var next = client.post(
                "/v1/messages",
                "{\"model\":\"claude-sonnet-5\",\"max_tokens\":100,%s,\"messages\":[%s,%s]}"
                        .formatted(tools, question, result),
                AUTHORIZED);

        assertThat(Client.json(next).path("content").get(0).path("text").asText())
                .isEqualTo("The tool answered: rain");
    }

    @Test
    void stopsAtTheLimitOfTheRequest() throws Exception {
        var response = client.post(
                "/v1/messages",
                "{\"model\":\"claude-sonnet-5\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                AUTHORIZED);

        assertThat(Client.json(response).path("stop_reason").asText()).isEqualTo("max_tokens");
        assertThat(Client.json(response).path("content").get(0).path("text").asText())
                .isEqualTo("You");
    }

    @Test
    void countsTokensAsTheAnswerDoes() throws Exception {
        var response = client.post("/v1/messages/count_tokens", turn("one two three", false), AUTHORIZED);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Client.json(response)).isEqualTo(Client.json("{\"input_tokens\":3}"));
    }

    @Test
    void listsItsModelsPageByPage() throws Exception {
        var first = Client.json(client.get("/v1/models?limit=2", AUTHORIZED));
        var second = Client.json(client.get(
                "/v1/models?limit=1000&after_id=" + first.path("last_id").asText(), AUTHORIZED));
        var one = Client.json(client.get("/v1/models/" + first.path("first_id").asText(), AUTHORIZED));

        assertThat(first.path("data")).hasSize(2);
        assertThat(first.path("has_more").asBoolean()).isTrue();
        assertThat(second.path("has_more").asBoolean()).isFalse();
        assertThat(second.path("data").get(0).path("id")).isNotEqualTo(first.path("last_id"));
        assertThat(one).isEqualTo(first.path("data").get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "x-api-key, sk-ant-wrong, invalid x-api-key",
        "x-api-key, '', invalid x-api-key",
        "Authorization, Bearer sk-ant-wrong, Invalid bearer token",
        "Authorization, Basic c2stYW50LXJlYWw6, Invalid bearer token",
        "x-other, none, x-api-key header is required",
    })
    void refusesWhatIsNotARealKeyInItsOwnForm(String header, String value, String message) throws Exception {
        var response = client.post("/v1/messages", turn("hi", false), header, value, "anthropic-version", "2023-06-01");

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(Client.json(response))
                .isEqualTo(Client.json(
                        "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"%s\"},\"request_id\":\"%s\"}"
                                .formatted(message, onlyRequest().id())));
        assertThat(response.headers().firstValue("x-should-retry")).contains("false");
        assertThat(response.body()).doesNotContain("sk-ant");
    }

    @Test
    void takesEachOfItsKeysInEitherPlaceAndSaysInTheJournalWhichItWas() throws Exception {
        var older = client.post(
                "/v1/messages", turn("hi", false), "x-api-key", "sk-ant-old", "anthropic-version", "2023-06-01");
        var newer = client.post(
                "/v1/messages", turn("hi", false), "Authorization", "Bearer " + KEY, "anthropic-version", "2023-06-01");

        assertThat(List.of(older.statusCode(), newer.statusCode())).containsOnly(200);
        assertThat(standin.requests()).allMatch(RecordedRequest::onlyRealCredentials);
        assertThat(standin.requests())
                .flatExtracting(RecordedRequest::credentials)
                .extracting("carrier", "provider", "line")
                .containsExactly(
                        tuple(Carrier.X_API_KEY, Provider.ANTHROPIC, 1), tuple(Carrier.BEARER, Provider.ANTHROPIC, 2));
    }

    @Test
    void refusesADummyThatSlippedThroughBesideTheRealKey() throws Exception {
        var response = client.post(
                "/v1/messages",
                turn("hi", false),
                "x-api-key",
                KEY,
                "Authorization",
                "Bearer dummy",
                "anthropic-version",
                "2023-06-01");

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(onlyRequest().onlyRealCredentials()).isFalse();
    }

    @Test
    void takesAKeyOnlyWhereItWasToldTo() throws Exception {
        var options = StandinOptions.onLoopback()
                .withKeyrings(Map.of(Provider.ANTHROPIC, Keyring.of(KEY)))
                .withAnthropicAccepts(Set.of(Carrier.BEARER));
        try (var strict = ProviderStandin.start(options);
                var toStrict = Client.plain(strict)) {

            var asHeader = toStrict.post("/v1/messages", turn("hi", false), AUTHORIZED);
            var asBearer = toStrict.post(
                    "/v1/messages",
                    turn("hi", false),
                    "Authorization",
                    "Bearer " + KEY,
                    "anthropic-version",
                    "2023-06-01");

            assertThat(asHeader.statusCode()).isEqualTo(401);
            assertThat(asBearer.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void takesTheNewKeyAndNoLongerTheOldOnceTheFileHasChanged(@TempDir Path directory) throws Exception {
        var file = Files.writeString(directory.resolve("key"), "sk-ant-before\n");
        var options = StandinOptions.onLoopback()
                .withKeyrings(Map.of(Provider.ANTHROPIC, Keyring.inFile(file, Clock.systemUTC())));
        try (var rotating = ProviderStandin.start(options);
                var toRotating = Client.plain(rotating)) {
            var before = toRotating.get("/v1/models", "x-api-key", "sk-ant-before", "anthropic-version", "2023-06-01");

            Files.writeString(file, "sk-ant-after!\n");
            var stale = toRotating.get("/v1/models", "x-api-key", "sk-ant-before", "anthropic-version", "2023-06-01");
            var fresh = toRotating.get("/v1/models", "x-api-key", "sk-ant-after!", "anthropic-version", "2023-06-01");

            assertThat(before.statusCode()).isEqualTo(200);
            assertThat(stale.statusCode()).isEqualTo(401);
            assertThat(fresh.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void saysWhatIsWrongWithARequest() throws Exception {
        var noVersion = client.post("/v1/messages", turn("hi", false), "x-api-key", KEY);
        var noJson = client.post("/v1/messages", "{\"model\":", AUTHORIZED);
        var wrongMethod = client.get("/v1/messages", AUTHORIZED);
        var wrongPath = client.get("/v1/nothing", AUTHORIZED);
        var wrongModel = client.get("/v1/models/claude-1", AUTHORIZED);
        var wrongLimit = client.get("/v1/models?limit=0", AUTHORIZED);

        assertThat(errorType(noVersion.body(), noVersion.statusCode())).isEqualTo("400 invalid_request_error");
        assertThat(errorType(noJson.body(), noJson.statusCode())).isEqualTo("400 invalid_request_error");
        assertThat(errorType(wrongMethod.body(), wrongMethod.statusCode())).isEqualTo("405 invalid_request_error");
        assertThat(errorType(wrongPath.body(), wrongPath.statusCode())).isEqualTo("404 not_found_error");
        assertThat(errorType(wrongModel.body(), wrongModel.statusCode())).isEqualTo("404 not_found_error");
        assertThat(errorType(wrongLimit.body(), wrongLimit.statusCode())).isEqualTo("400 invalid_request_error");
    }

    @Test
    void refusesARequestThatIsLargerThanTheApiTakes() throws Exception {
        var body = "\"" + "x".repeat(33 * 1024 * 1024) + "\"";

        var response = client.post("/v1/messages", body, AUTHORIZED);

        assertThat(errorType(response.body(), response.statusCode())).isEqualTo("413 request_too_large");
        assertThat(onlyRequest().bodyBytes()).isEqualTo(body.length());
    }

    @Test
    void saysHelloWithoutAKey() throws Exception {
        assertThat(client.get("/api/hello").statusCode()).isEqualTo(200);
    }

    private static String turn(String text, boolean stream) {
        return "{\"model\":\"claude-sonnet-5\",\"max_tokens\":1000,\"stream\":%b,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                .formatted(stream, text);
    }

    private static String text(List<Event> events) {
        return events.stream()
                .map(event -> event.json().path("delta").path("text").asText())
                .collect(Collectors.joining());
    }

    private static String errorType(String body, int status) {
        return status + " " + Client.json(body).path("error").path("type").asText();
    }

    private RecordedRequest onlyRequest() {
        assertThat(standin.requests()).hasSize(1);
        return standin.requests().getFirst();
    }
}
