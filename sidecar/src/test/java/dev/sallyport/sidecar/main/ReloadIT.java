package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.admin.RequestSignature;
import dev.sallyport.contract.admin.ResponseSignature;
import dev.sallyport.contract.config.AdminAccess;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.ProxyReport;
import dev.sallyport.sidecar.testing.Upstream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** New configurations, good and bad, and what the status says of them. */
class ReloadIT {

    private static final byte[] RESPONSE_KEY = new byte[32];

    @TempDir
    Path directory;

    private Upstream upstream;
    private KeyPair operator;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
        operator = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void a_new_route_serves_and_an_old_one_is_gone() throws Exception {
        try (RunningProxy proxy = new RunningProxy(directory, config(1, "one"))) {
            assertThat(proxy.get("/one/").statusCode()).isEqualTo(200);

            proxy.configure(config(2, "two"));

            Awaitility.await().until(() -> proxy.get("/two/").statusCode() == 200);
            assertThat(proxy.get("/one/").statusCode()).isEqualTo(403);
            assertThat(status(proxy, "0123456789abcdef-1").config().generation())
                    .isEqualTo(2);
        }
    }

    @Test
    void a_bad_configuration_leaves_the_old_one_serving_and_is_reported() throws Exception {
        try (RunningProxy proxy = new RunningProxy(directory, config(1, "one"))) {
            RunningProxy.replace(
                    directory.resolve("config.json"),
                    new String(StrictJson.write(config(2, "two")), StandardCharsets.UTF_8)
                            .replace("\"routes\":", "\"rutes\":[],\"routes\":")
                            .getBytes(StandardCharsets.UTF_8));

            Awaitility.await().until(() -> proxy.admin("/metrics").body().contains("sallyport_config_problem 1.0"));
            ProxyReport report = status(proxy, "0123456789abcdef-2");

            assertThat(report.config().generation()).isEqualTo(1);
            assertThat(report.config().problem().orElseThrow())
                    .contains("rutes")
                    .contains("unknown field");
            assertThat(report.ready()).isTrue();
            assertThat(proxy.get("/one/").statusCode()).isEqualTo(200);

            proxy.configure(config(3, "three"));

            Awaitility.await().until(() -> proxy.get("/three/").statusCode() == 200);
            assertThat(status(proxy, "0123456789abcdef-3").config().problem()).isEmpty();
        }
    }

