package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.Upstream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: a request by base URL, with a credential, to an HTTPS upstream. */
class BaseUrlIT {

    private static final String KEY = "sk-real-8Yc1TtQm";

    @TempDir
    Path directory;

    private Upstream upstream;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
        RunningProxy.secret(directory, "anthropic", "api-key", KEY + "\n");
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(
                        Routes.https("anthropic", upstream.port())
                                .credential(Routes.apiKey())
                                .rule(List.of("POST", "GET"), "/v1/messages")
                                .rule(List.of("GET", "HEAD"), "/v1/models/**")
                                .build(),
                        Routes.https("open", upstream.port()).build()));
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
    }

    @Test
    void puts_the_credential_in_and_the_dummies_out() throws Exception {
        HttpResponse<String> response = proxy.get(
                "/anthropic/v1/messages?beta=true",
                "Authorization",
                "Bearer dummy",
                "X-API-Key",
                "dummy",
                "x-goog-api-key",
                "dummy",
                "anthropic-version",
                "2023-06-01");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("hello");
        Upstream.Received received = upstream.received().getFirst();
        assertThat(received.target()).isEqualTo("/v1/messages?beta=true");
        assertThat(received.values("x-api-key")).containsExactly(KEY);
        assertThat(received.values("host")).containsExactly("api.test:" + upstream.port());
        assertThat(received.values("authorization")).isEmpty();
        assertThat(received.values("x-goog-api-key")).isEmpty();
        assertThat(received.values("anthropic-version")).containsExactly("2023-06-01");
    }

    @Test
    void sends_fields_in_their_order_and_spelling_without_those_that_end_at_the_proxy() throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head(
                    "GET /open/a%2Db HTTP/1.1",
                    "X-First: 1",
                    "Host: proxy",
                    "authorization: Bearer own",
                    "Connection: keep-alive, X-Hop",
                    "X-Hop: gone",
                    "Keep-Alive: 5",
                    "Proxy-Authorization: gone",
                    "Proxy-Thing: gone",
                    "TE: trailers",
                    "X-fIrst: 2",
                    "accept: */*");
            client.readMessage();
        }

        Upstream.Received received = upstream.received().getFirst();
        assertThat(received.target()).isEqualTo("/a%2Db");
        assertThat(received.fields().stream().map(field -> field.getKey() + ": " + field.getValue()))
                .containsExactly(
                        "X-First: 1",
                        "Host: api.test:" + upstream.port(),
                        "authorization: Bearer own",
                        "X-fIrst: 2",
                        "accept: */*");
    }

    @Test
    void refuses_with_a_reason_and_sends_nothing() throws Exception {
        HttpResponse<String> wrongPath = proxy.get("/anthropic/v1/complete");
        HttpResponse<String> wrongRoute = proxy.get("/other/v1/messages");

        assertThat(wrongPath.statusCode()).isEqualTo(403);
        assertThat(wrongPath.headers().firstValue("Sallyport-Reason")).contains("PathNotAllowed");
        assertThat(wrongPath.body())
                .contains("\"type\":\"sallyport\"", "\"reason\":\"PathNotAllowed\"", "\"route\":\"anthropic\"");
        assertThat(wrongRoute.statusCode()).isEqualTo(403);
        assertThat(wrongRoute.body()).contains("RouteNotFound");
        assertThat(upstream.received()).isEmpty();
    }

    @Test
    void records_each_request_in_a_chain_without_the_query_or_the_key() throws Exception {
        proxy.get("/anthropic/v1/messages?token=in-query");
        proxy.get("/anthropic/v1/complete");

        List<AuditedRequest> requests = proxy.requests(2);

        assertThat(requests.get(0).decision()).isEqualTo(AuditedRequest.Decision.ALLOWED);
        assertThat(requests.get(0).path()).contains("/v1/messages");
        assertThat(requests.get(0).rule()).hasValue(0);
        assertThat(requests.get(0).status()).hasValue(200);
        assertThat(requests.get(0).responseBytes()).isEqualTo(5);
        assertThat(requests.get(0).credential().orElseThrow().name()).isEqualTo("anthropic/api-key");
        assertThat(requests.get(1).reason()).contains(Reason.PATH_NOT_ALLOWED);
        assertThat(requests.get(1).credential()).isEmpty();
        assertThat(proxy.auditText()).doesNotContain(KEY).doesNotContain("in-query");
        Chain.verify(proxy.auditText());
    }
}
