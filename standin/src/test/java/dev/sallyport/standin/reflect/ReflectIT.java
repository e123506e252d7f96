package dev.sallyport.standin.reflect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.Client;
import dev.sallyport.standin.OnStandin;
import dev.sallyport.standin.StandinOptions;
import dev.sallyport.standin.Wire;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReflectIT extends OnStandin {

    ReflectIT() {
        super(StandinOptions.onLoopback());
    }

    @Test
    void givesBackHeadersInOrderAndCaseAndTheTargetAsSent() throws Exception {
        try (var wire = Wire.plain(standin)) {
            wire.send("PATCH /reflect/a%2Fb;c/../d?x=%20&key=k HTTP/1.1\r\nHost: example.com:99\r\nX-B: 2\r\nx-a: 1\r\n"
                    + "X-b: 3\r\nContent-Length: 5\r\nConnection: close\r\n\r\nh\u00e9llo");

            var reflection = body(wire.readToEnd());

            assertThat(reflection.path("method").asText()).isEqualTo("PATCH");
            assertThat(reflection.path("target").asText()).isEqualTo("/reflect/a%2Fb;c/../d?x=%20&key=k");
            assertThat(reflection.path("protocol").asText()).isEqualTo("HTTP/1.1");
            assertThat(reflection.path("tls").asBoolean()).isFalse();
            assertThat(reflection.path("authority").asText()).isEqualTo("example.com:99");
            assertThat(reflection.path("headers")).isEqualTo(Client.json("""
                                    [["Host","example.com:99"],["X-B","2"],["x-a","1"],["X-b","3"],
                                     ["Content-Length","5"],["Connection","close"]]"""));
            assertThat(Base64.getDecoder()
                            .decode(reflection.path("body").path("base64").asText()))
                    .isEqualTo("h\u00e9llo".getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"})
    void answersAnyMethodWithoutAKey(String method) throws Exception {
        var response = client.send(client.request("/reflect").method(method, BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Client.json(response).path("method").asText()).isEqualTo(method);
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        var response = client.send(client.request("/reflect").method("HEAD", BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValueAsLong("content-length").orElse(0))
                .isPositive();
    }

    @Test
    void countsAndDigestsABodyThatIsLongerThanWhatItGivesBack() throws Exception {
        var body = "0123456789abcdef".repeat(100_000);

        var response = client.post("/reflect", body);

        var reflected = Client.json(response).path("body");
        assertThat(reflected.path("length").asLong()).isEqualTo(body.length());
        assertThat(reflected.path("sha256").asText())
                .isEqualTo(HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.US_ASCII))));
        assertThat(Base64.getDecoder().decode(reflected.path("base64").asText()))
                .hasSize(ReflectService.MAX_BODY);
    }

    @Test
    void echoesARequestHeaderIntoAResponseHeaderWhenAsked() throws Exception {
        var echoed =
                client.get("/reflect?echo=x-api-key&echo=authorization", "X-Api-Key", "k1", "Authorization", "B k2");
        var named = client.get("/reflect?echo=x-api-key&as=x-api-key", "X-Api-Key", "k1");
        var unasked = client.get("/reflect", "X-Api-Key", "k1");

        assertThat(echoed.headers().allValues("x-echo")).containsExactly("k1", "B k2");
        assertThat(named.headers().allValues("x-api-key")).containsExactly("k1");
        assertThat(unasked.headers().map()).doesNotContainKeys("x-echo", "x-api-key");
    }

    @Test
    void writesInPiecesWhenAsked() throws Exception {
        standin.clearRequests();

        var response = client.get("/reflect?piece=7", "X-Api-Key", "a-credential-across-pieces");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Client.json(response).path("headers").toString()).contains("a-credential-across-pieces");
        var sent = standin.requests().getFirst();
        assertThat(sent.eventsSent()).isEqualTo((response.body().length() + 6) / 7);
        assertThat(client.get("/reflect?piece=x").statusCode()).isEqualTo(400);
    }

    @Test
    void showsTheNameThatTheClientIndicatedAndNoPseudoHeadersOfHttp2() throws Exception {
        try (var wire = Wire.tls(standin, "api.example.com");
                var http2 = Client.https(standin, Version.HTTP_2)) {
            wire.send("GET /reflect HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n");

            var overHttp1 = body(wire.readToEnd());
            var overHttp2 = Client.json(http2.get("/reflect", "X-Some", "Thing"));

            assertThat(overHttp1.path("serverName").asText()).isEqualTo("api.example.com");
            assertThat(overHttp1.path("authority").asText()).isEqualTo("other");
            assertThat(overHttp2.path("protocol").asText()).isEqualTo("HTTP/2");
            assertThat(overHttp2.path("tls").asBoolean()).isTrue();
            assertThat(overHttp2.path("authority").asText()).startsWith("127.0.0.1:");
            assertThat(StreamSupport.stream(overHttp2.path("headers").spliterator(), false)
                            .map(field -> field.get(0).asText()))
                    .contains("x-some")
                    .noneMatch(name -> name.startsWith(":"))
                    .doesNotContain("host");
        }
    }

    private static JsonNode body(String response) {
        return Client.json(response.substring(response.indexOf("\r\n\r\n") + 4));
    }
}