    @Test
    void trusted_certificates_that_are_none_are_reported() throws Exception {
        try (RunningProxy proxy = new RunningProxy(directory, config(1, "one"))) {
            proxy.configure(config(
                    2,
                    Routes.https("one", upstream.port())
                            .trusted(Optional.of("-----BEGIN CERTIFICATE-----\nnonsense"))
                            .build()));

            Awaitility.await().until(() -> proxy.admin("/metrics").body().contains("sallyport_config_problem 1.0"));

            assertThat(status(proxy, "0123456789abcdef-4").config().problem().orElseThrow())
                    .isEqualTo("routes: one: trustedCertificates: not PEM certificates");
            assertThat(proxy.get("/one/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_condition_that_cannot_be_compiled_is_reported() throws Exception {
        try (RunningProxy proxy = new RunningProxy(directory, config(1, "one"))) {
            proxy.configure(config(
                    2,
                    Routes.https("one", upstream.port())
                            .rule(new RuleConfig(List.of(), List.of(), Optional.of("request.metod == 'GET'")))
                            .build()));

            Awaitility.await().until(() -> proxy.admin("/metrics").body().contains("sallyport_config_problem 1.0"));

            assertThat(status(proxy, "0123456789abcdef-8").config().problem().orElseThrow())
                    .startsWith("routes: one: rules[0].when: at 1:");
            assertThat(proxy.get("/one/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_first_configuration_that_cannot_serve_is_reported_to_who_may_ask_by_it() throws Exception {
        RouteConfig wrong = Routes.https("one", upstream.port())
                .rule(new RuleConfig(List.of("GET"), List.of(), Optional.empty()))
                .rule(new RuleConfig(List.of(), List.of(), Optional.of("request.method = 'GET'")))
                .build();
        try (RunningProxy proxy = new RunningProxy(directory, config(1, wrong))) {
            ProxyReport report = status(proxy, "0123456789abcdef-7a");

            assertThat(report.ready()).isFalse();
            assertThat(report.config().generation()).isZero();
            assertThat(report.config().problem().orElseThrow()).startsWith("routes: one: rules[1].when: ");
            assertThat(report.sandboxUid()).isEqualTo(RunningProxy.SANDBOX.uid());
            assertThat(report.credentials()).isEmpty();
            assertThat(proxy.get("/one/").statusCode()).isEqualTo(503);
            assertThat(proxy.admin("/readyz").statusCode()).isEqualTo(503);

            proxy.configure(config(2, "one"));

            Awaitility.await().until(() -> proxy.get("/one/").statusCode() == 200);
            assertThat(status(proxy, "0123456789abcdef-7b").config().generation())
                    .isEqualTo(2);
        }
    }

    @Test
    void without_a_configuration_everything_is_refused_until_there_is_one() throws Exception {
        try (RunningProxy proxy =
                new RunningProxy(directory, Optional.empty(), RunningProxy.world(new ByteArrayOutputStream()))) {
            HttpResponse<String> refused = proxy.get("/one/");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("ConfigUnavailable");
            assertThat(proxy.admin("/livez").statusCode()).isEqualTo(200);
            assertThat(proxy.admin("/readyz").statusCode()).isEqualTo(503);
            assertThat(proxy.admin("/readyz").body()).contains("not there");

            proxy.configure(config(1, "one"));

            Awaitility.await().until(() -> proxy.get("/one/").statusCode() == 200);
            assertThat(proxy.admin("/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void the_status_is_for_the_operator_alone_and_each_question_is_answered_once() throws Exception {
        try (RunningProxy proxy = new RunningProxy(directory, config(1, "one"))) {
            proxy.get("/one/");
            proxy.get("/nowhere/");
            proxy.requests(2);
            String nonce = "0123456789abcdef-5";
            long now = Instant.now().getEpochSecond();

            HttpResponse<String> answered = proxy.admin("/status", fields(nonce, now, operator));
            HttpResponse<String> replayed = proxy.admin("/status", fields(nonce, now, operator));
            HttpResponse<String> stale = proxy.admin("/status", fields("0123456789abcdef-6", now - 120, operator));
            HttpResponse<String> forged = proxy.admin(
                    "/status",
                    fields(
                            "0123456789abcdef-7",
                            now,
                            KeyPairGenerator.getInstance("Ed25519").generateKeyPair()));

            assertThat(answered.statusCode()).isEqualTo(200);
            assertThat(ResponseSignature.verify(
                            RESPONSE_KEY,
                            nonce,
                            answered.body().getBytes(StandardCharsets.UTF_8),
                            answered.headers()
                                    .firstValue(ResponseSignature.HEADER)
                                    .orElseThrow()))
                    .isTrue();
            ProxyReport report = StrictJson.read(answered.body().getBytes(StandardCharsets.UTF_8), ProxyReport.class);
            assertThat(report.counters().total().allowed()).isEqualTo(1);
            assertThat(report.counters().total().denied()).isEqualTo(1);
            assertThat(report.counters().lastDenied().orElseThrow().reason()).isEqualTo("RouteNotFound");
            assertThat(List.of(replayed.statusCode(), stale.statusCode(), forged.statusCode()))
                    .containsOnly(401);
            assertThat(proxy.admin("/status").statusCode()).isEqualTo(401);
        }
    }

    private ProxyReport status(RunningProxy proxy, String nonce) throws Exception {
        HttpResponse<String> response =
                proxy.admin("/status", fields(nonce, Instant.now().getEpochSecond(), operator));
        assertThat(response.statusCode()).isEqualTo(200);
        return StrictJson.read(response.body().getBytes(StandardCharsets.UTF_8), ProxyReport.class);
    }

    private static String[] fields(String nonce, long time, KeyPair keys) {
        String signature =
                new RequestSignature("GET", "/status", RunningProxy.SANDBOX.uid(), time, nonce).sign(keys.getPrivate());
        return new String[] {
            RequestSignature.NONCE_HEADER,
            nonce,
            RequestSignature.TIME_HEADER,
            Long.toString(time),
            RequestSignature.SIGNATURE_HEADER,
            signature
        };
    }

    private ProxyConfig config(long generation, String route) {
        return config(generation, Routes.https(route, upstream.port()).build());
    }

    private ProxyConfig config(long generation, RouteConfig route) {
        return new ProxyConfig(
                ProxyConfig.SCHEMA,
                generation,
                RunningProxy.SANDBOX,
                Enforcement.ENFORCE,
                AllowedHosts.OPTIONAL,
                Optional.of(new AdminAccess(
                        Base64.getEncoder().encodeToString(operator.getPublic().getEncoded()),
                        Base64.getEncoder().encodeToString(RESPONSE_KEY))),
                Optional.empty(),
                ProxyLimits.DEFAULTS,
                RouteLimits.NONE,
                List.of(route));
    }
}
