package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.AuditedRequest.Protocol;
import dev.sallyport.contract.audit.Reason;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** curl, by every way in and in both versions of HTTP, to upstreams of both. */
class CurlIT {

    /** curl's exit code when it can't write. */
    private static final int WRITE_FAILED = 23;

    private static final AtomicInteger CASES = new AtomicInteger();

    @TempDir
    static Path directory;

    private static Scene scene;
    private static Path upload;
    private static final Api api = new Api(Scene::isBearer);
    private static final Api plain = new Api(any -> true);

    /** A way in, in one version of HTTP, to an upstream of one. */
    enum Combination {
        BASE_URL_HTTP1(Way.BASE_URL, Protocol.HTTP_1_1, HttpVersion.HTTP_2, "--http1.1"),
        BASE_URL_HTTP2(Way.BASE_URL, Protocol.HTTP_2, HttpVersion.HTTP_2, "--http2-prior-knowledge"),
        /** As many write it: an upgrade that is not taken up. */
        BASE_URL_UPGRADE(Way.BASE_URL, Protocol.HTTP_1_1, HttpVersion.HTTP_2, "--http2"),
        HTTP_PROXY_HTTP1(Way.HTTP_PROXY, Protocol.HTTP_1_1, HttpVersion.HTTP_1_1, "--http1.1"),
        HTTPS_PROXY_HTTP1(Way.HTTPS_PROXY, Protocol.HTTP_1_1, HttpVersion.HTTP_2, "--http1.1"),
        HTTPS_PROXY_HTTP2(Way.HTTPS_PROXY, Protocol.HTTP_2, HttpVersion.HTTP_2, "--http2"),
        BASE_URL_OLD_UPSTREAM(Way.BASE_URL, Protocol.HTTP_2, HttpVersion.HTTP_1_1, "--http2-prior-knowledge"),
        HTTPS_PROXY_OLD_UPSTREAM(Way.HTTPS_PROXY, Protocol.HTTP_2, HttpVersion.HTTP_1_1, "--http2"),
        HTTPS_PROXY_HTTP1_OLD_UPSTREAM(Way.HTTPS_PROXY, Protocol.HTTP_1_1, HttpVersion.HTTP_1_1, "--http1.1");

        private final Way way;
        private final Protocol client;
        private final HttpVersion upstream;
        private final String option;

        Combination(Way way, Protocol client, HttpVersion upstream, String option) {
            this.way = way;
            this.client = client;
            this.upstream = upstream;
            this.option = option;
        }

        private String url(String path) {
            boolean old = way != Way.HTTP_PROXY && HttpVersion.HTTP_1_1.equals(upstream);
            return switch (way) {
                        case BASE_URL -> scene.baseUrl(old ? "old" : "api");
                        case HTTP_PROXY -> scene.http("plain.test");
                        case HTTPS_PROXY ->
                            old ? "https://old.test:" + scene.web.tlsHttp1Port() : scene.https("api.test");
                    }
                    + path;
        }

        private Api site() {
            return way == Way.HTTP_PROXY ? plain : api;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        scene = new Scene(
                directory,
                List.of("api.test", "old.test", "open.test"),
                (web, to) -> List.of(
                        to.https("api", "api.test").credential(Scene.bearer()).rule(List.of(), "/v1/**"),
                        to.http1("old", "old.test").credential(Scene.bearer()).rule(List.of(), "/v1/**"),
                        to.https("open", "open.test"),
                        to.http("plain", "plain.test")));
        scene.web.put("api.test", api);
        scene.web.put("old.test", api);
        scene.web.put("open.test", plain);
        scene.web.put("plain.test", plain);
        upload = Files.write(directory.resolve("upload"), Api.PAYLOAD);
    }

