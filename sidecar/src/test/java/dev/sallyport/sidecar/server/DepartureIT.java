package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.testing.RawClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of HTTP/1 that leave, or only seem to, with both transports. */
@ParameterizedClass(name = "epoll: {0}")
@ValueSource(booleans = {true, false})
class DepartureIT {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration NOT_YET = Duration.ofMillis(300);

    @TempDir
    Path directory;

    @Parameter
    boolean epoll;

    private RunningPort port;

    @BeforeEach
    void start() throws IOException {
        port = new RunningPort(directory, RunningPort.LIMITS, epoll);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    private interface Leaving {
        void leave(RawClient client) throws IOException;
    }

    /** How long it takes until the handler knows: the best of some, since the machine has other things to do. */
    private long noticedAfterMillis(String request, Leaving leaving) throws Exception {
        long best = Long.MAX_VALUE;
        for (int i = 1; i <= 10 && best >= 100; i++) {
            int requests = i;
            try (RawClient client = port.raw()) {
                client.send(request);
                Awaitility.await().until(() -> port.seen().size() == requests);
                long start = System.nanoTime();
                leaving.leave(client);
                assertThat(port.failure(LONG)).isInstanceOf(IOException.class);
                best = Math.min(best, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            }
        }
        assertThat(port.failure(Duration.ZERO)).isNull();
        Awaitility.await().until(() -> port.connections() == 0);
        return best;
    }

    @Test
    void leaving_by_fin_is_noticed_while_an_answer_is_awaited() throws Exception {
        assertThat(noticedAfterMillis("GET /hold HTTP/1.1\r\nHost: p\r\n\r\n", RawClient::close))
                .isLessThan(100);
    }

    @Test
    void leaving_by_rst_is_noticed_while_an_answer_is_awaited() throws Exception {
        assertThat(noticedAfterMillis("GET /hold HTTP/1.1\r\nHost: p\r\n\r\n", RawClient::reset))
                .isLessThan(100);
    }

    @Test
    void leaving_is_noticed_in_the_middle_of_a_body() throws Exception {
        String request = "POST /hold HTTP/1.1\r\nHost: p\r\nContent-Length: 10\r\n\r\nhello";

        assertThat(noticedAfterMillis(request, RawClient::close)).isLessThan(100);
        stop();
        start();
        assertThat(noticedAfterMillis(request, RawClient::reset)).isLessThan(100);
    }

    @Test
    void leaving_is_noticed_while_requests_sent_ahead_wait() throws Exception {
        String request = "GET /hold HTTP/1.1\r\nHost: p\r\n\r\n" + "GET /next HTTP/1.1\r\nHost: p\r\n\r\n".repeat(100);

        assertThat(noticedAfterMillis(request, RawClient::close)).isLessThan(100);
    }

    @Test
    void leaving_is_noticed_while_nothing_is_read() throws Exception {
        assumeTrue(epoll, "NIO says nothing of a connection that nobody reads from");
        String request = "POST /paused HTTP/1.1\r\nHost: p\r\nContent-Length: 1000000\r\n\r\nhello";

        assertThat(noticedAfterMillis(request, RawClient::close)).isLessThan(100);
        stop();
        start();
        assertThat(noticedAfterMillis(request, RawClient::reset)).isLessThan(100);
        stop();
        start();
        // More than is read at once, so that the end itself stays in the kernel. With more than the kernel takes, it
        // stays
        // on the client's side, and nobody can notice it.
        assertThat(noticedAfterMillis(request + "x".repeat(50_000), RawClient::close))
                .isLessThan(100);
    }

    @Test
    void a_client_that_said_that_it_sends_no_more_may_end_its_side() throws Exception {
        for (String version : new String[] {"HTTP/1.1\r\nConnection: close", "HTTP/1.0"}) {
            BlockingQueue<ClientStream> held = new LinkedBlockingQueue<>();
            port.on("/slow", (stream, told) -> {
                Behaviours.hold(stream, true, told);
                held.add(stream);
            });
            try (RawClient client = port.raw()) {
                client.send("POST /slow " + version + "\r\nHost: p\r\nContent-Length: 5\r\n\r\nhello");
                ClientStream stream = held.take();
                client.endOutput();
                assertThat(port.failure(NOT_YET)).isNull();
                stream.eventLoop().execute(() -> Behaviours.text(stream, 200, "after all"));

                assertThat(client.readToEnd()).endsWith("after all");
            }
        }
        assertThat(port.failure(NOT_YET)).isNull();
    }

    @Test
    void it_may_do_so_while_its_body_is_not_read_yet() throws Exception {
        BlockingQueue<ClientStream> held = new LinkedBlockingQueue<>();
        port.on("/later", (stream, told) -> held.add(stream));
        String body = "x".repeat(30_000);
        try (RawClient client = port.raw()) {
            client.send("POST /later HTTP/1.1\r\nHost: p\r\nConnection: close\r\nContent-Length: 30000\r\n\r\n" + body);
            client.endOutput();
            ClientStream stream = held.take();
            assertThat(port.failure(NOT_YET)).isNull();
            stream.eventLoop().execute(() -> Behaviours.collect(stream, failure -> {}));

            assertThat(client.readToEnd()).endsWith("POST /later " + body);
        }
    }

    @Test
    void but_not_before_its_request_is_whole() throws Exception {
        try (RawClient client = port.raw()) {
            client.send("POST /hold HTTP/1.1\r\nHost: p\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhello");
            client.endOutput();
            assertThat(port.failure(LONG)).isInstanceOf(IOException.class);
        }
        try (RawClient client = port.raw()) {
            client.send(
                    "POST /hold HTTP/1.1\r\nHost: p\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
            client.endOutput();
            assertThat(port.failure(LONG)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_client_that_leaves_before_its_head_is_whole_is_nobody() throws Exception {
        try (RawClient client = port.raw()) {
            client.send("GET /hello HTTP/1.1\r\nHost");
            client.endOutput();

            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(port.seen()).isEmpty();
    }

    @Test
    void a_client_that_leaves_after_its_answer_takes_nothing_with_it() throws Exception {
        try (RawClient client = port.raw()) {
            client.head("GET /hello HTTP/1.1", "Host: p");
            assertThat(client.readMessage()).endsWith("hello");
        }

        Awaitility.await().until(() -> port.connections() == 0);
        assertThat(port.failure(Duration.ZERO)).isNull();
    }
}
