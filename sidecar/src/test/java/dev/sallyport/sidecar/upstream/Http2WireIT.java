package dev.sallyport.sidecar.upstream;

import static dev.sallyport.sidecar.upstream.World.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.sidecar.http.StreamResetException;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.upstream.Http2Wire.Frame;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** HTTP/2, frame by frame: what the proxy sends, and what it makes of an upstream that leaves, refuses, or errs. */
class Http2WireIT {

    private static final int NO_ERROR = 0;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    /** Netty's first streams; 1 is for an upgrade. */
    private static final int FIRST = 3;

    private static final int SECOND = 5;

    private World world = new World();

    @AfterEach
    void close() {
        await().until(() -> world.pool().budget().left() == PoolWide.BUDGET_BYTES);
        world.close();
    }

    @Test
    void a_request_without_a_body_is_one_frame() throws Exception {
        CompletableFuture<Frame> head = new CompletableFuture<>();
        try (ScriptedServer server = server(wire -> {
            head.complete(wire.read(Http2Wire.HEADERS));
            wire.answer(FIRST, "ok");
            wire.readAll();
        })) {
            assertThat(call(server).get("/p").body()).isEqualTo("ok");

            assertThat(head.get(World.WAIT_SECONDS, TimeUnit.SECONDS).endsStream())
                    .isTrue();
        }
    }

    @Test
    void whatever_may_hold_a_credential_is_sent_as_never_indexed() throws Exception {
        CompletableFuture<Map<String, String>> representations = new CompletableFuture<>();
        try (ScriptedServer server = server(wire -> {
            representations.complete(wire.representations(wire.read(Http2Wire.HEADERS)));
            wire.answer(FIRST, "ok");
            wire.readAll();
        })) {
            call(server)
                    .field("Authorization", "Bearer one")
                    .field("X-Api-Key", "two")
                    .field("X-Anything", "three")
                    .field("Accept", "text/plain")
                    .get("/bot-four/m?key=five")
                    .end();

            assertThat(representations.get(World.WAIT_SECONDS, TimeUnit.SECONDS))
                    .containsEntry(":method", "indexed")
                    .containsEntry(":authority", "incremental")
                    .containsEntry(":path", "never")
                    .containsEntry("authorization", "never")
                    .containsEntry("x-api-key", "never")
                    .containsEntry("x-anything", "never")
                    .containsEntry("accept", "incremental");
        }
    }

    /** RFC 9113, sections 8.1.1 and 8.2.2. */
    @ParameterizedTest
    @CsvSource({"content-length, 0", "content-length, 2", "content-length, 40", "transfer-encoding, chunked"})
    void an_interim_answer_with_framing_is_broken(String name, String value) throws Exception {
        try (ScriptedServer server = server(wire -> {
            wire.read(Http2Wire.HEADERS);
            wire.headers(FIRST, false, ":status", "103", name, value);
            wire.answer(FIRST, "ok");
            wire.readAll();
        })) {
            Call call = call(server).get("/");

            assertThat(call.failure()).isInstanceOf(DecoderException.class);
            assertThat(call.events()).noneMatch(event -> event.startsWith("head") || event.equals("data"));
            assertThat(call.interim()).isEmpty();
        }
    }

    @Test
    void trailers_end_a_request() throws Exception {
        CompletableFuture<Http2Headers> trailers = new CompletableFuture<>();
        try (ScriptedServer server = server(wire -> {
            wire.decode(wire.read(Http2Wire.HEADERS));
            wire.read(Http2Wire.DATA);
            Frame last = wire.read(Http2Wire.HEADERS);
            assertThat(last.endsStream()).isTrue();
            trailers.complete(wire.decode(last));
            wire.answer(FIRST, "ok");
            wire.readAll();
        })) {
            Call call = call(server)
                    .send("POST", "/", OptionalLong.empty())
                    .write("body")
                    .endRequest(new DefaultHttpHeaders().set("X-Sum", "4").set("Connection", "x"));

            assertThat(call.body()).isEqualTo("ok");
            assertThat(trailers.get(World.WAIT_SECONDS, TimeUnit.SECONDS)).hasSize(1);
            assertThat(trailers.join().get("x-sum")).hasToString("4");
        }
    }

