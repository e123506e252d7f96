package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.testing.Upstream;
import dev.sallyport.sidecar.upstream.SpecialPurposeRegistries;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not pass, and what the client is told. */
class RefusalIT {

    @TempDir
    Path directory;

    private Upstream upstream;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /open/ HTTP/1.1|Host: p|Content-Length: 4|Transfer-Encoding: chunked",
                "POST /open/ HTTP/1.1|Host: p|Transfer-Encoding: chunked|Transfer-Encoding: chunked",
                "POST /open/ HTTP/1.1|Host: p|Transfer-Encoding: gzip, chunked",
                "POST /open/ HTTP/1.1|Host: p|Transfer-Encoding: xchunked",
                "POST /open/ HTTP/1.1|Host: p|Transfer-Encoding : chunked",
                "POST /open/ HTTP/1.0|Host: p|Transfer-Encoding: chunked",
                "POST /open/ HTTP/1.1|Host: p|Content-Length: 4|Content-Length: 5",
                "POST /open/ HTTP/1.1|Host: p|Content-Length: +4",
                "POST /open/ HTTP/1.1|Host: p|Content-Length: -1",
                "GET /open/ HTTP/1.1",
                "GET /open/ HTTP/1.1|Host: a|Host: b",
                "GET /open/ HTTP/1.1|Host: a b",
                "GET /open/ HTTP/1.1|Host: user@a",
                "GET /open/ HTTP/1.1|Host: p|Bad Name: x",
                "GET /open/ HTTP/1.1|Host: p|X-Nul: a\0b",
                "GET /open/a b HTTP/1.1|Host: p",
                "GET /open/a#b HTTP/1.1|Host: p",
                "GET /open/ HTTP/2.0|Host: p",
                "GET /open/ HTTP/1.2|Host: p",
                "G\u00c4T /open/ HTTP/1.1|Host: p",
                "nonsense",
            })
    void a_head_that_breaks_the_rules_or_has_two_readings_is_malformed(String head) throws Exception {
        try (RunningProxy proxy = new RunningProxy(
                        directory,
                        RunningProxy.config(
                                Routes.https("open", upstream.port()).build()));
                RawClient client = proxy.raw()) {
            client.head(head.split("\\|"));

            assertThat(client.readMessage()).contains(" 400 Bad Request", "Sallyport-Reason: MalformedRequest");
            assertThat(proxy.requests(1).getFirst().reason()).contains(Reason.MALFORMED_REQUEST);
            assertThat(upstream.received()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "400 AmbiguousPath|GET /open/a/%2e%2e/b HTTP/1.1|Host: p",
                "400 AmbiguousPath|GET /open//b HTTP/1.1|Host: p",
                "403 RouteNotFound|GET / HTTP/1.1|Host: p",
                "403 RouteNotFound|GET /Open/x HTTP/1.1|Host: p",
                "403 RouteNotFound|GET /%6fpen/x HTTP/1.1|Host: p",
                "403 SchemeNotAllowed|GET http://api.test/ HTTP/1.1|Host: api.test",
                "403 RouteNotFound|GET http://other.test/ HTTP/1.1|Host: other.test",
                "403 RouteNotFound|CONNECT api.test:443 HTTP/1.1|Host: api.test:443",
                "403 RouteNotFound|OPTIONS * HTTP/1.1|Host: p",
                "403 MethodNotAllowed|TRACE /open/ HTTP/1.1|Host: p",
                "403 UpgradeNotAllowed|GET /open/ HTTP/1.1|Host: p|Connection: Upgrade|Upgrade: irc/6.9",
            })
    void everything_else_has_its_own_reason(String text) throws Exception {
        String[] parts = text.split("\\|", 2);
        String[] expected = parts[0].split(" ", 2);
        try (RunningProxy proxy = new RunningProxy(
                        directory,
                        RunningProxy.config(
                                Routes.https("open", upstream.port()).build()));
                RawClient client = proxy.raw()) {
            client.head(parts[1].split("\\|"));

            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 " + expected[0])
                    .contains("Sallyport-Reason: " + expected[1]);
            assertThat(proxy.requests(1)).hasSize(1);
            assertThat(upstream.received()).isEmpty();
        }
    }

    @Test
    void limits_on_the_head_have_their_statuses() throws Exception {
        try (RunningProxy proxy = new RunningProxy(
                directory,
                RunningProxy.config(Routes.https("open", upstream.port()).build()))) {
            try (RawClient client = proxy.raw()) {
                client.head("GET /open/" + "x".repeat(17_000) + " HTTP/1.1", "Host: p");
                assertThat(client.readMessage()).contains(" 414 ", "TargetTooLong");
            }
            try (RawClient client = proxy.raw()) {
                client.head("GET /open/ HTTP/1.1", "Host: p", "X: " + "x".repeat(66_000));
                assertThat(client.readMessage()).contains(" 431 ", "HeadTooLarge");
            }
            try (RawClient client = proxy.raw()) {
                client.head("GET /open/ HTTP/1.1", "Host: p", "X: 1\r\n".repeat(200) + "X: 1");
                assertThat(client.readMessage()).contains(" 431 ", "HeadTooLarge");
            }
        }
    }

    @Test
    void an_h2c_upgrade_is_dropped_and_the_request_passes() throws Exception {
        try (RunningProxy proxy = new RunningProxy(
                        directory,
                        RunningProxy.config(
                                Routes.https("open", upstream.port()).build()));
                RawClient client = proxy.raw()) {
            client.head(
                    "GET /open/ HTTP/1.1",
                    "Host: p",
                    "Connection: Upgrade, HTTP2-Settings",
                    "Upgrade: h2c",
                    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA");

            assertThat(client.readMessage()).startsWith("HTTP/1.1 200").endsWith("hello");
            assertThat(upstream.received().getFirst().values("upgrade")).isEmpty();
            assertThat(upstream.received().getFirst().values("http2-settings")).isEmpty();
        }
    }

    @Test
    void a_used_up_minute_says_when_to_come_back() throws Exception {
        RouteConfig route = Routes.https("open", upstream.port())
                .limits(Routes.limits(2, 0, -1))
                .build();
        try (RunningProxy proxy = new RunningProxy(directory, RunningProxy.config(route))) {
            assertThat(proxy.get("/open/").statusCode()).isEqualTo(200);
            assertThat(proxy.get("/open/").statusCode()).isEqualTo(200);

            HttpResponse<String> third = proxy.get("/open/");

            assertThat(third.statusCode()).isEqualTo(429);
            assertThat(third.body()).contains("RateLimited");
            assertThat(Integer.parseInt(
                            third.headers().firstValue("Retry-After").orElseThrow()))
                    .isBetween(25, 30);
        }
    }

    @Test
    void too_many_at_once_are_refused_and_leave_their_place_when_they_end() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        upstream.answer(request -> {
            arrived.countDown();
            upstream.vertx()
                    .executeBlocking(() -> go.await(10, TimeUnit.SECONDS))
                    .onComplete(done -> request.response().end("late"));
        });
        RouteConfig route = Routes.https("open", upstream.port())
                .limits(Routes.limits(0, 1, -1))
                .build();
        try (RunningProxy proxy = new RunningProxy(directory, RunningProxy.config(route));
                RawClient first = proxy.raw()) {
            first.head("GET /open/ HTTP/1.1", "Host: p");
            arrived.await();

            HttpResponse<String> second = proxy.get("/open/");
            go.countDown();

            assertThat(second.statusCode()).isEqualTo(429);
            assertThat(second.body()).contains("TooManyConcurrentRequests");
            assertThat(first.readMessage()).endsWith("late");
            // Whoever has read the answer may be sooner than the proxy that has yet to see its end.
            org.awaitility.Awaitility.await().until(() -> proxy.get("/open/").statusCode() == 200);
        }
    }

    @Test
    void a_body_beyond_its_limit_is_refused_declared_or_not() throws Exception {
        upstream.answer(request ->
                request.body().onSuccess(body -> request.response().end("got " + body.length())));
        RouteConfig route = Routes.https("open", upstream.port())
                .limits(Routes.limits(0, 0, 10))
                .build();
        try (RunningProxy proxy = new RunningProxy(directory, RunningProxy.config(route))) {
            try (RawClient client = proxy.raw()) {
                client.head("POST /open/ HTTP/1.1", "Host: p", "Content-Length: 10")
                        .send("0123456789");
                assertThat(client.readMessage()).endsWith("got 10");
                client.head("POST /open/ HTTP/1.1", "Host: p", "Content-Length: 11")
                        .send("01234567890");
                assertThat(client.readMessage()).startsWith("HTTP/1.1 413").contains("BodyTooLarge");
                client.head("GET /open/ HTTP/1.1", "Host: p");
                assertThat(client.readMessage()).endsWith("got 0");
            }
            try (RawClient client = proxy.raw()) {
                client.head("POST /open/ HTTP/1.1", "Host: p", "Transfer-Encoding: chunked")
                        .send("8\r\n01234567\r\n")
                        .send("8\r\n01234567\r\n");
                assertThat(client.readMessage()).startsWith("HTTP/1.1 413").contains("BodyTooLarge");
            }
        }
    }

    @Test
    void a_private_or_rebound_address_is_refused_and_nothing_connects() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        Seams rebinding = new Seams(
                java.time.Clock.systemUTC(),
                name -> lookups.incrementAndGet() == 1
                        ? List.of(InetAddress.ofLiteral("93.184.216.34"), InetAddress.ofLiteral("127.0.0.1"))
                        : List.of(InetAddress.ofLiteral("127.0.0.1")),
                new SpecialPurposeRegistries(),
                new ByteArrayOutputStream(),
                64,
                Duration.ofSeconds(1));
        try (RunningProxy proxy = new RunningProxy(
                directory,
                Optional.of(RunningProxy.config(
                        Routes.https("open", upstream.port()).build())),
                rebinding)) {
            HttpResponse<String> response = proxy.get("/open/");

            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.body()).contains("AddressNotAllowed").doesNotContain("127.0.0.1");
            assertThat(proxy.requests(1).getFirst().reason()).contains(Reason.ADDRESS_NOT_ALLOWED);
            assertThat(upstream.received()).isEmpty();
        }
    }

    @Test
    void an_unenforced_policy_lets_through_without_the_credential_and_marks_it() throws Exception {
        RunningProxy.secret(directory, "anthropic", "api-key", "sk-refusal-1");
        ProxyConfig enforced = RunningProxy.config(Routes.https("keyed", upstream.port())
                .credential(Routes.apiKey())
                .rule(List.of("GET"), "/allowed")
                .build());
        ProxyConfig audit = new ProxyConfig(
                ProxyConfig.SCHEMA,
                1,
                RunningProxy.SANDBOX,
                Enforcement.AUDIT,
                AllowedHosts.OPTIONAL,
                Optional.empty(),
                Optional.empty(),
                ProxyLimits.DEFAULTS,
                RouteLimits.NONE,
                enforced.routes());
        try (RunningProxy proxy = new RunningProxy(directory, audit)) {
            assertThat(proxy.get("/keyed/forbidden", "x-api-key", "dummy").statusCode())
                    .isEqualTo(200);
            assertThat(proxy.get("/keyed/allowed").statusCode()).isEqualTo(200);
            assertThat(proxy.get("/keyed/a%2F..%2Fb").statusCode()).isEqualTo(400);
            assertThat(proxy.get("/unknown/").statusCode()).isEqualTo(403);

            assertThat(upstream.received().get(0).values("x-api-key")).isEmpty();
            assertThat(upstream.received().get(1).values("x-api-key")).containsExactly("sk-refusal-1");
            AuditedRequest marked = proxy.requests(4).getFirst();
            assertThat(marked.decision()).isEqualTo(AuditedRequest.Decision.WOULD_DENY);
            assertThat(marked.reason()).contains(Reason.PATH_NOT_ALLOWED);
            assertThat(marked.credential()).isEmpty();
        }
    }

    @Test
    void a_missing_secret_or_one_bound_elsewhere_is_not_sent() throws Exception {
        RouteConfig route = Routes.https("keyed", upstream.port())
                .credential(Routes.apiKey())
                .build();
        try (RunningProxy proxy = new RunningProxy(directory, RunningProxy.config(route))) {
            HttpResponse<String> missing = proxy.get("/keyed/");
            assertThat(missing.statusCode()).isEqualTo(503);
            assertThat(missing.body()).contains("CredentialUnavailable", "anthropic/api-key");
            assertThat(proxy.admin("/readyz").statusCode()).isEqualTo(503);

            proxy.secret("anthropic", "allowed-hosts", "other.test\n\napi.test:" + upstream.port() + "\n");
            proxy.secret("anthropic", "api-key", "sk-refusal-1");
            org.awaitility.Awaitility.await().until(() -> proxy.get("/keyed/").statusCode() == 200);
            assertThat(proxy.admin("/readyz").statusCode()).isEqualTo(200);

            proxy.secret("anthropic", "allowed-hosts", "other.test\n");
            org.awaitility.Awaitility.await().until(() -> proxy.get("/keyed/").statusCode() == 403);
            assertThat(proxy.get("/keyed/").body()).contains("CredentialHostNotAllowed");
        }
    }

    @Test
    void where_secrets_must_name_their_hosts_one_that_does_not_is_sent_nowhere() throws Exception {
        RouteConfig keyed = Routes.https("keyed", upstream.port())
                .credential(Routes.apiKey())
                .build();
        ProxyConfig optional = RunningProxy.config(keyed);
        ProxyConfig required = new ProxyConfig(
                optional.schema(),
                optional.generation(),
                optional.sandbox(),
                optional.enforcement(),
                AllowedHosts.REQUIRED,
                optional.admin(),
                optional.agent(),
                optional.limits(),
                optional.requestLimits(),
                optional.routes());
        try (RunningProxy proxy = new RunningProxy(directory, optional)) {
            proxy.secret("anthropic", "api-key", "sk-refusal-1");
            org.awaitility.Awaitility.await().until(() -> proxy.get("/keyed/").statusCode() == 200);

            proxy.configure(required);
            org.awaitility.Awaitility.await().until(() -> proxy.get("/keyed/").statusCode() == 403);
            assertThat(proxy.get("/keyed/").body())
                    .contains("CredentialHostNotAllowed", "anthropic/api-key", "allowed-hosts");
            assertThat(proxy.admin("/readyz").statusCode()).isEqualTo(503);

            proxy.secret("anthropic", "allowed-hosts", "api.test:" + upstream.port() + "\n");
            org.awaitility.Awaitility.await().until(() -> proxy.get("/keyed/").statusCode() == 200);
            assertThat(proxy.admin("/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_wildcard_route_is_reached_through_its_base_url_host_only() throws Exception {
        RouteConfig wildcard = RouteBuilder.https("wild", "*.wild.test:" + upstream.port())
                .baseUrlHost("one.wild.test:" + upstream.port())
                .build();
        RouteConfig without =
                RouteBuilder.https("closed", "*.wild.test:" + upstream.port()).build();
        try (RunningProxy proxy = new RunningProxy(directory, RunningProxy.config(wildcard, without))) {
            assertThat(proxy.get("/wild/").statusCode()).isEqualTo(200);
            assertThat(proxy.get("/closed/").body()).contains("RouteNotFound");
        }
    }
}
