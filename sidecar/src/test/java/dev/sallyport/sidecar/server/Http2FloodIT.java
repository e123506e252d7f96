package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.testing.RawHttp2;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of HTTP/2 that make much work of little. */
class Http2FloodIT {

    private static final long CALM = Http2Error.ENHANCE_YOUR_CALM.code();

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

    private interface Step {
        void send(RawHttp2 client) throws IOException;
    }

    /** Sends until the other side has had enough; its own writing may fail then. */
    private static long flood(RawHttp2 client, int times, Step step) {
        Thread sender = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < times; i++) {
                    step.send(client);
                }
            } catch (IOException e) {
                // the connection has ended
            }
        });
        long code = client.goneWith();
        sender.interrupt();
        return code;
    }

    @Test
    void rapid_resets_end_the_connection() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            long code = flood(client, 10_000, flooding -> flooding.reset(flooding.get("/hold"), 8));

            assertThat(code).isIn(CALM, -1L);
        }
        assertThat(port.seen()).hasSizeLessThan(300);
        Awaitility.await().until(() -> port.connections() == 0);
    }

    @Test
    void streams_that_the_client_makes_us_reset_end_the_connection() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            // An increment of 0 is an error of the stream.
            long code = flood(client, 10_000, flooding -> flooding.windowUpdate(flooding.get("/hold"), 0));

            assertThat(code).isIn(CALM, -1L);
        }
        assertThat(port.seen()).hasSizeLessThan(300);
    }

    @Test
    void a_head_that_never_ends_ends_the_connection() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            client.frame(Http2FrameTypes.HEADERS, 0, 1, RawHttp2.block(":method", "GET"));
            long code = flood(
                    client,
                    10_000,
                    flooding -> flooding.frame(Http2FrameTypes.CONTINUATION, 0, 1, RawHttp2.block("x", "y")));

            assertThat(code).isNotZero();
        }
        assertThat(port.seen()).allSatisfy(seen -> assertThat(seen.unreadable()).isPresent());
    }

    @Test
    void a_head_without_end_in_large_frames_ends_the_connection() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            client.frame(Http2FrameTypes.HEADERS, 0, 1, RawHttp2.block(":method", "GET"));
            byte[] block = RawHttp2.block("x", "y".repeat(16_000));
            long code = flood(client, 10_000, flooding -> flooding.frame(Http2FrameTypes.CONTINUATION, 0, 1, block));

            assertThat(code).isNotZero();
        }
    }

    @Test
    void a_bomb_of_references_is_no_bigger_than_it_may_be() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            // One field of 4000 bytes put into the table, then named 10,000 times by one octet each.
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.write(0x40);
            byte[] literal = RawHttp2.block("x", "y".repeat(3_900));
            block.write(literal, 1, literal.length - 1);
            for (int i = 0; i < 10_000; i++) {
                block.write(0x80 | 62);
            }
            client.frame(Http2FrameTypes.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, 1, block.toByteArray());

            assertThat(client.answer(1).status()).isEqualTo("431");
        }
    }

    @Test
    void empty_frames_of_data_end_the_connection() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.post("/hold");
            long code = flood(client, 10_000, flooding -> flooding.data(stream, false, ""));

            assertThat(code).isIn(CALM, -1L);
        }
    }

    @Test
    void pings_that_nobody_reads_the_answers_of_end_the_connection() throws Exception {
        byte[] pings = many(RawHttp2.bytes(Http2FrameTypes.PING, 0, 0, new byte[8]));
        try (RawHttp2 client = new RawHttp2(port.port())) {
            assertThat(drown(client, pings)).isTrue();
        }
        Awaitility.await().until(() -> port.connections() == 0);
    }

    @Test
    void settings_that_nobody_reads_the_answers_of_end_the_connection() throws Exception {
        byte[] settings = many(RawHttp2.bytes(Http2FrameTypes.SETTINGS, 0, 0, new byte[0]));
        try (RawHttp2 client = new RawHttp2(port.port())) {
            assertThat(drown(client, settings)).isTrue();
        }
        Awaitility.await().until(() -> port.connections() == 0);
    }

    @Test
    void frames_that_mean_nothing_end_the_connection() throws Exception {
        byte[] priorities = many(RawHttp2.bytes(Http2FrameTypes.PRIORITY, 0, 1, new byte[5]));
        try (RawHttp2 client = new RawHttp2(port.port())) {
            assertThat(drown(client, priorities)).isTrue();
        }
        Awaitility.await().until(() -> port.connections() == 0);
    }

    private static byte[] many(byte[] frame) {
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 1_000; i++) {
            many.writeBytes(frame);
        }
        return many.toByteArray();
    }

    /** Whether the connection ends within 2,000,000 frames: on a slow machine only when nothing takes the answers any more. */
    private static boolean drown(RawHttp2 client, byte[] frames) {
        try {
            for (int i = 0; i < 2_000; i++) {
                client.send(frames);
            }
            return client.goneWith() != 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void streams_beyond_the_limit_are_refused_and_their_places_come_back() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            List<Integer> streams = new ArrayList<>();
            for (int i = 0; i < RunningPort.LIMITS.streams(); i++) {
                streams.add(client.get("/hold"));
            }
            Awaitility.await().until(() -> port.seen().size() == streams.size());

            assertThat(client.answer(client.get("/hello")).reset()).contains(Http2Error.REFUSED_STREAM.code());

            client.reset(streams.getFirst(), 8);
            assertThat(client.answer(client.get("/hello")).body()).isEqualTo("hello");
        }
        assertThat(port.seen()).hasSize(RunningPort.LIMITS.streams() + 1);
    }

    @Test
    void many_connections_have_no_more_streams_together_than_there_may_be_connections() throws Exception {
        stop();
        port = new RunningPort(
                directory, new ProxyLimits(10, 64 * 1024, 200, 16 * 1024, 16 * 1024, 1024, 8, 10, 300, 10, 600, 25));
        try (RawHttp2 one = new RawHttp2(port.port());
                RawHttp2 two = new RawHttp2(port.port())) {
            for (int i = 0; i < 8; i++) {
                one.get("/hold");
            }
            Awaitility.await().until(() -> port.seen().size() == 8);
            int first = two.get("/hold");
            two.get("/hold");

            assertThat(two.answer(two.get("/hello")).reset()).contains(Http2Error.REFUSED_STREAM.code());

            two.reset(first, 8);
            assertThat(two.answer(two.get("/hello")).body()).isEqualTo("hello");
        }
    }
}
