package dev.sallyport.standin.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.standin.Client;
import dev.sallyport.standin.OnStandin;
import dev.sallyport.standin.StandinOptions;
import dev.sallyport.standin.auth.Keyring;
import dev.sallyport.standin.auth.Provider;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlanIT extends OnStandin {
    private static final String CHAT = "/v1/chat/completions";
    private static final String RESPONSES = "/v1/responses";
    private static final String MESSAGES = "/v1/messages";
    private static final String GEMINI = "/v1beta/models/gemini-2.5-flash:generateContent";
    private static final String GEMINI_V1 = "/v1/models/gemini-2.5-flash:generateContent";

    PlanIT() {
        super(StandinOptions.onLoopback()
                .withKeyrings(Map.of(
                        Provider.ANTHROPIC,
                        Keyring.of("a-real"),
                        Provider.OPENAI,
                        Keyring.of("o-real"),
                        Provider.GEMINI,
                        Keyring.of("g-real"))));
    }

    @ParameterizedTest
    @CsvSource({
        MESSAGES + ", overloaded, 529, overloaded_error",
        MESSAGES + ", rate-limit, 429, rate_limit_error",
        CHAT + ", overloaded, 503, server_error",
        RESPONSES + ", overloaded, 503, server_error",
        RESPONSES + ", rate-limit, 429, rate_limit_exceeded",
        GEMINI + ", overloaded, 503, UNAVAILABLE",
        GEMINI_V1 + ", rate-limit, 429, RESOURCE_EXHAUSTED",
    })
    void failsSoOftenInTheProvidersFormAndThenServes(String path, String fault, int status, String says)
            throws Exception {
        plan("fault=" + fault + ",retry-after=7&path=" + path + "&times=2");

        var answers = List.of(ask(path, "hi"), ask(path, "hi"), ask(path, "hi"));

        assertThat(answers).extracting(HttpResponse::statusCode).containsExactly(status, status, 200);
        assertThat(answers.getFirst().headers().firstValue("retry-after")).contains("7");
        assertThat(answers.getFirst().body()).contains(says);
        assertThat(answers.getLast().headers().firstValue("retry-after")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        MESSAGES + ", overloaded_error, message_start",
        CHAT + ", server_error, chat.completion.chunk",
        RESPONSES + ", response.failed, response.in_progress",
        GEMINI + ", UNAVAILABLE, candidates",
    })
    void breaksAStreamOffWithTheProvidersOwnEvent(String path, String says, String before) throws Exception {
        plan("fault=error-event,after=2&path=" + path);

        var broken = ask(path, "hi");

        assertThat(broken.statusCode()).isEqualTo(200);
        assertThat(broken.headers().firstValue("content-type")).contains(WireFaults.EVENT_STREAM);
        assertThat(broken.body()).contains(says).contains(before);
        assertThat(broken.body().indexOf(before)).isLessThan(broken.body().indexOf(says));
        assertThat(ask(path, "hi").body()).doesNotContain(says);
    }

    @Test
    void failsOnlyWhatIsMeant() throws Exception {
        plan("fault=status,code=503&path=" + MESSAGES + "&containing=the%20doomed");

        assertThat(ask(CHAT, "the doomed").statusCode()).isEqualTo(200);
        assertThat(ask(MESSAGES, "the blessed").statusCode()).isEqualTo(200);
        assertThat(ask(MESSAGES, "the doomed").statusCode()).isEqualTo(503);
        assertThat(ask(MESSAGES, "the doomed").statusCode()).isEqualTo(200);
    }

    @Test
    void isNotUsedUpByARequestWithoutARealKey() throws Exception {
        plan("fault=overloaded&path=" + MESSAGES);

        var dummy =
                client.post(MESSAGES, body(MESSAGES, "hi"), "x-api-key", "dummy", "anthropic-version", "2023-06-01");
        var none = client.post(MESSAGES, body(MESSAGES, "hi"), "anthropic-version", "2023-06-01");

        assertThat(dummy.statusCode()).isEqualTo(401).isEqualTo(none.statusCode());
        assertThat(ask(MESSAGES, "hi").statusCode()).isEqualTo(529);
    }

    @Test
    void goesThroughItsStepsInOrderAndTellsWhatIsLeft() throws Exception {
        plan("fault=overloaded&times=2");
        plan("fault=rate-limit&path=" + MESSAGES);
        ask(MESSAGES, "hi");

        var left = Client.json(control.get(PlanApi.PATH));

        assertThat(left.findValuesAsText("fault")).containsExactly("overloaded", "rate-limit");
        assertThat(left.get(0).path("times").asInt()).isEqualTo(1);
        assertThat(ask(MESSAGES, "hi").statusCode()).isEqualTo(529);
        assertThat(ask(MESSAGES, "hi").statusCode()).isEqualTo(429);
        assertThat(Client.json(control.get(PlanApi.PATH))).isEmpty();
    }

    @Test
    void forgetsWhenTold() throws Exception {
        plan("fault=overloaded");

        var deleted = control.send(control.request(PlanApi.PATH).DELETE());

        assertThat(deleted.statusCode()).isEqualTo(204);
        assertThat(ask(MESSAGES, "hi").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fault=nothing",
                "fault=status,cod=503",
                "fault=stall-read",
                "fault=early-answer",
                "fault=overloaded&times=0",
                "fault=overloaded&times=x",
                "fault=overloaded&path=v1",
                "fault=overloaded&fault=overloaded",
                "fault=overloaded&until=1",
            })
    void explainsWhatItCannotDo(String query) throws Exception {
        var refused = control.post(PlanApi.PATH + "?" + query, "");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).isNotBlank();
        assertThat(standin.plan().steps()).isEmpty();
    }

    @Test
    void isNotServedWhereTheProvidersAre() throws Exception {
        assertThat(client.post(PlanApi.PATH + "?fault=overloaded", "").statusCode())
                .isEqualTo(404);
        assertThat(control.send(control.request(PlanApi.PATH).PUT(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void isRefusedInJavaAsItIsOverHttp() {
        var step = new FaultPlan.Step("nothing", "/", "", 1);

        assertThatThrownBy(() -> standin.plan().add(step))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing");
    }

    private void plan(String query) throws Exception {
        assertThat(control.post(PlanApi.PATH + "?" + query, "").statusCode()).isEqualTo(204);
    }

    private HttpResponse<String> ask(String path, String text) throws Exception {
        var headers =
                switch (path) {
                    case MESSAGES -> new String[] {"x-api-key", "a-real", "anthropic-version", "2023-06-01"};
                    case GEMINI, GEMINI_V1 -> new String[] {"x-goog-api-key", "g-real"};
                    default -> new String[] {"Authorization", "Bearer o-real"};
                };
        return client.post(path, body(path, text), headers);
    }

    private static String body(String path, String text) {
        var form =
                switch (path) {
                    case MESSAGES ->
                        "{\"model\":\"claude-sonnet-5\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}";
                    case GEMINI, GEMINI_V1 -> "{\"contents\":[{\"parts\":[{\"text\":\"%s\"}]}]}";
                    case RESPONSES -> "{\"model\":\"gpt-5.2\",\"input\":\"%s\"}";
                    default -> "{\"model\":\"gpt-5.2\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}";
                };
        return form.formatted(text);
    }
}