    @AfterAll
    static void stop() {
        scene.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_document_goes_out_with_the_real_credential_in_the_versions_asked_for(Combination by) throws Exception {
        String which = newCase();

        Agent.Finished finished = curl(
                by,
                "--data",
                "{\"text\": \"w\u00f6rld\"}",
                "--header",
                "Content-Type: application/json",
                "--header",
                "Authorization: Bearer " + Scene.DUMMY,
                "--write-out",
                "\n%{http_version} %{response_code} %{content_type}",
                by.url("/v1/document/" + which + "?x=%2F&y=a+b"));

        finished.well();
        assertThat(finished.out().lines())
                .containsExactly(
                        "{\"text\": \"w\u00f6rld\"}",
                        (by.client == Protocol.HTTP_2 ? "2" : "1.1") + " 200 application/json");
        assertThat(scene.web.received(which)).singleElement().satisfies(received -> {
            assertThat(received.version()).isEqualTo(by.upstream);
            assertThat(received.target()).isEqualTo("/v1/document/" + which + "?x=%2F&y=a+b");
            assertThat(received.values("Authorization"))
                    .containsExactly("Bearer " + (by.way == Way.HTTP_PROXY ? Scene.DUMMY : Scene.REAL));
            assertThat(received.values("User-Agent")).singleElement().asString().startsWith("curl/");
            assertThat(received.values("Upgrade")).isEmpty();
            assertThat(received.values("HTTP2-Settings")).isEmpty();
            assertThat(received.values("Via")).isEmpty();
        });
        AuditedRequest audited = scene.audited(which);
        assertThat(audited.form()).isEqualTo(by.way.form());
        assertThat(audited.protocol()).isEqualTo(by.client);
        assertThat(audited.decision()).isEqualTo(AuditedRequest.Decision.ALLOWED);
        assertThat(audited.requestBytes()).isEqualTo(18);
        assertThat(audited.responseBytes()).isEqualTo(18);
    }

    /** A file of known length, for which curl expects 100 Continue over HTTP/1.1; then one of unknown length. */
    @ParameterizedTest
    @EnumSource
    void uploads_arrive_unaltered(Combination by) throws Exception {
        for (String length : List.of("Content-Length: " + Api.PAYLOAD.length, "Transfer-Encoding: chunked")) {
            boolean known = length.startsWith("Content-Length");
            String which = newCase();

            List<String> arguments = new ArrayList<>(List.of("--verbose", "--upload-file", upload.toString()));
            if (!known) {
                arguments.addAll(List.of("--header", length));
            }
            arguments.add(by.url("/v1/upload/" + which));
            Agent.Finished finished = curl(by, arguments.toArray(String[]::new)).well();

            assertThat(finished.out()).isEqualTo("bytes:" + Api.PAYLOAD.length + " sha256:" + Api.PAYLOAD_SHA256);
            assertThat(scene.web.received(which))
                    .singleElement()
                    .satisfies(received -> assertThat(received.values("Content-Length"))
                            .isEqualTo(known ? List.of(Integer.toString(Api.PAYLOAD.length)) : List.of()));
            if (by.client == Protocol.HTTP_1_1) {
                assertThat(finished.err())
                        .containsIgnoringCase("> expect: 100-continue")
                        .contains("100 Continue");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void large_answers_arrive_unaltered_and_a_broken_off_one_is_continued(Combination by) throws Exception {
        Path file = scene.agent.home().resolve(newCase());
        String url = by.url("/v1/bytes/" + file.getFileName());
        Files.write(file, Arrays.copyOf(Api.PAYLOAD, 300_000));

        curl(by, "--continue-at", "-", "--output", file.toString(), url).well();

        assertThat(Api.sha256(Files.readAllBytes(file))).isEqualTo(Api.PAYLOAD_SHA256);
        assertThat(scene.web.received(file.getFileName().toString()))
                .singleElement()
                .satisfies(received -> assertThat(received.values("Range")).containsExactly("bytes=300000-"));

        curl(by, "--output", file.toString(), by.url("/v1/chunks/" + file.getFileName()))
                .well();

        assertThat(Api.sha256(Files.readAllBytes(file))).isEqualTo(Api.PAYLOAD_SHA256);
    }

    /** Each is sent only when curl has written the one before. */
    @ParameterizedTest
    @EnumSource
    void events_arrive_one_by_one(Combination by) throws Exception {
        String which = newCase();
        List<String> command = command(by, "--no-buffer", by.url("/v1/events/" + which));
        Process curl = scene.agent.start(command, Files.createTempFile(directory, "curl", ".err"));
        try (BufferedReader out = curl.inputReader(StandardCharsets.UTF_8)) {
            HttpServerResponse stream = by.site().stream(which);
            for (int i = 0; i < 3; i++) {
                stream.write("data: " + i + "\n\n");

                assertThat(out.readLine()).isEqualTo("data: " + i);
                assertThat(out.readLine()).isEmpty();
            }
            stream.end();
            assertThat(out.readLine()).isNull();
            assertThat(curl.waitFor()).isZero();
        } finally {
            curl.destroyForcibly();
        }
    }

    @ParameterizedTest
    @EnumSource
    void answers_without_a_body_end(Combination by) throws Exception {
        assertThat(curl(by, "--head", by.url("/v1/bytes/" + newCase())).well().out())
                .containsIgnoringCase("content-length: " + Api.PAYLOAD.length);
        assertThat(curl(by, "--include", by.url("/v1/empty/" + newCase()))
                        .well()
                        .out())
                .containsPattern("^HTTP/\\S+ 204");
    }

    @ParameterizedTest
    @EnumSource
    void an_encoded_answer_is_decoded_by_curl(Combination by) throws Exception {
        String out = curl(by, "--compressed", by.url("/v1/encoded/" + newCase()))
                .well()
                .out();

        assertThat(out).isEqualTo("text ".repeat(20_000));
    }

    /**
     * The upstream refuses at once and reads nothing of the body. Not with HTTP/2 in plain text, in which Debian 12's curl
     * says of any server's early answer that the stream failed.
     */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"BASE_URL_HTTP2", "BASE_URL_OLD_UPSTREAM"})
    void an_early_refusal_arrives_while_the_body_is_being_sent(Combination by) throws Exception {
        Agent.Finished finished = curl(
                by,
                "--header",
                "Expect:",
                "--upload-file",
                upload.toString(),
                "--write-out",
                " %{response_code}",
                by.url("/v1/early/" + newCase()));

        assertThat(finished.out()).isEqualTo("too large 413");
    }

    @ParameterizedTest
    @EnumSource
    void a_redirect_bears_no_credential(Combination by) throws Exception {
        String which = newCase();

        curl(
                        by,
                        "--location",
                        "--header",
                        "Authorization: Bearer " + Scene.DUMMY,
                        by.url("/v1/redirect/" + which + "?to=" + scene.https("open.test") + "/v1/document/" + which))
                .well();

        assertThat(scene.web.received("/v1/document/" + which))
                .filteredOn(received -> received.host().equals("open.test"))
                .singleElement()
                .satisfies(
                        received -> assertThat(received.values("Authorization")).isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void an_abandoned_answer_is_abandoned_upstream(Combination by) throws Exception {
        String which = newCase();

        Process curl = scene.agent.start(
                command(by, by.url("/v1/endless/" + which)), Files.createTempFile(directory, "curl", ".err"));
        try {
            // It gives up when nobody reads what it writes.
            try (InputStream out = curl.getInputStream()) {
                out.readNBytes(100_000);
            }
            assertThat(curl.waitFor()).isEqualTo(WRITE_FAILED);
        } finally {
            curl.destroyForcibly();
        }
        by.site().awaitAbandoned(which);
        assertThat(scene.audited(which).reason()).contains(Reason.CLIENT_ABORTED);
    }

    @ParameterizedTest
    @EnumSource
    void many_at_once_are_all_answered(Combination by) throws Exception {
        String which = newCase();

        List<String> arguments =
                new ArrayList<>(List.of("--parallel", "--parallel-max", "8", "--output", which + "#1"));
        if (by.option.equals("--http2-prior-knowledge")) {
            // Debian 12's curl fails at sharing such a connection, with any server.
            arguments.add("--parallel-immediate");
        }
        arguments.add(by.url("/v1/bytes/" + which) + "/[1-8]");

        curl(by, arguments.toArray(String[]::new)).well();

        for (int i = 1; i <= 8; i++) {
            Path file = scene.agent.home().resolve(which + i);
            assertThat(Api.sha256(Files.readAllBytes(file))).isEqualTo(Api.PAYLOAD_SHA256);
            Files.delete(file);
        }
        assertThat(scene.audited(which, 8)).hasSize(8).allMatch(audited -> audited.protocol() == by.client);
    }

    @Test
    void a_host_without_a_route_is_refused_at_once_with_the_reason() throws Exception {
        Agent.Finished finished = scene.heard(scene.agent.run(
                Programs.onPath("curl"), "--silent", "--show-error", "--verbose", scene.https("elsewhere.test") + "/"));

        assertThat(finished.exit()).isEqualTo(56);
        assertThat(finished.err()).containsIgnoringCase("Sallyport-Reason: RouteNotFound");
    }

    @Test
    void plain_http_to_a_host_of_an_https_route_is_refused() throws Exception {
        Agent.Finished finished = scene.heard(scene.agent.run(
                Programs.onPath("curl"),
                "--silent",
                "--include",
                "http://api.test:" + scene.web.tlsPort() + "/v1/document/x"));

        assertThat(finished.well().out()).startsWith("HTTP/1.1 403").contains("SchemeNotAllowed");
    }

    /** With --proxytunnel, curl asks for a tunnel for plain HTTP too. */
    @Test
    void plain_http_through_a_tunnel_is_judged_like_any_other() throws Exception {
        String which = newCase();

        Agent.Finished finished = scene.heard(scene.agent.run(
                Programs.onPath("curl"),
                "--silent",
                "--proxytunnel",
                "--data",
                "text",
                scene.http("plain.test") + "/v1/document/" + which));

        assertThat(finished.well().out()).isEqualTo("text");
        assertThat(scene.audited(which).form()).isEqualTo(AuditedRequest.Form.INTERCEPTED);
        assertThat(scene.audited(which).route()).isEqualTo(Optional.of("plain"));
    }

    /** What an agent may try: the path of another rule, spelt so that the two sides could read it differently. */
    @ParameterizedTest
    @EnumSource
    void a_path_that_could_be_read_in_two_ways_is_refused(Combination by) throws Exception {
        for (String path : List.of("/v1/../admin", "/v1/%2e%2e/admin", "/v1//admin", "/v1/x%2f..%2fadmin")) {
            Agent.Finished finished = curl(by, "--path-as-is", "--include", by.url(path));

            assertThat(finished.well().out())
                    .containsPattern("^HTTP/\\S+ 400")
                    .containsIgnoringCase("Sallyport-Reason: AmbiguousPath");
        }
    }

    private static Agent.Finished curl(Combination by, String... arguments) throws Exception {
        return scene.heard(scene.agent.run(command(by, arguments).toArray(String[]::new)));
    }

    private static List<String> command(Combination by, String... arguments) {
        return Stream.concat(
                        Stream.of(
                                Programs.onPath("curl"),
                                "--silent",
                                "--show-error",
                                "--suppress-connect-headers",
                                by.option),
                        Stream.of(arguments))
                .toList();
    }

    private static String newCase() {
        return "case-" + CASES.incrementAndGet() + "-";
    }
}
