package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.testing.RawClient;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers and connections of HTTP/1, with both transports. */
@ParameterizedClass(name = "epoll: {0}")
@ValueSource(booleans = {true, false})
class Http1IT {

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

    @Test
    void requests_sent_ahead_are_handled_one_after_the_other() throws Exception {
        BlockingQueue<ClientStream> held = new LinkedBlockingQueue<>();
        port.on("/ahead", (stream, ignored) -> held.add(stream));
        try (RawClient client = port.raw()) {
            client.send("GET /ahead HTTP/1.1\r\nHost: p\r\n\r\n".repeat(2) + "GET /last HTTP/1.1\r\nHost: p\r\n\r\n");

            for (String answer : List.of("one", "two")) {
                ClientStream stream = held.take();
                assertThat(held).isEmpty();
                stream.eventLoop().execute(() -> Behaviours.text(stream, 200, answer));
                assertThat(client.readMessage()).endsWith("\r\n\r\n" + answer);
            }

            assertThat(client.readMessage()).endsWith("GET /last ");
        }
        assertThat(port.seen()).hasSize(3);
    }

    @Test
    void http_1_0_gets_no_chunks_and_the_connection_ends_the_answer() throws Exception {
        try (RawClient client = port.raw()) {
            client.send("POST /echo HTTP/1.0\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello");

            assertThat(client.readToEnd()).isEqualTo("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello");
        }
    }

    @Test
    void a_client_that_wants_the_connection_closed_has_it_closed() throws Exception {
        try (RawClient client = port.raw()) {
            client.head("GET /hello HTTP/1.1", "Host: p", "Connection: x, Close");

            assertThat(client.readToEnd())
                    .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello");
        }
    }

    @Test
    void the_handler_may_have_the_connection_closed() throws Exception {
        port.on("/last", (stream, ignored) -> {
            stream.closeAfterAnswer();
            Behaviours.text(stream, 200, "bye");
        });
        try (RawClient client = port.raw()) {
            client.head("GET /last HTTP/1.1", "Host: p");

            assertThat(client.readToEnd()).contains("connection: close\r\n").endsWith("bye");
        }
    }

