package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.sidecar.http.BodyHandler;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.StreamResetException;
import dev.sallyport.sidecar.testing.RawHttp2;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of HTTP/2. */
class Http2IT {

    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private RunningPort port;

    @BeforeEach
    void start() throws IOException {
        port = new RunningPort(directory);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void the_preface_is_recognised_octet_by_octet() throws Exception {
        try (RawHttp2 client = new RawHttp2(new Socket(InetAddress.getLoopbackAddress(), port.port()))) {
            for (byte octet : RawHttp2.PREFACE.getBytes(StandardCharsets.US_ASCII)) {
                client.send(new byte[] {octet});
            }
            client.frame(Http2FrameTypes.SETTINGS, 0, 0);

            assertThat(client.answer(client.get("/hello")).body()).isEqualTo("hello");
        }
    }

    @Test
    void streams_are_answered_in_any_order() throws Exception {
        BlockingQueue<ClientStream> held = new LinkedBlockingQueue<>();
        port.on("/later", (stream, ignored) -> held.add(stream));
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int first = client.get("/later");
            int second = client.get("/hello");

            assertThat(client.answer(second).body()).isEqualTo("hello");
            ClientStream stream = held.take();
            stream.eventLoop().execute(() -> Behaviours.text(stream, 200, "at last"));
            assertThat(client.answer(first).body()).isEqualTo("at last");
        }
    }

