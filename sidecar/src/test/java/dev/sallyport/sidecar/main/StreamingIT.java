package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.Upstream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies as they pass, in both directions, and what happens when one end goes away. */
class StreamingIT {

    @TempDir
    Path directory;

    private Upstream upstream;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
        RunningProxy.secret(directory, "anthropic", "api-key", "sk-first-0123456789");
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(
                        Routes.https("keyed", upstream.port())
                                .credential(Routes.apiKey())
                                .build(),
                        Routes.https("open", upstream.port()).build()));
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
    }

    @Test
    void an_event_arrives_before_the_next_is_sent_and_trailers_at_the_end() throws Exception {
        CompletableFuture<HttpServerResponse> answering = new CompletableFuture<>();
        upstream.answer(request -> {
            request.response().setChunked(true).putHeader("Content-Type", "text/event-stream");
            request.response().putHeader("Trailer", "X-Checksum").write("data: 1\n\n");
            answering.complete(request.response());
        });
        try (RawClient client = proxy.raw()) {
            client.head("GET /open/events HTTP/1.1", "Host: p");

            String head = client.readHead();
            String first = client.readUntil("data: 1\n\n\r\n");
            HttpServerResponse response = answering.get(5, TimeUnit.SECONDS);
            response.write("data: 2\n\n");
            String second = client.readUntil("data: 2\n\n\r\n");
            response.putTrailer("X-Checksum", "42").end();
            String end = client.readUntil("\r\n\r\n");

            assertThat(head)
                    .contains("200 OK", "Content-Type: text/event-stream", "ransfer-")
                    .contains("chunked");
            assertThat(first).contains("data: 1");
            assertThat(second).contains("data: 2");
            assertThat(end).contains("0\r\nX-Checksum: 42");
        }
    }

    @Test
    void a_head_arrives_before_the_first_byte_of_the_body() throws Exception {
        CompletableFuture<HttpServerResponse> answering = new CompletableFuture<>();
        upstream.answer(request -> {
            request.response().setChunked(true).writeHead();
            answering.complete(request.response());
        });
        try (RawClient client = proxy.raw()) {
            client.head("GET /open/ HTTP/1.1", "Host: p");

            assertThat(client.readHead()).startsWith("HTTP/1.1 200");
            answering.get(5, TimeUnit.SECONDS).end("late");
            assertThat(client.readUntil("0\r\n\r\n")).contains("late");
        }
    }

    @Test
    void a_slow_reader_holds_the_upstream_back() throws Exception {
        AtomicLong written = new AtomicLong();
        AtomicReference<Runnable> writer = new AtomicReference<>();
        long most = 256L << 20;
        upstream.answer(request -> {
            HttpServerResponse response = request.response().setChunked(true);
            Buffer part = Buffer.buffer(new byte[64 * 1024]);
            // One part after the other is on its way: TLS holds back what is not flushed, unseen by the queue's mark.
            writer.set(() -> {
                if (written.get() < most) {
                    response.write(part).onSuccess(sent -> {
                        written.addAndGet(part.length());
                        writer.get().run();
                    });
                }
            });
            writer.get().run();
        });
        try (RawClient client = proxy.raw()) {
            client.head("GET /open/ HTTP/1.1", "Host: p");
            client.readHead();

            AtomicLong last = new AtomicLong(-1);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> last.getAndSet(written.get()) == written.get());

            assertThat(written.get()).isLessThan(32L << 20);
            client.reset();
        }
        assertThat(proxy.requests(1).getFirst().reason()).contains(Reason.CLIENT_ABORTED);
    }

    @Test
    void a_slow_upstream_holds_the_client_back_and_gets_every_byte() throws Exception {
        CompletableFuture<io.vertx.core.http.HttpServerRequest> paused = new CompletableFuture<>();
        AtomicLong arrived = new AtomicLong();
        upstream.answer(request -> {
            request.pause();
            request.handler(part -> arrived.addAndGet(part.length()));
            request.endHandler(end -> request.response().end("done"));
            paused.complete(request);
        });
        long length = 64L << 20;
        AtomicLong sent = new AtomicLong();
        try (RawClient client = proxy.raw()) {
            client.head("PUT /open/ HTTP/1.1", "Host: p", "Content-Length: " + length);
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    while (sent.get() < length) {
                        client.send(new byte[64 * 1024]);
                        sent.addAndGet(64 * 1024);
                    }
                } catch (IOException e) {
                    sent.set(-1);
                }
            });
            paused.get(10, TimeUnit.SECONDS);
            AtomicLong last = new AtomicLong(-1);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> last.getAndSet(sent.get()) == sent.get());
            assertThat(sent.get()).isBetween(1L, 32L << 20);

            paused.get().resume();

            assertThat(client.readMessage()).endsWith("done");
            sender.join();
            assertThat(arrived.get()).isEqualTo(length);
        }
        assertThat(proxy.requests(1).getFirst().requestBytes()).isEqualTo(length);
    }

    @Test
    void expect_100_continue_is_the_upstreams_to_answer() throws Exception {
        upstream.answer(request -> {
            if (request.uri().equals("/yes")) {
                request.response().writeContinue();
                request.body().onSuccess(body -> request.response().end(body));
            } else {
                request.response().setStatusCode(417).end();
            }
        });
        try (RawClient client = proxy.raw()) {
            client.head("POST /open/yes HTTP/1.1", "Host: p", "Expect: 100-continue", "Content-Length: 4");
            assertThat(client.readHead()).startsWith("HTTP/1.1 100");
            assertThat(client.send("body").readMessage())
                    .startsWith("HTTP/1.1 200")
                    .endsWith("body");

            client.head("POST /open/no HTTP/1.1", "Host: p", "Expect: 100-continue", "Content-Length: 4");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 417").contains("connection: close");
        }
    }

    @Test
    void an_early_answer_arrives_while_the_body_still_comes() throws Exception {
        upstream.answer(request -> request.response().setStatusCode(401).end("who are you"));
        try (RawClient client = proxy.raw()) {
            client.head("POST /open/ HTTP/1.1", "Host: p", "Content-Length: 1000000000")
                    .send(new byte[100_000]);

            assertThat(client.readMessage()).startsWith("HTTP/1.1 401").endsWith("who are you");
        }
        AuditedRequest recorded = proxy.requests(1).getFirst();
        assertThat(recorded.decision()).isEqualTo(AuditedRequest.Decision.ALLOWED);
        assertThat(recorded.status()).hasValue(401);
    }

    @Test
    void a_client_that_goes_away_cancels_the_upstream_at_once() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Long> closed = new CompletableFuture<>();
        upstream.answer(request -> {
            request.response().exceptionHandler(failure -> closed.complete(System.nanoTime()));
            request.response().closeHandler(gone -> closed.complete(System.nanoTime()));
            begun.countDown();
        });
        long left;
        try (RawClient client = proxy.raw()) {
            client.head("GET /keyed/ HTTP/1.1", "Host: p");
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            left = System.nanoTime();
        }

        long took = closed.get(10, TimeUnit.SECONDS) - left;

        assertThat(Duration.ofNanos(took)).isLessThan(Duration.ofSeconds(1));
        AuditedRequest recorded = proxy.requests(1).getFirst();
        assertThat(recorded.reason()).contains(Reason.CLIENT_ABORTED);
        assertThat(recorded.status()).isEmpty();
        assertThat(recorded.credential()).isPresent();
    }

    @Test
    void an_upstream_that_breaks_off_is_never_a_clean_end() throws Exception {
        upstream.answer(request -> {
            request.response()
                    .setChunked(true)
                    .write("half")
                    .onComplete(sent -> request.connection().close());
        });
        try (RawClient chunked = proxy.raw();
                RawClient old = proxy.raw()) {
            chunked.head("GET /open/ HTTP/1.1", "Host: p");
            assertThatThrownBy(chunked::readToEnd).isInstanceOf(IOException.class);

            old.head("GET /open/ HTTP/1.0", "Host: p");
            assertThatThrownBy(old::readToEnd).isInstanceOf(IOException.class);
        }
        assertThat(proxy.requests(2))
                .extracting(AuditedRequest::reason)
                .allMatch(reason -> reason.equals(java.util.Optional.of(Reason.UPSTREAM_RESET)));
    }

    @Test
    void answers_without_a_body_keep_their_fields_and_the_connection() throws Exception {
        upstream.answer(request -> {
            switch (request.uri()) {
                case "/head" ->
                    request.response().putHeader("Content-Length", "1234").end();
                case "/204" -> request.response().setStatusCode(204).end();
                case "/304" ->
                    request.response()
                            .setStatusCode(304)
                            .putHeader("ETag", "\"a\"")
                            .end();
                case "/302" ->
                    request.response()
                            .setStatusCode(302)
                            .putHeader("Location", "https://other.test/")
                            .end();
                default -> request.response().end("body");
            }
        });
        try (RawClient client = proxy.raw()) {
            client.head("HEAD /open/head HTTP/1.1", "Host: p");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200").contains("Content-Length: 1234");
            client.head("GET /open/204 HTTP/1.1", "Host: p");
            assertThat(client.readHead().toLowerCase(java.util.Locale.ROOT))
                    .startsWith("http/1.1 204")
                    .doesNotContain("content-length", "transfer-encoding");
            client.head("GET /open/304 HTTP/1.1", "Host: p");
            assertThat(client.readHead()).startsWith("HTTP/1.1 304").contains("ETag: \"a\"");
            client.head("GET /open/302 HTTP/1.1", "Host: p");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 302").contains("Location: https://other.test/");
            client.head("GET /open/200 HTTP/1.1", "Host: p");
            assertThat(client.readMessage()).endsWith("body");
        }
    }

    @Test
    void a_rotated_secret_serves_the_next_request_while_a_stream_runs() throws Exception {
        CompletableFuture<HttpServerResponse> streaming = new CompletableFuture<>();
        upstream.answer(request -> {
            if (request.uri().equals("/stream")) {
                request.response().setChunked(true).write("begun");
                streaming.complete(request.response());
            } else {
                request.response().end(request.getHeader("x-api-key"));
            }
        });
        try (RawClient client = proxy.raw()) {
            client.head("GET /keyed/stream HTTP/1.1", "Host: p");
            client.readUntil("begun\r\n");

            proxy.secret("anthropic", "api-key", "sk-second-9876543210");

            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> proxy.get("/keyed/").body().equals("sk-second-9876543210"));
            streaming.get().end("ended");
            assertThat(client.readUntil("0\r\n\r\n")).contains("ended");
        }
        assertThat(upstream.received().getFirst().values("x-api-key")).containsExactly("sk-first-0123456789");
    }
}
