package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.PathPattern;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.Upstream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules with conditions, over sockets: what they read, and what is sent on. */
class ConditionIT {

    @TempDir
    Path directory;

    private Upstream upstream;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
        upstream.answer(
                request -> request.body().onSuccess(body -> request.response().end(body)));
        proxy = new RunningProxy(
                directory, RunningProxy.config(conditional("request.json.model.startsWith('claude-')")));
    }

    private dev.sallyport.contract.config.RouteConfig conditional(String when) {
        return Routes.https("llm", upstream.port())
                .limits(Routes.limits(0, 0, 100_000))
                .rule(new RuleConfig(List.of("POST"), List.of(new PathPattern("/v1/messages")), Optional.of(when)))
                .rule(new RuleConfig(
                        List.of("POST"),
                        List.of(new PathPattern("/v1/large")),
                        Optional.of("request.headers['x-large'].endsWith('y')")))
                .rule(List.of("GET"), "/v1/models")
                .build();
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
    }

    @Test
    void a_body_that_the_condition_reads_is_sent_on_byte_for_byte() throws Exception {
        String body = "{ \"model\" : \"claude-x\",\n\t\"n\": 1.50, \"t\": \"\\u0041\" }";

        HttpResponse<String> answer = post(body);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void what_does_not_meet_it_is_refused_with_its_reason() throws Exception {
        assertThat(post("{\"model\":\"gpt\"}").body()).contains("ConditionNotMet");
        assertThat(post("{\"model\":7}").body()).contains("ConditionNotEvaluable");
        assertThat(post("not json").body()).contains("BodyUnusable");
        assertThat(post("{\"model\":\"claude-x\",\"model\":\"gpt\"}").body()).contains("BodyUnusable");
        assertThat(post("{\"model\":\"" + "c".repeat(200_000) + "\"}").statusCode())
                .isEqualTo(413);
        assertThat(upstream.received()).isEmpty();
    }

    @Test
    void a_chunked_body_is_read_whole_and_bounded() throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head(
                    "POST /llm/v1/messages HTTP/1.1",
                    "Host: p",
                    "Content-Type: application/json",
                    "Transfer-Encoding: chunked");
            client.send("a\r\n{\"model\": \r\n").send("c\r\n\"claude-y\"} \r\n0\r\n\r\n");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 200").endsWith("\"claude-y\"} ");

            client.head(
                    "POST /llm/v1/messages HTTP/1.1",
                    "Host: p",
                    "Content-Type: application/json",
                    "Transfer-Encoding: chunked");
            client.send("20000\r\n").send(new byte[0x20000]);
            assertThat(client.readMessage()).startsWith("HTTP/1.1 413").contains("BodyTooLarge");
        }
    }

    @Test
    void a_client_that_waits_for_100_is_told_to_go_on() throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head(
                    "POST /llm/v1/messages HTTP/1.1",
                    "Host: p",
                    "Content-Type: application/json",
                    "Expect: 100-continue",
                    "Content-Length: 20");
            assertThat(client.readHead()).startsWith("HTTP/1.1 100");

            client.send("{\"model\":\"claude-xy\"}".substring(0, 20));

            assertThat(client.readMessage()).contains("BodyUnusable");
        }
    }

    @Test
    void a_large_head_is_judged_and_its_body_streamed() throws Exception {
        try (RawClient client = proxy.raw()) {
            for (String end : List.of("y", "n")) {
                client.head(
                        "POST /llm/v1/large HTTP/1.1",
                        "Host: p",
                        "X-Large: " + "x".repeat(30_000) + end,
                        "Content-Length: 5");
                client.send("whole");
                assertThat(client.readMessage()).contains(end.equals("y") ? "whole" : "ConditionNotMet");
            }
        }
    }

    @Test
    void other_rules_need_no_body() throws Exception {
        assertThat(proxy.get("/llm/v1/models").statusCode()).isEqualTo(200);
    }

    @Test
    void a_condition_that_does_not_compile_leaves_the_old_configuration_serving_and_is_reported() throws Exception {
        proxy.configure(RunningProxy.config(
                2, dev.sallyport.contract.config.ProxyLimits.DEFAULTS, conditional("request.nosuch == 1")));

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> proxy.admin("/metrics").body().contains("sallyport_config_problem 1.0"));

        assertThat(post("{\"model\":\"claude-x\"}").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> post(String body) throws Exception {
        return proxy.http.send(
                HttpRequest.newBuilder(proxy.uri("/llm/v1/messages"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