    @Test
    void a_stream_that_was_not_taken_before_the_upstream_left_goes_elsewhere_with_its_body() throws Exception {
        CompletableFuture<String> body = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    Http2Wire wire = new Http2Wire(connection);
                    wire.readBody();
                    wire.goAway(0, NO_ERROR);
                    wire.readAll();
                },
                connection -> {
                    Http2Wire wire = new Http2Wire(connection);
                    body.complete(wire.readBody());
                    wire.answer(FIRST, "ok");
                    wire.readAll();
                })) {
            Call call = call(server).post("/", "the same");

            assertThat(call.body()).isEqualTo("ok");
            assertThat(body.get(World.WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("the same");
            assertThat(call.events()).containsExactly("head 200", "data", "end");
        }
    }

    @Test
    void it_goes_on_from_one_connection_that_leaves_to_the_next_but_not_for_ever() throws Exception {
        ScriptedServer.Script leaving = connection -> {
            Http2Wire wire = new Http2Wire(connection);
            wire.readBody();
            wire.goAway(0, NO_ERROR);
            wire.readAll();
        };
        CompletableFuture<String> body = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(leaving, leaving, leaving, connection -> {
                    Http2Wire wire = new Http2Wire(connection);
                    body.complete(wire.readBody());
                    wire.answer(FIRST, "ok");
                    wire.readAll();
                });
                ScriptedServer lost = new ScriptedServer(leaving)) {
            assertThat(call(server).post("/", "the same").body()).isEqualTo("ok");
            assertThat(body.get(World.WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("the same");

            assertThat(call(lost).post("/", "the same").failure()).isInstanceOf(StreamResetException.class);
            assertThat(lost.connections()).isEqualTo(6);
        }
    }

    @Test
    void it_goes_elsewhere_too_if_a_part_of_its_body_still_waits_for_the_window() throws Exception {
        CountDownLatch settled = new CountDownLatch(1);
        CompletableFuture<String> body = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    Http2Wire wire = new Http2Wire(connection, Http2Wire.INITIAL_WINDOW_SIZE, 4);
                    wire.read(Http2Wire.HEADERS);
                    wire.settle();
                    settled.countDown();
                    wire.read(Http2Wire.DATA);
                    wire.goAway(0, NO_ERROR);
                    wire.readAll();
                },
                connection -> {
                    Http2Wire wire = new Http2Wire(connection);
                    body.complete(wire.readBody());
                    wire.answer(FIRST, "ok");
                    wire.readAll();
                })) {
            Call call = call(server).send("POST", "/", OptionalLong.empty());
            assertThat(settled.await(World.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();

            call.write("the same").endRequest();

            assertThat(call.body()).isEqualTo("ok");
            assertThat(body.get(World.WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("the same");
        }
    }

    @Test
    void a_request_whose_body_waits_for_the_window_fails_with_its_connection() throws Exception {
        CountDownLatch settled = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(connection -> {
            Http2Wire wire = new Http2Wire(connection, Http2Wire.INITIAL_WINDOW_SIZE, 4);
            wire.read(Http2Wire.HEADERS);
            wire.settle();
            settled.countDown();
            wire.read(Http2Wire.DATA);
            connection.reset();
        })) {
            Call call = call(server).send("POST", "/", OptionalLong.empty());
            assertThat(settled.await(World.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();

            call.write("too much").endRequest();

            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_RESET);
        }
    }

    @Test
    void a_stream_that_was_taken_ends_on_a_connection_that_its_upstream_leaves() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    Http2Wire wire = new Http2Wire(connection);
                    wire.read(Http2Wire.HEADERS);
                    wire.headers(FIRST, false, ":status", "200");
                    wire.goAway(FIRST, NO_ERROR);
                    left.await();
                    wire.data(FIRST, true, "first");
                    wire.readAll();
                },
                answering("second"))) {
            Call first = call(server).get("/");
            first.head();
            await().until(() -> call(server).get("/").body().equals("second"));

            left.countDown();

            assertThat(first.body()).isEqualTo("first");
            assertThat(server.connection(0).endedBy()).isNotNull();
        }
    }

    @Test
    void a_refused_stream_is_sent_again_once() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        try (ScriptedServer server = server(wire -> {
            while (true) {
                Frame head = wire.read(Http2Wire.HEADERS);
                if (refused.getAndIncrement() == 0) {
                    wire.reset(head.stream(), REFUSED_STREAM);
                } else if (refused.get() == 2) {
                    wire.answer(head.stream(), "ok");
                } else {
                    wire.reset(head.stream(), REFUSED_STREAM);
                }
            }
        })) {
            assertThat(call(server).get("/").body()).isEqualTo("ok");

            Throwable failure = call(server).get("/").failure();

            assertThat(failure).isInstanceOf(StreamResetException.class);
            assertThat(((StreamResetException) failure).errorCode()).isEqualTo(REFUSED_STREAM);
            assertThat(refused).hasValue(4);
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void a_large_body_is_not_kept_for_a_second_time() throws Exception {
        try (ScriptedServer server = server(wire -> {
            Frame head = wire.read(Http2Wire.HEADERS);
            wire.windowUpdate(0, 16 << 20);
            wire.windowUpdate(head.stream(), 16 << 20);
            for (int i = 0; i < 2 << 20; ) {
                i += wire.read(Http2Wire.DATA).payload().length;
            }
            wire.reset(head.stream(), REFUSED_STREAM);
            wire.readAll();
        })) {
            Call call = call(server).send("POST", "/", OptionalLong.empty());
            for (int i = 0; i < 32; i++) {
                call.write("x".repeat(64 * 1024));
            }

            assertThat(call.failure()).isInstanceOf(StreamResetException.class);
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void an_idempotent_request_survives_the_end_of_its_kept_connection() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    Http2Wire wire = new Http2Wire(connection);
                    wire.read(Http2Wire.HEADERS);
                    wire.answer(FIRST, "one");
                    wire.read(Http2Wire.HEADERS);
                    connection.reset();
                },
                answering("two"))) {
            assertThat(call(server).get("/").body()).isEqualTo("one");
            assertThat(call(server).get("/").body()).isEqualTo("two");
        }
    }

    @Test
    void a_request_that_is_not_idempotent_fails_with_its_connection() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    Http2Wire wire = new Http2Wire(connection);
                    wire.read(Http2Wire.HEADERS);
                    wire.answer(FIRST, "one");
                    wire.read(Http2Wire.HEADERS);
                    connection.reset();
                },
                answering("two"))) {
            assertThat(call(server).get("/").body()).isEqualTo("one");

            Call call = call(server).post("/", "x");

            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_RESET);
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void a_reset_after_the_answer_asks_to_stop_the_request_and_takes_nothing_of_the_answer() throws Exception {
        try (ScriptedServer server = server(wire -> {
            wire.read(Http2Wire.HEADERS);
            wire.answer(FIRST, "enough");
            wire.reset(FIRST, NO_ERROR);
            wire.readAll();
        })) {
            Call call = call(server).stopped().send("POST", "/", OptionalLong.empty());
            call.head();
            await().until(() -> !call.isSo(() -> call.stream().isWritable()));

            call.resume();

            assertThat(call.body()).isEqualTo("enough");
            assertThat(((StreamResetException) call.failure()).errorCode()).isEqualTo(NO_ERROR);
            assertThat(call.events()).containsExactly("head 200", "data", "end", "failed");
        }
    }

    @Test
    void an_abort_resets_its_stream_at_once() throws Exception {
        CompletableFuture<Frame> reset = new CompletableFuture<>();
        try (ScriptedServer server = server(wire -> {
            wire.read(Http2Wire.HEADERS);
            wire.headers(FIRST, false, ":status", "200");
            reset.complete(wire.read(Http2Wire.RST_STREAM));
            wire.readAll();
        })) {
            Call call = call(server).get("/");
            call.head();

            call.abort();

            assertThat(reset.get(World.WAIT_SECONDS, TimeUnit.SECONDS).number()).isEqualTo(CANCEL);
            assertThat(call.hasFailed()).isFalse();
        }
    }

    @Test
    void a_body_of_another_length_than_declared_is_never_whole() throws Exception {
        AtomicInteger resets = new AtomicInteger();
        try (ScriptedServer server = server(wire -> {
            while (true) {
                wire.read(Http2Wire.RST_STREAM);
                resets.incrementAndGet();
            }
        })) {
            Call shorter = call(server)
                    .send("POST", "/", OptionalLong.of(5))
                    .write("four")
                    .endRequest();
            Call longer = call(server).send("POST", "/", OptionalLong.of(3)).write("four");

            assertThat(shorter.failure()).isInstanceOf(IllegalArgumentException.class);
            assertThat(longer.failure()).isInstanceOf(IllegalArgumentException.class);
            await().until(() -> resets.get() == 2);
        }
    }

    static Stream<ScriptedServer.Script> brokenAnswers() {
        return Stream.of(
                after(wire -> wire.headers(FIRST, true, ":status", "200", "content-length", "3")),
                after(wire -> {
                    wire.headers(FIRST, false, ":status", "200", "content-length", "3");
                    wire.data(FIRST, true, "four");
                }),
                after(wire -> {
                    wire.headers(FIRST, false, ":status", "200", "content-length", "3");
                    wire.data(FIRST, true, "tw");
                }),
                after(wire -> {
                    wire.headers(FIRST, false, ":status", "204");
                    wire.data(FIRST, true, "body");
                }),
                after(wire -> wire.data(FIRST, true, "no head")),
                after(wire -> wire.headers(FIRST, true, "x", "y")),
                after(wire -> wire.headers(FIRST, true, ":status", "99")),
                after(wire -> wire.headers(FIRST, true, ":status", "101")),
                after(wire -> wire.headers(FIRST, true, ":status", "103")),
                after(wire -> wire.headers(FIRST, true, ":status", "abc")),
                after(wire -> wire.headers(FIRST, true, ":status", "200", ":path", "/")),
                after(wire -> wire.headers(FIRST, true, ":status", "200", "Upper", "x")),
                after(wire -> wire.headers(FIRST, true, ":status", "200", "a b", "x")),
                after(wire -> wire.headers(FIRST, true, ":status", "200", "x", "a\r\nb: c")),
                after(wire -> wire.headers(FIRST, true, ":status", "200", "x", "a\u0000b")),
                after(wire -> wire.headers(FIRST, true, ":status", "200", "connection", "close")),
                after(wire -> wire.headers(FIRST, true, ":status", "200", "transfer-encoding", "chunked")),
                after(wire -> {
                    wire.headers(FIRST, false, ":status", "200");
                    wire.headers(FIRST, true, ":status", "200");
                }),
                after(wire -> {
                    wire.headers(FIRST, false, ":status", "200");
                    wire.headers(FIRST, false, "x", "y");
                }),
                after(wire -> wire.headers(FIRST, true, ":status", "200", "x", "y".repeat(300 * 1024))),
                after(wire -> wire.send(Http2Wire.HEADERS, Http2Wire.END_HEADERS, FIRST, new byte[] {(byte) 0xff})),
                after(wire -> wire.send(Http2Wire.DATA, 0, 0, new byte[1])),
                connection -> {
                    connection.readHead();
                    connection.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                    connection.drain();
                });
    }

    @ParameterizedTest
    @MethodSource("brokenAnswers")
    void a_broken_answer_is_refused(ScriptedServer.Script script) throws Exception {
        try (ScriptedServer server = new ScriptedServer(script)) {
            Call call = call(server).get("/");

            assertThat(call.failure()).isInstanceOf(DecoderException.class);
            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_PROTOCOL_ERROR);
            assertThat(call.hasEnded()).isFalse();
        }
    }

    @Test
    void one_streams_broken_answer_is_none_of_anothers() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        try (ScriptedServer server = server(wire -> {
            wire.read(Http2Wire.HEADERS);
            wire.headers(FIRST, false, ":status", "200");
            wire.read(Http2Wire.HEADERS);
            wire.headers(SECOND, true, ":status", "200", "content-length", "3");
            wire.read(Http2Wire.RST_STREAM);
            both.await(World.WAIT_SECONDS, TimeUnit.SECONDS);
            wire.data(FIRST, true, "well");
            wire.readAll();
        })) {
            Call good = call(server).get("/");
            good.head();
            Call bad = call(server).get("/");

            assertThat(bad.failure()).isInstanceOf(DecoderException.class);
            both.await(World.WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(good.body()).isEqualTo("well");
        }
    }

    @Test
    void more_requests_than_the_upstream_permits_have_another_connection_or_wait() throws Exception {
        world.close();
        world = new World(settings(2, Duration.ofSeconds(120), Duration.ofSeconds(15), Duration.ofSeconds(10)));
        Semaphore settled = new Semaphore(0);
        CountDownLatch go = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(connection -> {
            Http2Wire wire = new Http2Wire(connection, Http2Wire.MAX_CONCURRENT_STREAMS, 1);
            Frame head = wire.read(Http2Wire.HEADERS);
            wire.settle();
            settled.release();
            go.await();
            wire.answer(head.stream(), "ok");
            while (true) {
                wire.answer(wire.read(Http2Wire.HEADERS).stream(), "ok");
            }
        })) {
            Call first = call(server).get("/");
            assertThat(settled.tryAcquire(World.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            Call second = call(server).get("/");
            assertThat(settled.tryAcquire(World.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            var third = world.pool()
                    .openWithPriorKnowledge(
                            route(server), World.origin(route(server)), world.loop(), World.CONNECT_SECONDS);
            world.settle();
            assertThat(third.isComplete()).isFalse();

            go.countDown();

            assertThat(first.body()).isEqualTo("ok");
            assertThat(second.body()).isEqualTo("ok");
            assertThat(new Call(third.await(World.WAIT_SECONDS, TimeUnit.SECONDS))
                            .get("/")
                            .body())
                    .isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void a_connection_that_does_not_answer_a_ping_is_dead() throws Exception {
        world.close();
        world = new World(settings(8, Duration.ofMinutes(2), Duration.ZERO, Duration.ofMillis(300)));
        try (ScriptedServer server = server(Http2Wire::readAll)) {
            Call call = call(server).post("/", "x");

            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_TIMEOUT);
            await().until(() -> world.pool().isEmpty(world.loop()));
            assertThat(server.connection(0).endedBy()).isNotNull();
        }
    }

    @Test
    void a_connection_that_answers_pings_may_be_silent() throws Exception {
        world.close();
        world = new World(settings(8, Duration.ofMinutes(2), Duration.ZERO, Duration.ofMinutes(1)));
        try (ScriptedServer server = server(wire -> {
            wire.read(Http2Wire.HEADERS);
            Frame ping = wire.read(Http2Wire.PING);
            wire.send(Http2Wire.PING, Http2Wire.ACK, 0, ping.payload());
            // The next one comes only after the time of silence.
            ping = wire.read(Http2Wire.PING);
            wire.send(Http2Wire.PING, Http2Wire.ACK, 0, ping.payload());
            wire.answer(FIRST, "ok");
            wire.readAll();
        })) {
            assertThat(call(server).get("/").body()).isEqualTo("ok");
        }
    }

    @Test
    void an_idle_connection_ends_after_its_time_with_a_farewell() throws Exception {
        world.close();
        world = new World(settings(8, Duration.ofMillis(200), Duration.ofSeconds(15), Duration.ofSeconds(10)));
        CompletableFuture<Frame> farewell = new CompletableFuture<>();
        try (ScriptedServer server = server(wire -> {
            wire.read(Http2Wire.HEADERS);
            wire.answer(FIRST, "ok");
            farewell.complete(wire.read(Http2Wire.GOAWAY));
            wire.readAll();
        })) {
            call(server).get("/").end();

            assertThat(Arrays.copyOfRange(
                            farewell.get(World.WAIT_SECONDS, TimeUnit.SECONDS).payload(), 4, 8))
                    .containsOnly(NO_ERROR);
            await().until(() -> world.pool().isEmpty(world.loop()));
        }
    }

    @Test
    void writing_stops_at_the_upstreams_window() throws Exception {
        CountDownLatch settled = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(connection -> {
            Http2Wire wire = new Http2Wire(connection, Http2Wire.INITIAL_WINDOW_SIZE, 10);
            wire.read(Http2Wire.HEADERS);
            wire.settle();
            settled.countDown();
            assertThat(wire.read(Http2Wire.DATA).text()).isEqualTo("0123456789");
            go.await();
            wire.windowUpdate(FIRST, 100);
            wire.answer(FIRST, wire.readBody());
            wire.readAll();
        })) {
            CompletableFuture<Void> writable = new CompletableFuture<>();
            Call call = call(server).send("POST", "/", OptionalLong.empty());
            assertThat(settled.await(World.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            await().until(() -> {
                call.write("0123456789");
                return !call.isSo(() -> call.stream().isWritable());
            });
            call.run(() -> call.stream().onWritable(() -> writable.complete(null)));
            assertThat(writable.isDone()).isFalse();

            go.countDown();

            writable.get(World.WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(call.endRequest().body()).isNotNull();
        }
    }

    @Test
    void a_head_beyond_the_upstreams_bound_is_not_sent() throws Exception {
        CompletableFuture<String> path = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(connection -> {
            Http2Wire wire = new Http2Wire(connection, Http2Wire.MAX_HEADER_LIST_SIZE, 1000);
            wire.decode(wire.read(Http2Wire.HEADERS));
            wire.answer(FIRST, "ok");
            Frame after = wire.read(Http2Wire.HEADERS);
            path.complete(String.valueOf(wire.decode(after).path()));
            wire.answer(after.stream(), "ok");
            wire.readAll();
        })) {
            call(server).get("/").end();

            Call large = call(server).field("X", "x".repeat(2000)).get("/large");

            assertThat(large.failure()).isInstanceOf(IllegalArgumentException.class);
            assertThat(call(server).get("/after").body()).isEqualTo("ok");
            assertThat(path.get(World.WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("/after");
        }
    }

    @Test
    void an_unread_body_holds_no_more_than_a_window() throws Exception {
        CompletableFuture<List<String>> frames = new CompletableFuture<>();
        try (ScriptedServer server = server(wire -> {
            wire.read(Http2Wire.HEADERS);
            wire.headers(FIRST, false, ":status", "200");
            // All that the first window of a stream lets come, but one.
            wire.data(FIRST, false, "x".repeat(16_384));
            wire.data(FIRST, false, "x".repeat(16_383));
            wire.send(Http2Wire.PING, 0, 0, new byte[8]);
            List<String> read = new java.util.ArrayList<>();
            Frame frame = wire.read();
            while (frame.type() != Http2Wire.PING) {
                read.add(frame.type() + "/" + frame.stream());
                frame = wire.read();
            }
            frames.complete(read);
            assertThat(wire.read(Http2Wire.WINDOW_UPDATE).stream()).isEqualTo(FIRST);
            wire.data(FIRST, true, "!");
            wire.readAll();
        })) {
            Call call = call(server).stopped().get("/");

            assertThat(frames.get(World.WAIT_SECONDS, TimeUnit.SECONDS))
                    .doesNotContain(Http2Wire.WINDOW_UPDATE + "/" + FIRST);
            assertThat(call.readBytes()).isZero();

            assertThat(call.resume().body()).hasSize(32_768).endsWith("!");
        }
    }

    private Call call(ScriptedServer server) throws Exception {
        RouteConfig route = route(server);
        return new Call(world.pool()
                .openWithPriorKnowledge(route, World.origin(route), world.loop(), World.CONNECT_SECONDS)
                .await(World.WAIT_SECONDS, TimeUnit.SECONDS));
    }

    private static RouteConfig route(ScriptedServer server) {
        return RouteBuilder.http("api", "api.test:" + server.port()).build();
    }

    private static PoolSettings settings(int connections, Duration idle, Duration pingAfter, Duration pingAnswer) {
        PoolSettings d = PoolSettings.DEFAULTS;
        return new PoolSettings(
                d.idle(),
                idle,
                d.exclusiveConnections(),
                connections,
                d.idleConnections(),
                d.nextAddress(),
                d.addresses(),
                pingAfter,
                Duration.ofMillis(500),
                pingAnswer);
    }

    /** What is said on a connection of HTTP/2. */
    @FunctionalInterface
    private interface WireScript {

        void play(Http2Wire wire) throws Exception;
    }

    private static ScriptedServer server(WireScript script) throws Exception {
        return new ScriptedServer(connection -> script.play(new Http2Wire(connection)));
    }

    private static ScriptedServer.Script after(WireScript answer) {
        return connection -> {
            Http2Wire wire = new Http2Wire(connection);
            wire.read(Http2Wire.HEADERS);
            answer.play(wire);
            wire.readAll();
        };
    }

    private static ScriptedServer.Script answering(String text) {
        return connection -> {
            Http2Wire wire = new Http2Wire(connection);
            while (true) {
                wire.answer(wire.read(Http2Wire.HEADERS).stream(), text);
            }
        };
    }
}
