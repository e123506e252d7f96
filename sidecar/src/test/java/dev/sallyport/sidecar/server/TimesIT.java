package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.RawHttp2;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that take their time. */
class TimesIT {

    /** One second for a head, three between requests, two connections. */
    private static final ProxyLimits TIGHT =
            new ProxyLimits(2, 64 * 1024, 200, 16 * 1024, 16 * 1024, 1024, 128, 1, 3, 10, 600, 25);

    @TempDir
    Path directory;

    private RunningPort port;

    @BeforeEach
    void start() throws IOException {
        port = new RunningPort(directory, TIGHT);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    /** How long the connection lasts from now on. */
    private static long millisUntilEnd(RawClient client) throws IOException {
        long start = System.nanoTime();
        client.readToEnd();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @Test
    void a_connection_that_says_nothing_is_closed_as_an_idle_one() throws Exception {
        try (RawClient client = port.raw()) {
            assertThat(millisUntilEnd(client)).isBetween(2_500L, 10_000L);
        }
    }

    @Test
    void a_connection_that_says_no_more_is_closed_as_an_idle_one() throws Exception {
        try (RawClient client = port.raw()) {
            client.head("GET /hello HTTP/1.1", "Host: p").readMessage();

            assertThat(millisUntilEnd(client)).isBetween(2_500L, 10_000L);
        }
    }

    @Test
    void a_head_that_trickles_in_is_cut_off() throws Exception {
        for (String beginning : new String[] {"P", "PRI * HTTP/2.0\r\n", "\r\n", "GET / HTTP/1.1\r\nX: "}) {
            try (RawClient client = port.raw()) {
                client.send(beginning);

                assertThat(millisUntilEnd(client)).as(beginning).isBetween(500L, 2_900L);
            }
        }
        assertThat(port.seen()).isEmpty();
    }

    @Test
    void each_octet_of_a_head_does_not_begin_its_time_anew() throws Exception {
        long start = System.nanoTime();
        try (RawClient client = port.raw()) {
            client.send("GET / HTTP/1.1\r\nX: ");
            assertThatThrownBy(() -> {
                        while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(15)) {
                            client.send("y");
                            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(3));
    }

    @Test
    void the_settings_of_http_2_that_do_not_come_are_not_waited_for() throws Exception {
        try (RawClient client = port.raw()) {
            client.send(RawHttp2.PREFACE);

            assertThat(millisUntilEnd(client)).isBetween(500L, 2_900L);
        }
    }

    @Test
    void a_head_of_http_2_that_trickles_in_is_cut_off() throws Exception {
        byte[] head = RawHttp2.block(":method", "GET");
        for (byte[] part : new byte[][] {
            RawHttp2.bytes(Http2FrameTypes.HEADERS, 0, 1, head),
            java.util.Arrays.copyOf(RawHttp2.bytes(Http2FrameTypes.HEADERS, 4, 1, head), 12),
            new byte[3]
        }) {
            try (RawHttp2 client = new RawHttp2(port.port())) {
                client.answer(client.get("/hello"));
                long start = System.nanoTime();
                client.send(part);
                client.goneWith();
                assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                        .isBetween(500L, 2_900L);
            }
        }
    }

    @Test
    void a_connection_of_http_2_without_streams_is_ended_kindly() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            client.answer(client.get("/hello"));
            long start = System.nanoTime();

            assertThat(client.goneWith()).isZero();
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(2_500L, 10_000L);
        }
        Awaitility.await().until(() -> port.connections() == 0);
    }

    @Test
    void a_request_may_take_longer_than_both() throws Exception {
        try (RawClient client = port.raw();
                RawHttp2 other = new RawHttp2(port.port())) {
            client.head("POST /x HTTP/1.1", "Host: p", "Content-Length: 2").send("a");
            int stream = other.post("/x");
            other.data(stream, false, "a");
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(4_500));
            client.send("b");
            other.data(stream, true, "b");

            assertThat(client.readMessage()).endsWith("POST /x ab");
            assertThat(other.answer(stream).body()).isEqualTo("POST /x ab");
        }
    }

    @Test
    void nothing_inside_a_tunnel_has_more_time() throws Exception {
        for (String beginning :
                new String[] {"", "\u0016", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003", "GET /"}) {
            try (RawClient client = port.raw()) {
                client.head("CONNECT api.test:443 HTTP/1.1", "Host: api.test:443")
                        .readHead();
                client.send(beginning);

                assertThat(millisUntilEnd(client)).as(beginning).isBetween(500L, 2_900L);
            }
        }
    }

    @Test
    void connections_beyond_the_limit_are_closed_and_their_places_come_back() throws Exception {
        try (RawClient first = port.raw();
                RawClient second = port.raw()) {
            first.head("GET /hello HTTP/1.1", "Host: p").readMessage();
            second.head("CONNECT api.test:443 HTTP/1.1", "Host: api.test:443").readHead();
            assertThat(port.connections()).isEqualTo(2);
            assertThatThrownBy(() -> {
                        try (RawClient third = port.raw()) {
                            third.head("GET /hello HTTP/1.1", "Host: p").readMessage();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }

        Awaitility.await().until(() -> port.connections() == 0);
        try (RawClient next = port.raw()) {
            assertThat(next.head("GET /hello HTTP/1.1", "Host: p").readMessage())
                    .endsWith("hello");
        }
    }
}
