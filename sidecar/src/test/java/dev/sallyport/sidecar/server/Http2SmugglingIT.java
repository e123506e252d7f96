package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.testing.RawHttp2;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests of HTTP/2 that HTTP/1 would read in another way, or that RFC 9113 calls malformed. */
class Http2SmugglingIT {

    private static final String[] GET = {":method", "GET", ":scheme", "http", ":path", "/x", ":authority", "p"};

    @TempDir
    static Path directory;

    private static RunningPort port;

    @BeforeAll
    static void start() throws IOException {
        port = new RunningPort(directory);
    }

    @AfterAll
    static void stop() {
        port.close();
    }

    private static String[] with(String... more) {
        List<String> fields = new ArrayList<>(Arrays.asList(GET));
        fields.addAll(Arrays.asList(more));
        return fields.toArray(String[]::new);
    }

    /** The request with another pseudo-header field; null: without. */
    private static String[] but(String name, @Nullable String value) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < GET.length; i += 2) {
            if (!GET[i].equals(name)) {
                fields.addAll(List.of(GET[i], GET[i + 1]));
            } else if (value != null) {
                fields.addAll(List.of(name, value));
            }
        }
        return fields.toArray(String[]::new);
    }

    private static Arguments vector(String name, String... fields) {
        return arguments(name, fields);
    }

    static Stream<Arguments> heads() {
        return Stream.of(
                vector("CR LF in a value", with("x", "y\r\ntransfer-encoding: chunked")),
                vector("LF in a value", with("x", "y\nhost: q")),
                vector("CR in a value", with("x", "y\rz")),
                vector("NUL in a value", with("x", "y\0z")),
                vector("a space before a value", with("x", " y")),
                vector("a space after a value", with("x", "y ")),
                vector("a tab before a value", with("x", "\ty")),
                vector("an escape in a value", with("x", "\u001b")),
                vector("DEL in a value", with("x", "\u007f")),
                vector("a capital in a name", with("X", "y")),
                vector("a colon in a name", with("x:y", "z")),
                vector("a space in a name", with("x y", "z")),
                vector("CR LF in a name", with("x: y\r\nz", "z")),
                vector("an empty name", with("", "y")),
                vector("a name in Latin-1", with("\u00f6", "y")),
                vector("transfer-encoding", with("transfer-encoding", "chunked")),
                vector("connection", with("connection", "close")),
                vector("keep-alive", with("keep-alive", "timeout=1")),
                vector("proxy-connection", with("proxy-connection", "keep-alive")),
                vector("upgrade", with("upgrade", "websocket")),
                vector("te other than trailers", with("te", "trailers, deflate")),
                vector("no method", but(":method", null)),
                vector("an empty method", but(":method", "")),
                vector("a method with a space", but(":method", "GET /y")),
                vector("a method with CR LF", but(":method", "GET / HTTP/1.1\r\nx:")),
                vector("no scheme", but(":scheme", null)),
                vector("an empty scheme", but(":scheme", "")),
                vector("a scheme that is a URL", but(":scheme", "http://q/y?")),
                vector("no path", but(":path", null)),
                vector("an empty path", but(":path", "")),
                vector("a path without slash", but(":path", "x")),
                vector("an absolute path", but(":path", "http://q/x")),
                vector("a path of a star", but(":path", "*")),
                vector("a path with a space", but(":path", "/x HTTP/1.1")),
                vector("a path with CR LF", but(":path", "/x HTTP/1.1\r\nhost: q\r\n\r\n")),
                vector("a path beyond ASCII", but(":path", "/\u00e4")),
                vector("neither authority nor host", but(":authority", null)),
                vector("an empty authority", but(":authority", "")),
                vector("an authority with a user", but(":authority", "p@q")),
                vector("an authority with a space", but(":authority", "p q")),
                vector("an authority with CR LF", but(":authority", "p\r\nx: y")),
                vector("a host that is another", with("host", "q")),
                vector("two hosts", with("host", "p", "host", "p")),
                vector("two paths", with(":path", "/y")),
                vector("a method twice", ":method", "GET", ":method", "GET", ":scheme", "http", ":path", "/x"),
                vector("two authorities", with(":authority", "q")),
                vector("a pseudo field after others", "x", "y", ":method", "GET", ":scheme", "http", ":path", "/x"),
                vector("an unknown pseudo field", with(":foo", "y")),
                vector("an answer's pseudo field", with(":status", "200")),
                vector(
                        "an extended CONNECT",
                        ":method",
                        "CONNECT",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":path",
                        "/x",
                        ":authority",
                        "p"),
                vector("a protocol without CONNECT", with(":protocol", "websocket")),
                vector("CONNECT with a path", ":method", "CONNECT", ":authority", "p:443", ":path", "/"),
                vector("CONNECT with a scheme", ":method", "CONNECT", ":authority", "p:443", ":scheme", "http"),
                vector("CONNECT without authority", ":method", "CONNECT"),
                vector("a length where there is nothing", with("content-length", "5")),
                vector("two lengths", with("content-length", "0", "content-length", "5")),
                vector("a list of lengths", with("content-length", "0, 5")),
                vector("a length with a sign", with("content-length", "+0")),
                vector("a negative length", with("content-length", "-1")),
                vector("a hexadecimal length", with("content-length", "0x0")),
                vector("a length beyond 64 bits", with("content-length", "18446744073709551616")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("heads")
    void a_malformed_head_is_refused_and_ends_its_stream_alone(String name, String[] fields) throws Exception {
        int before = port.seen().size();
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.request(true, fields);
            RawHttp2.Answer answer = client.answer(stream);
            if (answer.reset().isEmpty()) {
                assertThat(answer.status()).isEqualTo("400");
                assertThat(answer.body()).isEqualTo("MalformedRequest");
                answer = client.answer(stream);
            }
            assertThat(answer.reset()).contains(Http2Error.PROTOCOL_ERROR.code());

            assertThat(client.answer(client.get("/next")).body()).isEqualTo("GET /next ");
        }
        assertThat(port.seen().subList(before, port.seen().size()))
                .satisfiesExactly(
                        seen -> assertThat(seen.unreadable()).contains(Reason.MALFORMED_REQUEST),
                        seen -> assertThat(seen.target()).isEqualTo("/next"));
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                vector("less than its length", "5", "hell"),
                vector("more than its length", "5", "hello!"),
                vector("something for nothing", "0", "x"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void a_body_that_is_not_as_long_as_it_said_fails(String name, String[] lengthAndBody) throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.post("/x", "content-length", lengthAndBody[0]);
            client.data(stream, true, lengthAndBody[1]);

            assertThat(client.answer(stream).reset()).contains(Http2Error.PROTOCOL_ERROR.code());
            assertThat(client.answer(client.get("/next")).body()).isEqualTo("GET /next ");
        }
        assertThat(port.failure(Duration.ofSeconds(5))).isInstanceOf(DecoderException.class);
    }

    static Stream<Arguments> trailers() {
        return Stream.of(
                vector("a pseudo field", ":path", "/y"),
                vector("a length", "content-length", "5"),
                vector("transfer-encoding", "transfer-encoding", "chunked"),
                vector("a credential", "authorization", "Bearer x"),
                vector("a host", "host", "q"),
                vector("CR LF", "x", "y\r\nz: z"),
                vector("a capital", "X", "y"),
                vector("too much", "x", "y".repeat(17_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trailers")
    void trailers_that_may_not_be_end_their_stream(String name, String[] fields) throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            int stream = client.post("/x");
            client.data(stream, false, "hello");
            if (fields[1].length() > 16_000) {
                byte[] block = RawHttp2.block(fields);
                client.frame(1, RawHttp2.END_STREAM, stream, Arrays.copyOf(block, 10_000));
                client.frame(9, RawHttp2.END_HEADERS, stream, Arrays.copyOfRange(block, 10_000, block.length));
            } else {
                client.headers(stream, true, fields);
            }

            RawHttp2.Answer answer = client.answer(stream);
            if (answer.reset().isEmpty()) {
                assertThat(answer.status()).isEqualTo("400");
                answer = client.answer(stream);
            }
            assertThat(answer.reset()).contains(Http2Error.PROTOCOL_ERROR.code());
            assertThat(client.answer(client.get("/next")).body()).isEqualTo("GET /next ");
        }
        assertThat(port.failure(Duration.ofSeconds(5))).isInstanceOf(DecoderException.class);
    }

    @Test
    void too_much_of_anything_is_refused_by_what_it_is() throws Exception {
        try (RawHttp2 client = new RawHttp2(port.port())) {
            String[] many = with();
            String[] fields = Arrays.copyOf(many, many.length + 400);
            Arrays.fill(fields, many.length, fields.length, "x");
            RawHttp2.Answer answer = client.answer(client.request(true, fields));
            assertThat(answer.status()).isEqualTo("431");
            assertThat(answer.body()).isEqualTo("HeadTooLarge");

            answer = client.answer(client.request(true, but(":path", "/" + "x".repeat(16_000))));
            assertThat(answer.status()).isEqualTo("200");
            byte[] block = RawHttp2.block(but(":path", "/" + "x".repeat(16_384)));
            client.frame(1, RawHttp2.END_STREAM, 5, Arrays.copyOf(block, 16_000));
            client.frame(9, RawHttp2.END_HEADERS, 5, Arrays.copyOfRange(block, 16_000, block.length));
            answer = client.answer(5);
            assertThat(answer.status()).isEqualTo("414");
            assertThat(answer.body()).isEqualTo("TargetTooLong");
        }
    }

    @Test
    void a_head_beyond_what_the_codec_takes_is_recorded_too() throws Exception {
        int before = port.seen().size();
        try (RawHttp2 client = new RawHttp2(port.port())) {
            byte[] block = RawHttp2.block(with("x", "y".repeat(75_000)));
            int at = 16_000;
            client.frame(1, RawHttp2.END_STREAM, 1, Arrays.copyOf(block, at));
            for (; at + 16_000 < block.length; at += 16_000) {
                client.frame(9, 0, 1, Arrays.copyOfRange(block, at, at + 16_000));
            }
            client.frame(9, RawHttp2.END_HEADERS, 1, Arrays.copyOfRange(block, at, block.length));

            assertThat(client.answer(1).status()).isEqualTo("431");
        }
        assertThat(port.seen().subList(before, port.seen().size()))
                .singleElement()
                .satisfies(seen -> assertThat(seen.unreadable()).contains(Reason.HEAD_TOO_LARGE));
    }
}