    @Test
    void crumbs_of_cookies_are_joined() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            client.answer(client.request(
                    true,
                    ":method",
                    "GET",
                    ":scheme",
                    "http",
                    ":path",
                    "/hello",
                    ":authority",
                    "p",
                    "cookie",
                    "a=b",
                    "x",
                    "y",
                    "cookie",
                    "c=d"));
        }

        assertThat(port.seen().getLast().values("cookie")).containsExactly("a=b; c=d");
        assertThat(port.seen().getLast().values("x")).containsExactly("y");
    }

    @Test
    void bodies_and_trailers_go_both_ways() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.post("/echo");
            client.data(stream, false, "one").data(stream, false, "two").headers(stream, true, "x-sum", "1");

            RawHttp2.Answer answer = client.answer(stream);

            assertThat(answer.body()).isEqualTo("onetwo");
            assertThat(answer.fields()).containsEntry("x-sum", "1");
            assertThat(answer.reset()).isEmpty();
        }
    }

    @Test
    void padding_is_no_part_of_a_body() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.post("/x", "content-length", "5");
            byte[] padded = new byte[1 + 5 + 200];
            padded[0] = (byte) 200;
            System.arraycopy("hello".getBytes(StandardCharsets.US_ASCII), 0, padded, 1, 5);
            client.frame(Http2FrameTypes.DATA, 8 | RawHttp2.END_STREAM, stream, padded);

            assertThat(client.answer(stream).body()).isEqualTo("POST /x hello");
        }
    }

    @Test
    void interim_answers_go_before_the_final_one() throws Exception {
        port.on("/interim", (stream, ignored) -> {
            stream.answerInterim(Behaviours.head(100));
            stream.answerInterim(Behaviours.head(103, "link", "</x>"));
            Behaviours.text(stream, 200, "hello");
        });
        try (RawHttp2 client = new RawHttp2(port.port())) {
            RawHttp2.Answer answer = client.answer(client.get("/interim"));

            assertThat(answer.statuses()).containsExactly("100", "103", "200");
        }
    }

    @Test
    void an_answer_that_is_only_a_head_ends_with_it() throws Exception {
        port.on("/only", (stream, ignored) -> {
            stream.answer(Behaviours.head(200, "grpc-status", "12", "Connection", "x"));
            stream.end(Behaviours.trailers());
        });
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.get("/only");

            RawHttp2.Frame frame = client.next(Http2FrameTypes.HEADERS);

            assertThat(frame.stream()).isEqualTo(stream);
            assertThat(frame.ends()).isTrue();
            assertThat(client.decode(frame).names())
                    .extracting(Object::toString)
                    .containsExactly(":status", "grpc-status");
        }
    }

    @Test
    void a_head_does_not_wait_for_a_body_that_does_not_come() throws Exception {
        port.on("/events", (stream, ignored) -> stream.answer(Behaviours.head(200)));
        try (RawHttp2 client = new RawHttp2(port.port())) {
            client.get("/events");

            assertThat(client.next(Http2FrameTypes.HEADERS).ends()).isFalse();
        }
    }

    @Test
    void an_early_answer_is_whole_before_the_request_is_stopped() throws Exception {
        port.on("/early", (stream, ignored) -> Behaviours.text(stream, 403, "no"));
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.post("/early");
            client.data(stream, false, "x".repeat(10_000));

            assertThat(client.answer(stream).body()).isEqualTo("no");
            assertThat(client.answer(stream).reset()).contains(Http2Error.NO_ERROR.code());
        }
    }

    @Test
    void what_was_on_its_way_to_a_stream_that_was_stopped_is_no_attack() throws Exception {
        port.on("/early", (stream, ignored) -> Behaviours.text(stream, 403, "no"));
        try (RawHttp2 client = new RawHttp2(port.port())) {
            for (int i = 0; i < 100; i++) {
                int stream = client.post("/early");
                client.answer(stream);
                client.answer(stream);
                for (int j = 0; j < 10; j++) {
                    client.data(stream, j == 9, "x".repeat(1000));
                }
            }

            assertThat(client.answer(client.get("/hello")).body()).isEqualTo("hello");
        }
    }

    @Test
    void what_is_not_whole_is_reset() throws Exception {
        port.on("/short", (stream, ignored) -> {
            stream.answer(Behaviours.head(200, "content-length", "6"));
            stream.write(Behaviours.bytes("hello"));
            stream.end(Behaviours.trailers());
        });
        port.on("/long", (stream, ignored) -> {
            stream.answer(Behaviours.head(200, "content-length", "4"));
            stream.write(Behaviours.bytes("hello"));
        });
        port.on("/aborted", (stream, ignored) -> stream.abort());
        try (RawHttp2 client = new RawHttp2(port.port())) {
            for (String path : new String[] {"/short", "/long", "/aborted"}) {
                assertThat(client.answer(client.get(path)).reset()).as(path).contains(Http2Error.INTERNAL_ERROR.code());
            }
        }
    }

    @Test
    void a_reset_by_the_client_is_told_with_its_code() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.post("/hold");
            Awaitility.await().until(() -> !port.seen().isEmpty());
            long start = System.nanoTime();
            client.reset(stream, (int) Http2Error.CANCEL.code());

            assertThat(port.failure(LONG))
                    .isInstanceOfSatisfying(
                            StreamResetException.class,
                            reset -> assertThat(reset.errorCode()).isEqualTo(Http2Error.CANCEL.code()));
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(1_000);
            assertThat(client.answer(client.get("/hello")).body()).isEqualTo("hello");
        }
    }

    @Test
    void a_lost_connection_ends_all_its_streams() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            client.get("/hold");
            client.post("/paused");
            Awaitility.await().until(() -> port.seen().size() == 2);
        }

        for (int i = 0; i < 2; i++) {
            assertThat(port.failure(LONG)).isInstanceOf(IOException.class).isNotInstanceOf(StreamResetException.class);
        }
        Awaitility.await().until(() -> port.connections() == 0);
    }

    @Test
    void a_stream_that_is_stopped_takes_one_window_and_holds_up_no_other() throws Exception {
        BlockingQueue<ClientStream> held = new LinkedBlockingQueue<>();
        port.on("/later", (stream, ignored) -> held.add(stream));
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int[] stopped = new int[20];
            for (int i = 0; i < stopped.length; i++) {
                stopped[i] = client.post("/later");
                for (int sent = 0; sent < 65_535; sent += 13_107) {
                    client.data(stopped[i], false, "x".repeat(13_107));
                }
            }
            int other = client.post("/x");
            client.data(other, true, "still");
            assertThat(client.answer(other).body()).isEqualTo("POST /x still");

            ClientStream first = held.take();
            first.eventLoop().execute(() -> Behaviours.collect(first, failure -> {}));
            while (client.next(Http2FrameTypes.WINDOW_UPDATE).stream() != stopped[0]) {
                // of the connection
            }
            client.data(stopped[0], true, "end");
            assertThat(client.answer(stopped[0]).body()).isEqualTo("POST /later " + "x".repeat(65_535) + "end");
        }
    }

    @Test
    void more_than_the_window_is_an_error() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.post("/paused");
            for (int sent = 0; sent < 65_536; sent += 16_384) {
                client.data(stream, false, "x".repeat(16_384));
            }

            assertThat(client.answer(stream).reset()).contains(Http2Error.FLOW_CONTROL_ERROR.code());
        }
    }

    @Test
    void no_more_is_written_than_the_client_takes() throws Exception {
        AtomicInteger written = new AtomicInteger();
        port.on("/endless", (stream, told) -> endless(stream, written));
        try (RawHttp2 client = new RawHttp2(port.port(), 0)) {
            int stream = client.get("/endless");
            assertThat(client.next(Http2FrameTypes.HEADERS).stream()).isEqualTo(stream);
            Awaitility.await().until(() -> written.get() > 0);
            assertThat(written.get()).isLessThan(200_000);

            int before = written.get();
            client.windowUpdate(stream, 60_000);
            Awaitility.await().until(() -> written.get() > before);

            int received = 0;
            while (received < 60_000) {
                received += client.next(Http2FrameTypes.DATA).payload().length;
            }
            assertThat(received).isEqualTo(60_000);
            client.reset(stream, 8);
            int next = client.get("/any");
            client.windowUpdate(next, 60_000);
            assertThat(client.answer(next).status()).isEqualTo("200");
        }
    }

    /** Writes as long as it may. */
    private static void endless(ClientStream stream, AtomicInteger written) {
        boolean[] over = {false};
        Runnable more = () -> {
            while (stream.isWritable() && !over[0]) {
                stream.write(Unpooled.wrappedBuffer(new byte[10_000]));
                written.addAndGet(10_000);
            }
            stream.flush();
        };
        stream.receive(new BodyHandler() {
            @Override
            public void data(ByteBuf data) {
                data.release();
            }

            @Override
            public void readComplete() {}

            @Override
            public void end(HttpHeaders trailers) {}

            @Override
            public void failed(Throwable cause) {
                over[0] = true;
            }
        });
        stream.answer(Behaviours.head(200));
        stream.onWritable(more);
        more.run();
    }

    @Test
    void a_connection_that_is_to_end_takes_no_new_streams_but_ends_the_old() throws Exception {
        BlockingQueue<ClientStream> held = new LinkedBlockingQueue<>();
        port.on("/later", (stream, ignored) -> held.add(stream));
        port.on("/last", (stream, ignored) -> {
            stream.closeAfterAnswer();
            Behaviours.text(stream, 200, "bye");
        });
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int old = client.get("/later");
            int last = client.get("/last");
            RawHttp2.Frame goAway = client.next(Http2FrameTypes.GO_AWAY);
            assertThat(goAway.number(0)).isEqualTo(last);
            assertThat(goAway.number(4)).isZero();
            assertThat(client.answer(last).body()).isEqualTo("bye");

            ClientStream stream = held.take();
            stream.eventLoop().execute(() -> Behaviours.text(stream, 200, "old"));

            assertThat(client.answer(old).body()).isEqualTo("old");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void http_does_not_end_on_a_stream() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            RawHttp2.Answer answer =
                    client.answer(client.request(true, ":method", "CONNECT", ":authority", "api.test:443"));

            assertThat(answer.status()).isEqualTo("403");
        }
        assertThat(port.seen().getLast().target()).isEmpty();
    }
}