    @Test
    void answers_that_have_no_body_are_framed_as_such() throws Exception {
        port.on("/204", (stream, ignored) -> only(stream, 204, "Content-Length", "0"));
        port.on("/304", (stream, ignored) -> only(stream, 304, "Content-Length", "5", "ETag", "x"));
        port.on("/head", (stream, ignored) -> only(stream, 200, "Content-Length", "5"));
        port.on("/head-chunked", (stream, ignored) -> only(stream, 200));
        try (RawClient client = port.raw()) {
            assertThat(client.head("GET /204 HTTP/1.1", "Host: p").readHead())
                    .isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(client.head("GET /304 HTTP/1.1", "Host: p").readHead())
                    .isEqualTo("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: x\r\n\r\n");
            assertThat(client.head("HEAD /head HTTP/1.1", "Host: p").readHead())
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.head("HEAD /head-chunked HTTP/1.1", "Host: p").readHead())
                    .isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
            assertThat(client.head("GET /hello HTTP/1.1", "Host: p").readMessage())
                    .endsWith("\r\n\r\nhello");
        }
    }

    private static void only(ClientStream stream, int status, String... fields) {
        stream.answer(Behaviours.head(status, fields));
        stream.write(Behaviours.bytes("not to be sent"));
        stream.end(Behaviours.trailers());
    }

    @Test
    void fields_of_the_connection_are_this_side_s_own() throws Exception {
        port.on("/own", (stream, ignored) -> {
            stream.answer(Behaviours.head(
                    200, "Connection", "x", "Keep-Alive", "timeout=1", "Transfer-Encoding", "gzip", "Upgrade", "h2c"));
            stream.write(Behaviours.bytes("x"));
            stream.end(Behaviours.trailers());
        });
        try (RawClient client = port.raw()) {
            assertThat(client.head("GET /own HTTP/1.1", "Host: p").readUntil("0\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
        }
    }

    @Test
    void interim_answers_go_before_the_final_one_but_not_to_http_1_0() throws Exception {
        port.on("/interim", (stream, ignored) -> {
            stream.answerInterim(Behaviours.head(100));
            stream.answerInterim(Behaviours.head(103, "Link", "</x>"));
            Behaviours.text(stream, 200, "hello");
        });
        try (RawClient client = port.raw();
                RawClient old = port.raw()) {
            client.head("GET /interim HTTP/1.1", "Host: p", "Connection: close");
            old.head("GET /interim HTTP/1.0");

            assertThat(client.readToEnd())
                    .startsWith(
                            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 ");
            assertThat(old.readToEnd()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void trailers_go_both_ways() throws Exception {
        try (RawClient client = port.raw()) {
            client.head("POST /echo HTTP/1.1", "Host: p", "Transfer-Encoding: chunked")
                    .send("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n");

            assertThat(client.readUntil("1\r\n\r\n")).endsWith("\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n");
        }
    }

    @Test
    void what_is_not_whole_ends_in_a_reset() {
        port.on("/short", (stream, ignored) -> {
            stream.answer(Behaviours.head(200, "Content-Length", "6"));
            stream.write(Behaviours.bytes("hello"));
            stream.flush();
            stream.end(Behaviours.trailers());
        });
        port.on("/long", (stream, ignored) -> {
            stream.answer(Behaviours.head(200, "Content-Length", "4"));
            stream.flush();
            stream.write(Behaviours.bytes("hello"));
        });
        port.on("/aborted", (stream, ignored) -> {
            stream.answer(Behaviours.head(200));
            stream.write(Behaviours.bytes("hello"));
            stream.flush();
            stream.abort();
        });
        port.on("/unanswered", (stream, ignored) -> stream.abort());

        for (String request : List.of(
                "GET /short HTTP/1.1", "GET /long HTTP/1.1", "GET /aborted HTTP/1.1", "GET /aborted HTTP/1.0")) {
            assertThatThrownBy(() -> {
                        try (RawClient client = port.raw()) {
                            client.head(request, "Host: p").readToEnd();
                        }
                    })
                    .as(request)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void an_answer_that_cannot_be_sent_is_an_error_of_the_handler_s() throws Exception {
        Queue<Throwable> thrown = new ArrayDeque<>();
        port.on("/bad", (stream, ignored) -> {
            for (String value : List.of("a\r\nb: c", "a\nb", "a\0", "\u0100")) {
                try {
                    HttpHeaders unchecked = DefaultHttpHeadersFactory.headersFactory()
                            .withValidation(false)
                            .newHeaders()
                            .add("x", value);
                    stream.answer(new ResponseHead(200, "", unchecked));
                } catch (IllegalArgumentException e) {
                    thrown.add(e);
                }
            }
            Behaviours.text(stream, 502, "bad");
        });
        try (RawClient client = port.raw()) {
            assertThat(client.head("GET /bad HTTP/1.1", "Host: p").readMessage())
                    .startsWith("HTTP/1.1 502 ");
        }
        assertThat(thrown).hasSize(4);
    }

    @Test
    void what_is_left_of_a_body_after_an_early_answer_is_read_for_a_while() throws Exception {
        port.on("/early", (stream, ignored) -> Behaviours.text(stream, 403, "no"));
        try (RawClient client = port.raw()) {
            client.head("POST /early HTTP/1.1", "Host: p", "Content-Length: 100000")
                    .send("x".repeat(50_000));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 403 ").doesNotContain("connection: close");
            client.send("x".repeat(50_000));

            assertThat(client.head("GET /hello HTTP/1.1", "Host: p").readMessage())
                    .endsWith("hello");
        }
        try (RawClient client = port.raw()) {
            client.head("POST /early HTTP/1.1", "Host: p", "Transfer-Encoding: chunked")
                    .send("5\r\nhello\r\n");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 403 ");
            client.send("0\r\nX: y\r\n\r\n");

            assertThat(client.head("GET /hello HTTP/1.1", "Host: p").readMessage())
                    .endsWith("hello");
        }
    }

    @Test
    void a_body_too_long_to_be_read_for_nothing_ends_the_connection_but_not_the_answer() throws Exception {
        port.on("/early", (stream, ignored) -> Behaviours.text(stream, 403, "no"));
        try (RawClient client = port.raw()) {
            client.head("POST /early HTTP/1.1", "Host: p", "Content-Length: 100000000")
                    .send("x".repeat(200_000));

            assertThat(client.readToEnd()).contains("connection: close").endsWith("no");
        }
        try (RawClient client = port.raw()) {
            client.head("POST /early HTTP/1.1", "Host: p", "Transfer-Encoding: chunked")
                    .send("30d40\r\n" + "x".repeat(200_000) + "\r\n");

            // Two seconds are what it takes.
            assertThat(client.readToEnd()).endsWith("no");
        }
    }

    @Test
    void a_client_that_asked_whether_to_send_and_is_refused_gets_a_new_connection() throws Exception {
        port.on("/early", (stream, ignored) -> Behaviours.text(stream, 403, "no"));
        try (RawClient client = port.raw()) {
            client.head("POST /early HTTP/1.1", "Host: p", "Content-Length: 5", "Expect: 100-continue");

            assertThat(client.readToEnd()).contains("connection: close").endsWith("no");
        }
    }

    @Test
    void an_answer_goes_on_while_the_body_still_comes() throws Exception {
        try (RawClient client = port.raw()) {
            client.head("POST /echo HTTP/1.1", "Host: p", "Transfer-Encoding: chunked");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");

            for (String part : List.of("one", "two", "six")) {
                client.send("3\r\n" + part + "\r\n");
                assertThat(client.readUntil(part + "\r\n")).isEqualTo("3\r\n" + part + "\r\n");
            }

            client.send("0\r\n\r\n");
            assertThat(client.readUntil("0\r\n\r\n")).isEqualTo("0\r\n\r\n");
        }
    }

    @Test
    void a_connection_becomes_octets_after_101_and_loses_none() throws Exception {
        port.on(
                "/upgrade",
                (stream, ignored) -> Octetwise.echo(
                        stream.upgrade(Behaviours.head(101, "Upgrade", "websocket", "Sec-WebSocket-Accept", "x"))));
        try (RawClient client = port.raw()) {
            client.send("GET /upgrade HTTP/1.1\r\nHost: p\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly");

            assertThat(client.readHead())
                    .isEqualTo(String.join(
                            "\r\n",
                            "HTTP/1.1 101 Switching Protocols",
                            "Sec-WebSocket-Accept: x",
                            "connection: upgrade",
                            "upgrade: websocket",
                            "",
                            ""));
            assertThat(client.readUntil("early")).isEqualTo("early");
            client.send("later");
            assertThat(client.readUntil("later")).isEqualTo("later");
        }
        assertThat(port.seen()).hasSize(1);
        Awaitility.await().until(() -> port.connections() == 0);
    }

    @Test
    void http_may_end_only_where_it_can() throws Exception {
        BlockingQueue<Class<?>> thrown = new LinkedBlockingQueue<>();
        port.on("/upgrade", (stream, ignored) -> {
            try {
                var _ = stream.upgrade(Behaviours.head(101, "Upgrade", "x"));
            } catch (IllegalStateException e) {
                thrown.add(e.getClass());
            }
            try {
                stream.intercept("p", 443, refused -> {});
            } catch (IllegalStateException e) {
                thrown.add(e.getClass());
            }
            Behaviours.text(stream, 200, "still HTTP");
        });
        try (RawClient client = port.raw()) {
            client.head("POST /upgrade HTTP/1.1", "Host: p", "Content-Length: 5");

            assertThat(client.readMessage()).endsWith("still HTTP");
        }
        assertThat(thrown).hasSize(2);
    }
}
