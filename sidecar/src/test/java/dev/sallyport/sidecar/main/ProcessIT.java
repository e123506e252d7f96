package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.Counters.Tally;
import dev.sallyport.contract.status.FinalReport;
import dev.sallyport.sidecar.audit.CounterFile;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.Upstream;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proxy as a process: killed, started again, told to stop; and nothing secret in anything that it writes. */
class ProcessIT {

    private static final String KEY = "sk-real-Zp4RrK2mNq";

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Upstream upstream;
    private int port;
    private int adminPort;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
        port = ProxyProcess.freePort();
        adminPort = ProxyProcess.freePort();
        RunningProxy.secret(directory, "anthropic", "api-key", KEY);
        ProxyConfig config = RunningProxy.config(
                1,
                new ProxyLimits(1024, 65_536, 200, 16_384, 16_384, 1024, 128, 10, 300, 10, 600, 20),
                Routes.https("keyed", upstream.port())
                        .credential(Routes.apiKey())
                        .build(),
                Routes.https("open", upstream.port()).build());
        RunningProxy.replace(directory.resolve("config.json"), StrictJson.write(config));
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
        http.close();
        upstream.close();
    }

    @Test
    void counts_and_chain_survive_a_kill() throws Exception {
        Process first = launch();
        for (int i = 0; i < 20; i++) {
            assertThat(get("/keyed/").statusCode()).isEqualTo(200);
            assertThat(get("/nowhere/").statusCode()).isEqualTo(403);
        }
        // Lines are written some milliseconds late; those of the very last moment would show as numbers left out.
        Awaitility.await().until(() -> requestLines() == 40);
        first.destroyForcibly();
        assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();

        Process second = launch();
        assertThat(get("/open/").statusCode()).isEqualTo(200);
        stop(second);

        FinalReport report = StrictJson.read(Files.readAllBytes(directory.resolve("termination")), FinalReport.class);
        assertThat(report.counters().total()).isEqualTo(new Tally(21, 20, 0, 20));
        try (CounterFile counters = new CounterFile(directory.resolve("state").resolve("counters"))) {
            assertThat(counters.read()).isEqualTo(report.counters());
        }
        String log = Files.readString(directory.resolve("out"));
        Chain.verify(log);
        assertThat(log.lines().filter(line -> line.contains("ProxyStarted"))).hasSize(2);
        assertThat(log.lines().filter(line -> line.contains("ProxyStopped"))).hasSize(1);
        assertThat(requestLines()).isEqualTo(41);
    }

    private long requestLines() throws IOException {
        return Files.readString(directory.resolve("out"))
                .lines()
                .filter(line -> line.contains("\"id\""))
                .count();
    }

    @Test
    void a_fenced_proxy_opens_no_port_before_the_guards_word_and_says_when_it_takes_requests() throws Exception {
        Path fence = directory.resolve("fence");
        Path ready = directory.resolve("ready");
        Path secret = directory.resolve("credentials").resolve("anthropic").resolve("api-key");
        Files.move(secret, directory.resolve("away"));
        Files.writeString(fence, Fence.MARK + " by somebody else\n");
        processes.add(ProxyProcess.start(
                directory,
                port,
                adminPort,
                List.of("-XX:TieredStopAtLevel=1"),
                Map.of("SALLYPORT_FENCE", fence.toString(), "SALLYPORT_READY", ready.toString())));
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> Files.readString(directory.resolve("err")).contains("waits for the egress guard"));
        for (int closed : List.of(port, adminPort)) {
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), closed))
                    .isInstanceOf(ConnectException.class);
        }

        Files.writeString(fence, Fence.MARK + "\n");

        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> get(adminPort, "/readyz").body().contains("credentials"));
        assertThat(ready).doesNotExist();

        Files.move(directory.resolve("away"), secret);

        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(ready));
        assertThat(get(adminPort, "/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void a_running_stream_ends_before_the_process_does_and_new_requests_are_refused() throws Exception {
        CompletableFuture<HttpServerResponse> streaming = new CompletableFuture<>();
        upstream.answer(request -> {
            request.response().setChunked(true).write("begun");
            streaming.complete(request.response());
        });
        Process process = launch();
        try (RawClient stream = new RawClient(port);
                RawClient other = new RawClient(port)) {
            stream.head("GET /open/ HTTP/1.1", "Host: p");
            stream.readUntil("begun\r\n");

            process.destroy();

            Awaitility.await().until(() -> get(adminPort, "/readyz").body().contains("stopping"));
            other.head("GET /open/ HTTP/1.1", "Host: p");
            assertThat(other.readMessage()).startsWith("HTTP/1.1 503").contains("Stopping", "connection: close");
            assertThat(process.isAlive()).isTrue();
            streaming.get().end("ended");
            assertThat(stream.readUntil("0\r\n\r\n")).contains("ended");
            assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        }
        FinalReport report = StrictJson.read(Files.readAllBytes(directory.resolve("termination")), FinalReport.class);
        assertThat(report.counters().total()).isEqualTo(new Tally(1, 1, 0, 0));
        Chain.verify(Files.readString(directory.resolve("out")));
    }

    @Test
    void nothing_that_the_proxy_writes_or_answers_holds_the_key() throws Exception {
        upstream.answer(request -> {
            switch (request.uri()) {
                case "/v1/reset" -> request.connection().close();
                case "/v1/redirect" ->
                    request.response()
                            .setStatusCode(307)
                            .putHeader("Location", "https://evil.test/")
                            .end();
                default -> request.response().end("ok");
            }
        });
        Process process = launch();
        StringBuilder seen = new StringBuilder();
        for (String path : List.of("/v1/ok", "/v1/reset", "/v1/redirect", "/v1/../x", "/v1//y", "/v1/%00")) {
            try (RawClient client = new RawClient(port)) {
                client.head("GET /keyed" + path + " HTTP/1.1", "Host: p", "X-Api-Key: dummy", "Connection: close");
                seen.append(client.readToEnd());
            }
        }
        RunningProxy.secret(directory, "anthropic", "api-key", KEY + "\nsecond line");
        Awaitility.await().until(() -> get("/keyed/v1/ok").statusCode() == 503);
        seen.append(get("/keyed/v1/ok").body());
        for (String path : List.of("/livez", "/readyz", "/metrics", "/status", "/x")) {
            seen.append(get(adminPort, path).body());
        }
        stop(process);

        assertThat(upstream.received())
                .isNotEmpty()
                .allMatch(received -> received.values("x-api-key").equals(List.of(KEY)));
        seen.append(Files.readString(directory.resolve("out")));
        seen.append(Files.readString(directory.resolve("err")));
        seen.append(Files.readString(directory.resolve("termination")));
        try (var files = Files.list(directory.resolve("state"))) {
            for (Path file : files.toList()) {
                seen.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(seen.toString())
                .contains("Sallyport-Reason")
                .doesNotContain(KEY)
                .doesNotContain("second line");
    }

    private Process launch() throws Exception {
        Process process =
                ProxyProcess.launch(directory, port, adminPort, List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        processes.add(process);
        return process;
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return get(port, path);
    }

    private HttpResponse<String> get(int to, String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
