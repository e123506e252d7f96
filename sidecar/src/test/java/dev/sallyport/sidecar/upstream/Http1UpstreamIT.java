package dev.sallyport.sidecar.upstream;

import static dev.sallyport.sidecar.upstream.ScriptedServer.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.testing.RouteBuilder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 with upstreams that answer in all the ways that the protocol permits, and in some that it doesn't. */
class Http1UpstreamIT {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void a_request_is_written_as_it_was_given() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.always(OK))) {
            Call call = world.call(route(server))
                    .field("X-Odd", "a  b\t")
                    .field("x-ODD", "\u00e9")
                    .field("Connection", "close")
                    .field("Keep-Alive", "timeout=9")
                    .field("TE", "gzip")
                    .field("Transfer-Encoding", "chunked")
                    .get("/p/%2e?q=%zz");

            assertThat(call.body()).isEqualTo("ok");
            assertThat(call.head().reasonPhrase()).isEqualTo("OK");
            assertThat(call.head().fields().entries())
                    .extracting(Object::toString)
                    .containsExactly("Content-Length=2");
            assertThat(server.connection(0).heads())
                    .containsExactly("GET /p/%2e?q=%zz HTTP/1.1\r\nHost: api.test\r\nX-Odd: a  b\t\r\nx-ODD: \u00e9");
        }
    }

    @Test
    void a_body_of_known_length_keeps_its_length_field_in_its_place() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            connection.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + connection.read(4));
            connection.drain();
        })) {
            Call call = world.call(route(server))
                    .field("content-LENGTH", "4")
                    .field("A", "b")
                    .post("/", "text");

            assertThat(call.body()).isEqualTo("text");
            assertThat(server.connection(0).heads().getFirst()).endsWith("Host: api.test\r\ncontent-LENGTH: 4\r\nA: b");
        }
    }

    @Test
    void a_body_of_unknown_length_and_its_trailers_are_chunked() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            seen.complete(connection.readUntil("\r\n0\r\n") + connection.readUntil("\r\n\r\n"));
            connection.say(OK);
            connection.drain();
        })) {
            Call call = world.call(route(server))
                    .send("POST", "/", OptionalLong.empty())
                    .write("0123456789abcdef")
                    .write("x")
                    .endRequest(new DefaultHttpHeaders().set("X-Sum", "17").set("Content-Length", "3"));

            assertThat(call.body()).isEqualTo("ok");
            assertThat(seen.join()).isEqualTo("10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\nX-Sum: 17\r\n\r\n");
            assertThat(server.connection(0).heads().getFirst()).endsWith("\r\nTransfer-Encoding: chunked");
        }
    }

    @Test
    void chunks_and_trailers_come_back() throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.always(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
                        + "5;ext=\"1\"\r\nhello\r\n1  \r\n!\r\n0\r\nX-Sum: 6\r\n\r\n"))) {
            Call call = world.call(route(server)).get("/");

            assertThat(call.body()).isEqualTo("hello!");
            assertThat(call.end().get("x-sum")).isEqualTo("6");
            assertThat(call.events()).containsExactly("head 200", "data", "end");
        }
    }

    @Test
    void every_interim_answer_is_handed_over() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.always(head("HTTP/1.1 100 Continue")
                + head("HTTP/1.1 103 Early Hints", "Link: </a>")
                + head("HTTP/1.1 102 Processing")
                + head("HTTP/1.1 199 Odd")
                + OK))) {
            Call call = world.call(route(server)).get("/");

            assertThat(call.body()).isEqualTo("ok");
            assertThat(call.interim()).extracting(ResponseHead::status).containsExactly(100, 103, 102, 199);
            assertThat(call.interim().get(1).fields().get("Link")).isEqualTo("</a>");
        }
    }

    /** RFC 9112, section 6.3: it ends with its head, whatever its fields say. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 40",
                "Transfer-Encoding: chunked",
                "Content-Length: 0\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: x",
            })
    void an_interim_answer_has_no_body_and_hands_on_no_framing(String framing) throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.always(head("HTTP/1.1 103 Early Hints", framing, "Link: </a>") + OK))) {
            RouteConfig route = route(server);
            Call first = world.call(route).get("/");
            Call second = world.call(route).get("/");

            assertThat(first.body()).isEqualTo("ok");
            assertThat(second.body()).isEqualTo("ok");
            assertThat(second.interim())
                    .singleElement()
                    .satisfies(interim -> assertThat(interim.fields().names()).containsExactly("Link"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            })
    void an_answer_without_a_body_ends_at_once_and_its_connection_is_kept(String answer) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.always(answer))) {
            for (int i = 0; i < 3; i++) {
                assertThat(world.call(route(server)).get("/").body()).isEmpty();
            }

            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void an_answer_to_head_has_a_length_but_no_body() throws Exception {
        try (ScriptedServer server =
                new ScriptedServer(ScriptedServer.always("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"))) {
            for (int i = 0; i < 2; i++) {
                Call call = world.call(route(server))
                        .send("HEAD", "/", OptionalLong.of(0))
                        .endRequest();

                assertThat(call.body()).isEmpty();
                assertThat(call.head().fields().get("content-length")).isEqualTo("99");
            }

            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void an_answer_that_ends_with_the_connection_is_whole() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            connection.say("HTTP/1.0 200 OK\r\n\r\nall of it");
        })) {
            Call call = world.call(route(server)).get("/");

            assertThat(call.body()).isEqualTo("all of it");
        }
    }

    @Test
    void an_answer_that_is_cut_short_fails() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            connection.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        })) {
            Call call = world.call(route(server)).get("/");

            assertThat(call.failure()).isInstanceOf(IOException.class);
            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_RESET);
            assertThat(call.events()).containsExactly("head 200", "data", "failed");
        }
    }

    @Test
    void a_reset_within_a_body_fails() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            connection.say("HTTP/1.1 200 OK\r\n\r\nhalf");
            connection.reset();
        })) {
            Call call = world.call(route(server)).get("/");

            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_RESET);
            assertThat(call.hasEnded()).isFalse();
        }
    }

    @Test
    void an_answer_before_the_request_has_ended_leaves_both_directions_open() throws Exception {
        CountDownLatch rest = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    connection.readHead();
                    connection.say(OK);
                    connection.readUntil("0\r\n\r\n");
                    rest.countDown();
                    connection.drain();
                },
                ScriptedServer.always(OK))) {
            Call call = world.call(route(server))
                    .send("POST", "/", OptionalLong.empty())
                    .write("begun");
            assertThat(call.body()).isEqualTo("ok");

            call.write("still").endRequest();

            rest.await();
            assertThat(call.hasFailed()).isFalse();
            assertThat(server.connection(0).endedBy()).isEqualTo("end");
            assertThat(world.call(route(server)).get("/").body()).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void an_early_answer_is_read_though_the_upstream_has_stopped_reading() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            connection.say("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
        })) {
            Call call = world.call(route(server)).send("POST", "/", OptionalLong.of(1 << 30));
            for (int i = 0; i < 64 && !call.hasFailed(); i++) {
                call.write("x".repeat(64 * 1024));
            }

            assertThat(call.status()).isEqualTo(413);
            assertThat(call.body()).isEqualTo("big");
            assertThat(call.failure()).isInstanceOf(IOException.class);
            assertThat(call.events()).containsExactly("head 413", "data", "end", "failed");
        }
    }

    @Test
    void a_body_of_another_length_than_declared_is_never_whole() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            connection.drain();
        })) {
            Call shorter = world.call(route(server))
                    .send("POST", "/", OptionalLong.of(5))
                    .write("four")
                    .endRequest();
            Call longer = world.call(route(server))
                    .send("POST", "/", OptionalLong.of(3))
                    .write("fo")
                    .write("ur");

            assertThat(shorter.failure()).isInstanceOf(IllegalArgumentException.class);
            assertThat(longer.failure()).isInstanceOf(IllegalArgumentException.class);
            assertThat(server.connection(0).endedBy()).isEqualTo("reset");
            assertThat(server.connection(1).endedBy()).isEqualTo("reset");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 099 OK\r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "ICY 200 OK\r\n\r\n",
                "\r\nHTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\u0000b\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n1",
                "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n1",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n;x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            })
    void a_broken_answer_is_refused(String answer) throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            connection.say(answer);
            connection.drain();
        })) {
            Call call = world.call(route(server)).get("/");

            assertThat(call.failure()).isInstanceOf(DecoderException.class);
            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_PROTOCOL_ERROR);
            assertThat(call.hasEnded()).isFalse();
            assertThat(server.connection(0).endedBy()).isEqualTo("reset");
        }
    }

    @Test
    void a_head_may_have_256_kibibytes_and_no_more() throws Exception {
        String large = "HTTP/1.1 200 OK\r\nX: " + "x".repeat(255 * 1024) + "\r\nContent-Length: 0\r\n\r\n";
        String larger = "HTTP/1.1 200 OK\r\nX: " + "x".repeat(256 * 1024);
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.always(large));
                ScriptedServer other = new ScriptedServer(ScriptedServer.always(larger))) {
            assertThat(world.call(route(server)).get("/").head().fields().get("x"))
                    .hasSize(255 * 1024);
            assertThat(world.call(route(other)).get("/").failure()).isInstanceOf(DecoderException.class);
        }
    }

    @Test
    void what_cannot_be_sent_is_refused_before_it_is() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.always(OK))) {
            RouteConfig route = route(server);

            assertThatThrownBy(() -> world.call(route).field("X", "a\r\nY: b").get("/"))
                    .hasRootCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> world.call(route).field("X Y", "a").get("/"))
                    .hasRootCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> world.call(route).get("/a b"))
                    .hasRootCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> world.call(route).withoutHost().get("/"))
                    .hasRootCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> world.call(route).field("host", "b").get("/"))
                    .hasRootCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    static RouteConfig route(ScriptedServer server) {
        return RouteBuilder.http("api", "api.test:" + server.port()).build();
    }
}
