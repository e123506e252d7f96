package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.RawHttp2;
import dev.sallyport.sidecar.testing.RawUpstream;
import dev.sallyport.sidecar.testing.RouteBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that two readers may take in two ways, through the whole proxy to an upstream that keeps what it gets to the
 * octet. Each is followed by what one of the readers would take for another request.
 */
class SmugglingIT {

    private static final String SMUGGLED = "GET /open/smuggled HTTP/1.1\r\nHost: p\r\n\r\n";
    private static final String NEXT = "GET /open/next HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n";
    private static final String POST = "POST /open/x HTTP/1.1\r\nHost: p\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    @TempDir
    static Path directory;

    private static RawUpstream upstream;
    private static RunningProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        upstream = new RawUpstream();
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(RouteBuilder.http("open", "api.test:" + upstream.port())
                        .rule(List.of("GET", "POST"), "/x", "/next", "/smuggled")
                        .build()));
    }

    /** Nothing came in later either. */
    @AfterAll
    static void stop() throws IOException {
        proxy.close();
        upstream.close();
        assertThat(upstream.requests()).noneMatch(request -> request.contains("smuggled"));
        assertThat(upstream.fragments()).noneMatch(fragment -> fragment.contains("smuggled"));
    }

    private static int recorded() {
        return proxy.requests(0).size();
    }

    /** The one record since there were so many. */
    private static AuditedRequest record(int before) {
        List<AuditedRequest> requests = proxy.requests(before + 1);
        assertThat(requests).hasSize(before + 1);
        return requests.getLast();
    }

    /** Waits for the records of requests that passed: whoever has read an answer may be sooner than its record. */
    private static void recorded(int before, int more) {
        assertThat(proxy.requests(before + more)).hasSize(before + more);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.sallyport.sidecar.testing.SmugglingVectors#heads")
    void a_head_with_two_readings_is_refused_and_reaches_nobody(String name, String head) throws IOException {
        int before = recorded();
        int seen = upstream.requests().size();
        try (RawClient client = proxy.raw()) {
            client.send(head.replace("/x", "/open/x") + SMUGGLED);

            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("Sallyport-Reason: MalformedRequest\r\n", "connection: close\r\n")
                    .containsOnlyOnce("HTTP/1.1 ");
        }
        assertThat(record(before).reason()).contains(Reason.MALFORMED_REQUEST);
        assertThat(upstream.requests()).hasSize(seen);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.sallyport.sidecar.testing.SmugglingVectors#bodies")
    void a_body_with_two_readings_never_becomes_whole(String name, String body) throws IOException {
        int before = recorded();
        int seen = upstream.requests().size();
        try (RawClient client = proxy.raw()) {
            client.send(CHUNKED + body + SMUGGLED);

            assertThat(answered(client)).doesNotContain(" 200 ");
        }
        assertThat(record(before).reason()).contains(Reason.MALFORMED_REQUEST);
        assertThat(upstream.requests()).hasSize(seen);
    }

    private static String answered(RawClient client) {
        try {
            return client.readToEnd();
        } catch (IOException e) {
            return "reset";
        }
    }

    private static Arguments passing(String name, String request, String sent) {
        return arguments(name, request, sent);
    }

    static Stream<Arguments> unambiguous() {
        return Stream.of(
                passing(
                        "an empty line first",
                        "\r\nGET /open/x HTTP/1.1\r\nHost: p\r\n\r\n",
                        "GET /x HTTP/1.1\r\n#\r\n"),
                passing(
                        "a length of 0",
                        POST + "Content-Length: 0\r\n\r\n",
                        "POST /x HTTP/1.1\r\n#Content-Length: 0\r\n\r\n"),
                passing(
                        "a body that looks like a request",
                        POST + "Content-Length: " + NEXT.length() + "\r\n\r\n" + NEXT,
                        "POST /x HTTP/1.1\r\n#Content-Length: " + NEXT.length() + "\r\n\r\n" + NEXT),
                passing(
                        "a GET with a body",
                        "GET /open/x HTTP/1.1\r\nHost: p\r\nContent-Length: 2\r\n\r\nab",
                        "GET /x HTTP/1.1\r\n#Content-Length: 2\r\n\r\nab"),
                passing(
                        "a Host that is nominated",
                        "GET /open/x HTTP/1.1\r\nHost: p\r\nConnection: Host, X\r\nX: y\r\n\r\n",
                        "GET /x HTTP/1.1\r\n#\r\n"),
                passing(
                        "a length that is nominated",
                        POST + "Connection: Content-Length\r\nContent-Length: 2\r\n\r\nab",
                        "POST /x HTTP/1.1\r\n#Content-Length: 2\r\n\r\nab"),
                passing(
                        "an upgrade to h2c with a body",
                        POST + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
                                + "Content-Length: 2\r\n\r\nab",
                        "POST /x HTTP/1.1\r\n#Content-Length: 2\r\n\r\nab"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unambiguous")
    void what_has_one_reading_goes_on_to_the_octet_and_the_next_request_too(String name, String request, String sent)
            throws IOException {
        int before = recorded();
        int seen = upstream.requests().size();
        try (RawClient client = proxy.raw()) {
            client.send(request + NEXT);

            assertThat(client.readToEnd().split("HTTP/1.1 200", -1)).hasSize(3);
        }
        recorded(before, 2);
        String host = "Host: api.test:" + upstream.port() + "\r\n";
        assertThat(upstream.requests().subList(seen, upstream.requests().size()))
                .containsExactly(sent.replace("#", host), "GET /next HTTP/1.1\r\n" + host + "\r\n");
    }

    @Test
    void chunks_are_made_anew_and_extensions_dropped() throws IOException {
        int before = recorded();
        int seen = upstream.requests().size();
        try (RawClient client = proxy.raw()) {
            client.send(CHUNKED + "0002;a=b\r\nab\r\n000 ;x\r\n\r\n" + NEXT);

            assertThat(client.readToEnd().split("HTTP/1.1 200", -1)).hasSize(3);
        }
        recorded(before, 2);
        assertThat(upstream.requests().get(seen))
                .startsWith("POST /x HTTP/1.1\r\n")
                .endsWith("\r\n\r\n2\r\nab\r\n0\r\n\r\n")
                .doesNotContain(";");
    }

    @Test
    void a_request_behind_one_that_policy_refused_is_judged_by_itself() throws IOException {
        int before = recorded();
        int seen = upstream.requests().size();
        try (RawClient client = proxy.raw()) {
            client.send("POST /open/forbidden HTTP/1.1\r\nHost: p\r\nContent-Length: " + SMUGGLED.length() + "\r\n\r\n"
                    + SMUGGLED + NEXT);

            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 403 ")
                    .contains("PathNotAllowed")
                    .endsWith("\r\n\r\nok");
        }
        recorded(before, 2);
        assertThat(upstream.requests().subList(seen, upstream.requests().size()))
                .singleElement()
                .asString()
                .startsWith("GET /next ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "421 AuthorityMismatch|GET http://api.test:#/x HTTP/1.1\r\nHost: other.test\r\n\r\n",
                "421 AuthorityMismatch|GET http://other.test/x HTTP/1.1\r\nHost: api.test:#\r\n\r\n",
                "400 MalformedRequest|GET http://p@api.test:#/x HTTP/1.1\r\nHost: api.test:#\r\n\r\n",
                "403 RouteNotFound|GET //api.test:#/x HTTP/1.1\r\nHost: api.test:#\r\n\r\n",
            })
    void an_absolute_form_that_disagrees_reaches_nobody(String vector) throws IOException {
        int before = recorded();
        int seen = upstream.requests().size();
        String[] parts = vector.split("\\|", 2);
        try (RawClient client = proxy.raw()) {
            client.send(parts[1].replace("#", String.valueOf(upstream.port())));

            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 " + parts[0].substring(0, 4))
                    .contains("Sallyport-Reason: " + parts[0].substring(4));
        }
        assertThat(record(before).reason().map(Reason::code)).contains(parts[0].substring(4));
        assertThat(upstream.requests()).hasSize(seen);
    }

    static Stream<Arguments> downgrades() {
        return Stream.of(
                arguments("CR LF in a value", new String[] {"x", "y\r\ntransfer-encoding: chunked"}),
                arguments("LF in a value", new String[] {"x", "y\nhost: q"}),
                arguments("CR LF in a name", new String[] {"x: y\r\nz", "z"}),
                arguments("a colon in a name", new String[] {"x:y", "z"}),
                arguments("transfer-encoding", new String[] {"transfer-encoding", "chunked"}),
                arguments("connection", new String[] {"connection", "close"}),
                arguments("another host", new String[] {"host", "q"}),
                arguments("two lengths", new String[] {"content-length", "0", "content-length", "5"}),
                arguments("a length of what does not come", new String[] {"content-length", "5"}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("downgrades")
    void what_would_be_another_request_in_http_1_is_refused_in_http_2(String name, String[] fields) throws IOException {
        int before = recorded();
        int seen = upstream.requests().size();
        String[] all = Stream.concat(
                        Stream.of(":method", "GET", ":scheme", "http", ":path", "/open/x", ":authority", "p"),
                        Stream.of(fields))
                .toArray(String[]::new);
        try (RawHttp2 client = new RawHttp2(proxy.proxy.port())) {
            RawHttp2.Answer answer = client.answer(client.request(true, all));

            assertThat(answer.reset().isPresent() || answer.status().equals("400"))
                    .isTrue();
        }
        assertThat(record(before).reason()).contains(Reason.MALFORMED_REQUEST);
        assertThat(upstream.requests()).hasSize(seen);
    }
}
