package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.RawHttp2;
import dev.sallyport.sidecar.testing.Upstream;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What answers hold that nobody reads: all of them fit into little memory, and others are served meanwhile. */
class SlowReadersIT {

    private static final int READERS = 160;

    /** Of one connection. */
    private static final int STREAMS = 80;

    /** Bytes of each answer that come, more than kernels hold; it never ends. */
    private static final int ANSWER = 1024 * 1024;

    /** Of buffers, for all readers: 256 KiB for each, with what the allocator itself rounds up to. */
    private static final String MEMORY = "-XX:MaxDirectMemorySize=40m";

    @TempDir
    Path directory;

    private final List<AutoCloseable> held = new ArrayList<>();
    private final AtomicLong written = new AtomicLong();
    private @Nullable Process process;
    private int port;

    @BeforeEach
    void findPort() throws IOException {
        port = ProxyProcess.freePort();
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) {
            var _ = process.destroyForcibly();
        }
        for (AutoCloseable each : held) {
            each.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connections_that_are_not_read_hold_little(boolean multiplexedUpstream) throws Exception {
        launch(multiplexedUpstream ? Upstream.http2() : new Upstream());
        for (int i = 0; i < READERS; i++) {
            RawClient reader = new RawClient(port);
            held.add(reader);
            reader.head("GET /open/endless HTTP/1.1", "Host: p");
            assertThat(reader.readHead()).startsWith("HTTP/1.1 200");
        }

        awaitStandstill();

        assertOthersAreServed();
    }

    @Test
    void streams_that_are_not_read_hold_little() throws Exception {
        launch(Upstream.http2());
        RawHttp2 readers = null;
        for (int i = 0; i < READERS; i++) {
            if (readers == null || i % STREAMS == 0) {
                readers = new RawHttp2(port, 0);
                held.add(readers);
            }
            int _ = readers.get("/open/endless");
            assertThat(readers.next(Http2FrameTypes.HEADERS).flags() & RawHttp2.END_STREAM)
                    .isZero();
        }

        awaitStandstill();

        assertOthersAreServed();
    }

    private void launch(Upstream upstream) throws Exception {
        held.add(upstream);
        upstream.answer(this::answer);
        RunningProxy.replace(
                directory.resolve("config.json"),
                StrictJson.write(RunningProxy.config(
                        Routes.https("open", upstream.port()).build())));
        Files.createDirectories(directory.resolve("credentials"));
        process = ProxyProcess.launch(
                directory, port, ProxyProcess.freePort(), List.of("-XX:TieredStopAtLevel=1", "-Xmx64m", MEMORY));
    }

    private void answer(HttpServerRequest request) {
        if (request.uri().equals("/endless")) {
            more(request.response().setChunked(true), ANSWER);
        } else {
            request.response().end("hello");
        }
    }

    private void more(HttpServerResponse response, int rest) {
        Buffer part = Buffer.buffer(new byte[16 * 1024]);
        if (rest > 0) {
            response.write(part).onSuccess(sent -> {
                written.addAndGet(part.length());
                more(response, rest - part.length());
            });
        }
    }

    private void awaitStandstill() {
        AtomicLong last = new AtomicLong(-1);
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> last.getAndSet(written.get()) == written.get());
    }

    private void assertOthersAreServed() throws Exception {
        for (int i = 0; i < 5; i++) {
            try (RawClient other = new RawClient(port)) {
                other.head("GET /open/small HTTP/1.1", "Host: p");
                assertThat(other.readMessage()).startsWith("HTTP/1.1 200").endsWith("hello");
            }
        }
        Awaitility.await().untilAsserted(() -> assertThat(requests()).hasSize(5));
        assertThat(Files.readString(directory.resolve("err"))).doesNotContain("OutOfMemory");
        assertThat(process).matches(Process::isAlive);
    }

    /** Those that have ended; none of the held ones has. */
    private List<String> requests() throws IOException {
        try (var lines = Files.lines(directory.resolve("out"))) {
            return lines.filter(line -> line.contains("\"id\"")).toList();
        }
    }
}
