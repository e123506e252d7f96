package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.testing.Upstream;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that stand for credentials: where they are replaced, and where they are an alarm. */
class PlaceholderIT {

    private static final String ONE = "sallyport-one-0123456789abcdefghij";
    private static final String TWO = "sallyport-two-0123456789abcdefghij";

    @TempDir
    Path directory;

    private final Map<String, String> bodies = new ConcurrentHashMap<>();
    private Upstream upstream;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
        upstream.answer(this::remember);
        RunningProxy.secret(directory, "one", "token", "ghp_first/secret+1");
        RunningProxy.secret(directory, "two", "token", "ghp_second-secret-2");
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(
                        route("one", ONE, Place.HEADER, Place.BASIC, Place.QUERY, Place.PATH, Place.BODY),
                        route("two", TWO, Place.HEADER),
                        RouteBuilder.https("other", "other.test:" + upstream.port())
                                .build()));
    }

    private dev.sallyport.contract.config.RouteConfig route(String name, String token, Place... in) {
        return Routes.https(name, upstream.port())
                .credential(new CredentialConfig.Bearer(new SecretRef(name, "token")))
                .placeholder(token, in)
                .build();
    }

    private void remember(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            bodies.put(request.path(), body.toString() + "|" + request.getHeader("content-length"));
            request.response().end("ok");
        });
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
    }

    @Test
    void two_accounts_of_one_host_are_told_apart_by_their_tokens() throws Exception {
        try (HttpClient client = proxy.proxied(HttpClient.Version.HTTP_1_1)) {
            client.send(request("/a").header("Authorization", "token " + TWO).build(), text());
            client.send(request("/b").header("Authorization", "Bearer " + ONE).build(), text());
        }

        assertThat(upstream.received().get(0).values("authorization")).containsExactly("token ghp_second-secret-2");
        assertThat(upstream.received().get(1).values("authorization")).containsExactly("Bearer ghp_first/secret+1");
        assertThat(proxy.requests(2))
                .extracting(record -> record.route().orElseThrow())
                .containsExactly("two", "one");
        assertThat(proxy.requests(2)).allMatch(record -> record.credential().isPresent());
    }

    @Test
    void a_token_is_replaced_inside_basic_query_and_path() throws Exception {
        String basic = Base64.getEncoder().encodeToString(("git:" + ONE).getBytes(StandardCharsets.UTF_8));
        proxy.get("/one/git?x=%20&t=" + ONE, "Authorization", "Basic " + basic);
        proxy.get("/one/bot" + ONE + "/send");

        assertThat(upstream.received().get(0).values("authorization"))
                .containsExactly("Basic "
                        + Base64.getEncoder()
                                .encodeToString("git:ghp_first/secret+1".getBytes(StandardCharsets.UTF_8)));
        assertThat(upstream.received().get(0).target()).isEqualTo("/git?x=%20&t=ghp_first%2Fsecret%2B1");
        assertThat(proxy.auditText()).doesNotContain("ghp_first");
    }

    @Test
    void a_token_in_a_body_is_replaced_and_the_length_is_right() throws Exception {
        String json = "{ \"keep\": 1.0,\t\"token\":\"" + ONE + "\", \"x\":\"\\u00e9\"}";
        HttpResponse<String> answer = proxy.http.send(
                HttpRequest.newBuilder(proxy.uri("/one/json"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                text());

        assertThat(answer.statusCode()).isEqualTo(200);
        String expected = json.replace(ONE, "ghp_first/secret+1");
        assertThat(bodies.get("/json")).isEqualTo(expected + "|" + expected.length());
    }

    @Test
    void without_its_token_a_request_is_asked_for_it() throws Exception {
        HttpResponse<String> answer = proxy.get("/one/info/refs");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("Basic "));
        assertThat(answer.body()).contains("PlaceholderMissing");
        assertThat(upstream.received()).isEmpty();
    }

    @Test
    void a_token_that_leaves_for_another_host_is_an_alarm() throws Exception {
        try (HttpClient client = proxy.proxied(HttpClient.Version.HTTP_1_1)) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("https://other.test:" + upstream.port() + "/?leak=" + ONE))
                            .build(),
                    text());

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("PlaceholderMisuse");
        }
        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.reason()).contains(Reason.PLACEHOLDER_MISUSE);
        assertThat(record.host()).contains("other.test");
        assertThat(upstream.received()).isEmpty();
    }

    @Test
    void a_token_in_a_place_that_its_route_does_not_name_is_refused() throws Exception {
        HttpResponse<String> answer = proxy.get("/two/x?t=" + TWO, "Authorization", "Bearer " + TWO);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("PlaceholderMisuse");
    }

    @Test
    void another_dummy_beside_the_token_does_not_pass() throws Exception {
        proxy.get("/two/x", "Authorization", "Bearer " + TWO, "x-api-key", "dummy");

        assertThat(upstream.received().getFirst().values("x-api-key")).isEmpty();
        assertThat(upstream.received().getFirst().values("authorization"))
                .containsExactly("Bearer ghp_second-secret-2");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://api.test:" + upstream.port() + path));
    }

    private static HttpResponse.BodyHandler<String> text() {
        return HttpResponse.BodyHandlers.ofString();
    }
}
