package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.RawUpstream;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.testing.Upstream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which fields go on, in both directions; {@link BaseUrlIT} has their order and spelling, {@link RefusalIT} their limits. */
class HeaderHygieneIT {

    private static final String KEY = "sk-hygiene-7Qp2";

    @TempDir
    static Path directory;

    private static Upstream keyed;
    private static RawUpstream open;
    private static RunningProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        keyed = new Upstream();
        open = new RawUpstream();
        RunningProxy.secret(directory, "anthropic", "api-key", KEY);
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(
                        Routes.https("keyed", keyed.port())
                                .credential(Routes.apiKey())
                                .build(),
                        RouteBuilder.http("open", "plain.test:" + open.port()).build()));
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.close();
        open.close();
        keyed.close();
    }

    /** The fields that a plain upstream gets of a request with these, without its Host. */
    private static List<String> forwarded(String... fields) throws Exception {
        int seen = open.requests().size();
        try (RawClient client = proxy.raw()) {
            client.send("GET /open/ HTTP/1.1\r\nHost: p\r\n" + String.join("\r\n", fields) + "\r\n\r\n");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 200 ");
        }
        List<String> lines = open.requests().get(seen).lines().toList();
        assertThat(lines).contains("Host: plain.test:" + open.port());
        assertThat(lines.stream()
                        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("host:")))
                .hasSize(1);
        return lines.stream()
                .skip(1)
                .filter(line -> !line.isEmpty() && !line.startsWith("Host: "))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: keep-alive",
                "Connection: X-A|X-A: 1",
                "connection: x-a, X-B|X-A: 1|x-b: 2",
                "Connection: X-A|Connection: X-B|X-A: 1|X-B: 2|X-a: 3",
                "Connection: ,, X-A ,|X-A: 1",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic eDp5",
                "PROXY-AUTHENTICATE: x",
                "Proxy-Anything: x",
                "TE: trailers",
                "Connection: Upgrade|Upgrade: h2c",
                "Connection: HTTP2-Settings|HTTP2-Settings: AAMAAABk",
            })
    void what_is_for_this_connection_ends_here(String fields) throws Exception {
        assertThat(forwarded(fields.split("\\|"))).isEmpty();
    }

    @Test
    void nothing_is_added() throws Exception {
        assertThat(forwarded("Accept: */*", "X-Forwarded-For: 10.0.0.1", "Via: 1.1 agent"))
                .containsExactly("Accept: */*", "X-Forwarded-For: 10.0.0.1", "Via: 1.1 agent");
    }

    @Test
    void a_route_without_credential_leaves_the_clients_own_alone() throws Exception {
        String[] own = {
            "Authorization: Bearer own", "x-api-key: own", "api-key: own", "X-Goog-Api-Key: own", "Cookie: a=b"
        };

        assertThat(forwarded(own)).containsExactly(own);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer dummy",
                "AUTHORIZATION: Basic eDp5|authorization: Bearer dummy",
                "x-api-key: dummy",
                "X-API-KEY: dummy|X-Api-Key: other|x-api-key: third",
                "Api-Key: dummy",
                "X-Goog-Api-Key: dummy|x-goog-api-key: dummy",
                "Connection: x-api-key|x-api-key: dummy",
                "Connection: X-API-Key, Authorization",
                "Proxy-Authorization: Basic eDp5",
            })
    void a_route_with_a_credential_sends_that_once_and_no_other(String fields) throws Exception {
        int seen = keyed.received().size();
        try (RawClient client = proxy.raw()) {
            client.send("GET /keyed/ HTTP/1.1\r\nHost: p\r\n" + fields.replace("|", "\r\n") + "\r\n\r\n");

            assertThat(client.readMessage()).startsWith("HTTP/1.1 200 ");
        }
        Upstream.Received received = keyed.received().get(seen);
        assertThat(received.values("x-api-key")).containsExactly(KEY);
        assertThat(received.values("host")).containsExactly("api.test:" + keyed.port());
        assertThat(received.fields()).hasSize(2);
    }

    @Test
    void what_an_answer_says_of_its_own_connection_ends_here_too() throws Exception {
        open.answer(String.join(
                "\r\n",
                "HTTP/1.1 200 OK",
                "Connection: X-Hop",
                "X-Hop: 1",
                "Keep-Alive: timeout=5",
                "Proxy-Authenticate: Basic",
                "Proxy-Connection: close",
                "Upgrade: h2c",
                "X-End: 1",
                "Content-Length: 2",
                "",
                "ok"));
        try (RawClient client = proxy.raw()) {
            client.head("GET /open/ HTTP/1.1", "Host: p");

            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("X-End: 1")
                    .doesNotContainIgnoringCase("x-hop")
                    .doesNotContainIgnoringCase("keep-alive")
                    .doesNotContainIgnoringCase("proxy-")
                    .doesNotContainIgnoringCase("upgrade")
                    .doesNotContainIgnoringCase("via:")
                    .endsWith("ok");
        } finally {
            open.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    }
}
