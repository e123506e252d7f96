package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.testing.RawClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that two readers may take in two ways. Each is followed by what one of the readers would take for another request,
 * which this one must never see.
 */
class Http1SmugglingIT {

    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: p\r\n\r\n";
    private static final String POST = "POST /x HTTP/1.1\r\nHost: p\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

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

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.sallyport.sidecar.testing.SmugglingVectors#heads")
    void a_head_with_two_readings_is_refused_and_ends_the_connection(String name, String head) throws IOException {
        int before = port.seen().size();
        try (RawClient client = port.raw()) {
            client.send(head + SMUGGLED);

            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("connection: close\r\n")
                    .endsWith("\r\n\r\nMalformedRequest")
                    .containsOnlyOnce("HTTP/1.");
        }
        assertThat(port.seen().subList(before, port.seen().size()))
                .singleElement()
                .satisfies(seen -> assertThat(seen.unreadable()).contains(Reason.MALFORMED_REQUEST));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.sallyport.sidecar.testing.SmugglingVectors#bodies")
    void a_body_with_two_readings_fails_and_ends_the_connection(String name, String body) throws Exception {
        int before = port.seen().size();
        try (RawClient client = port.raw()) {
            client.send(CHUNKED + body + SMUGGLED);

            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .endsWith("\r\n\r\nbroken")
                    .containsOnlyOnce("HTTP/1.");
        }
        assertThat(port.failure(Duration.ofSeconds(5))).isInstanceOf(io.netty.handler.codec.DecoderException.class);
        assertThat(port.seen().subList(before, port.seen().size()))
                .singleElement()
                .satisfies(seen -> assertThat(seen.target()).isEqualTo("/x"));
    }

    static Stream<Arguments> unambiguous() {
        return Stream.of(
                arguments("an empty line first", "\r\nGET /x HTTP/1.1\r\nHost: p\r\n\r\n", "GET /x "),
                arguments("a length with zeros", POST + "Content-Length: 0002\r\n\r\nab", "POST /x ab"),
                arguments("a length of 0", POST + "Content-Length: 0\r\n\r\n", "POST /x "),
                arguments("no length", POST + "\r\n", "POST /x "),
                arguments("TE in other cases", POST + "tRANSFER-eNCODING: \tCHUNKED \r\n\r\n0\r\n\r\n", "POST /x "),
                arguments("several chunks", CHUNKED + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "POST /x abc"),
                arguments("sizes with zeros", CHUNKED + "0002\r\nab\r\n000\r\n\r\n", "POST /x ab"),
                arguments("extensions", CHUNKED + "2;a=b;c=\"d\"\r\nab\r\n0 ;x\r\n\r\n", "POST /x ab"),
                arguments("trailers", CHUNKED + "2\r\nab\r\n0\r\nX: y\r\n\r\n", "POST /x ab [X=y]"),
                arguments(
                        "a body that looks like a head", POST + "Content-Length: 7\r\n\r\nGET / H", "POST /x GET / H"),
                arguments(
                        "a GET with a body", "GET /x HTTP/1.1\r\nHost: p\r\nContent-Length: 2\r\n\r\nab", "GET /x ab"),
                arguments("an empty value", POST + "X:\r\n\r\n", "POST /x "),
                arguments("a value in Latin-1", POST + "X: \u00e4\r\n\r\n", "POST /x "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unambiguous")
    void what_has_one_reading_is_taken_and_the_next_request_too(String name, String request, String answer)
            throws IOException {
        try (RawClient client = port.raw()) {
            client.send(request + "GET /next HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");

            String answers = client.readToEnd();

            assertThat(answers)
                    .contains("\r\n\r\n" + answer + "HTTP/1.1 200 OK")
                    .endsWith("\r\n\r\nGET /next ");
        }
    }

    static Stream<Arguments> excess() {
        String fields = "X: y\r\n".repeat(RunningPort.LIMITS.headFields());
        return Stream.of(
                arguments("a target", "GET /" + "x".repeat(16 * 1024) + " HTTP/1.1\r\n", 414, "TargetTooLong"),
                arguments("a target without end", "GET /" + "x".repeat(17 * 1024), 414, "TargetTooLong"),
                arguments("a field", POST + "X: " + "y".repeat(65 * 1024) + "\r\n\r\n", 431, "HeadTooLarge"),
                arguments(
                        "fields", POST + ("X: " + "y".repeat(1000) + "\r\n").repeat(66) + "\r\n", 431, "HeadTooLarge"),
                arguments("many fields", POST + fields + "\r\n", 431, "HeadTooLarge"),
                arguments("a method", "X".repeat(100) + " / HTTP/1.1\r\n\r\n", 400, "MalformedRequest"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("excess")
    void too_much_of_anything_is_refused_by_what_it_is(String name, String head, int status, String reason)
            throws IOException {
        try (RawClient client = port.raw()) {
            client.send(head);

            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 " + status + " ")
                    .endsWith("\r\n\r\n" + reason);
        }
        assertThat(port.seen().getLast().unreadable()).map(Reason::code).contains(reason);
    }

    @Test
    void as_much_as_may_be_is_taken() throws IOException {
        String target = "/" + "x".repeat(RunningPort.LIMITS.targetBytes() - 1);
        String fields = "X: y\r\n".repeat(RunningPort.LIMITS.headFields() - 2);
        try (RawClient client = port.raw()) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: p\r\nConnection: close\r\n" + fields + "\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("GET " + target + " ");
        }
    }

    @Test
    void what_was_known_of_a_refused_request_is_told() throws IOException {
        try (RawClient client = port.raw()) {
            client.send("DELETE /x HTTP/1.1\r\nHost: p\r\nX : y\r\n\r\n").readToEnd();
        }

        assertThat(port.seen().getLast().method()).isEqualTo("DELETE");
        assertThat(port.seen().getLast().target()).isEqualTo("/x");
    }

    @Test
    void nothing_changes_if_octets_come_one_by_one() throws IOException {
        int before = port.seen().size();
        try (RawClient client = port.raw()) {
            for (char octet : (CHUNKED + "2;a=b\r\nab\r\n0\r\nX: y\r\n\r\n").toCharArray()) {
                client.send(String.valueOf(octet));
            }
            client.send("GET /next HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");

            assertThat(client.readToEnd()).contains("POST /x ab [X=y]").endsWith("GET /next ");
        }
        assertThat(port.seen()).hasSize(before + 2);
    }
}
