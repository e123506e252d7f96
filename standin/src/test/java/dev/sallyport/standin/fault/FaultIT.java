package dev.sallyport.standin.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.standin.Client;
import dev.sallyport.standin.Client.Events;
import dev.sallyport.standin.OnStandin;
import dev.sallyport.standin.StandinOptions;
import dev.sallyport.standin.Wire;
import dev.sallyport.standin.journal.Outcome;
import dev.sallyport.standin.journal.RecordedRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpClient.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultIT extends OnStandin {
    private final Client http2;

    FaultIT() {
        super(StandinOptions.onLoopback());
        http2 = Client.https(standin, Version.HTTP_2);
    }

    @AfterAll
    void closeHttp2() {
        http2.close();
    }

    @Test
    void listsWhatItCanDo() throws Exception {
        var faults = Client.json(client.get("/fault"));

        assertThat(faults.findValuesAsText("name"))
                .containsExactly(
                        "close",
                        "reset",
                        "unfinished",
                        "short-body",
                        "raw",
                        "slow-head",
                        "hang",
                        "hang-stream",
                        "trickle",
                        "stall-read",
                        "early-answer",
                        "status",
                        "rate-limit",
                        "overloaded",
                        "error-event",
                        "redirect",
                        "huge-headers",
                        "encoded",
                        "flood");
    }

    @Test
    void explainsWhatItCannotDo() throws Exception {
        assertThat(client.get("/fault/nothing").statusCode()).isEqualTo(404);
        assertThat(client.get("/fault/status?cod=500").statusCode()).isEqualTo(400);
        assertThat(client.get("/fault/status?code=99").statusCode()).isEqualTo(400);
        assertThat(client.get("/fault/status,code").statusCode()).isEqualTo(400);
        assertThat(http2.get("/fault/raw").statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closesWithoutAnAnswer(boolean tls) throws Exception {
        try (var wire = tls ? Wire.tls(standin, "localhost") : Wire.plain(standin)) {
            wire.send("GET /fault/close HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(wire.readToEnd()).isEmpty();
        }
        assertThat(onlyRequest().outcome()).isEqualTo(Outcome.BROKEN_OFF);
        assertThatThrownBy(() -> http2.get("/fault/close")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void resetsTheConnectionInTheMidstOfAStream(boolean tls) throws Exception {
        try (var wire = tls ? Wire.tls(standin, "localhost") : Wire.plain(standin)) {
            wire.send("GET /fault/reset?after=2&delay=0 HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThatThrownBy(() -> {
                        wire.readThrough("content_block_start");
                        wire.readToEnd();
                    })
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        assertThat(onlyRequest().outcome()).isEqualTo(Outcome.BROKEN_OFF);
        assertThat(onlyRequest().events()).hasSize(2);
    }

    @Test
    void resetsAStreamOfHttp2AndLeavesItsConnection() throws Exception {
        var before = http2.get("/reflect");
        var body = http2.open(http2.request("/fault/reset?after=1")).body();

        assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);

        var after = http2.get("/reflect");
        assertThat(before.statusCode()).isEqualTo(200).isEqualTo(after.statusCode());
        assertThat(standin.requests())
                .extracting(RecordedRequest::connection)
                .containsOnly(standin.requests().getFirst().connection());
    }

    @Test
    void closesBeforeTheLastChunk() throws Exception {
        try (var wire = Wire.plain(standin)) {
            wire.send("GET /fault/unfinished HTTP/1.1\r\nHost: x\r\n\r\n");

            var response = wire.readToEnd();

            assertThat(response)
                    .contains("transfer-encoding: chunked", "event: ping")
                    .doesNotContain("\r\n0\r\n");
        }
    }

    @Test
    void endsBeforeTheDeclaredLength() throws Exception {
        try (var wire = Wire.plain(standin)) {
            wire.send("GET /fault/short-body?declared=50&sent=7 HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(wire.readToEnd()).contains("content-length: 50\r\n").endsWith("\r\n\r\nxxxxxxx");
        }
        assertThatThrownBy(() -> client.get("/fault/short-body")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesRawBytes(boolean tls) throws Exception {
        var bytes = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        var encoded = Base64.getUrlEncoder()
                .encodeToString(bytes.getBytes(StandardCharsets.ISO_8859_1))
                .replace("=", "%3D");
        try (var wire = tls ? Wire.tls(standin, "localhost") : Wire.plain(standin)) {
            wire.send("GET /fault/raw?base64=" + encoded + " HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(wire.readToEnd()).isEqualTo(bytes);
        }
    }

    @Test
    void answersLate() throws Exception {
        var response = client.get("/fault/slow-head?delay=150&code=202");

        assertThat(response.statusCode()).isEqualTo(202);
        var ended = onlyRequest().endedAt();
        assertThat(ended)
                .isNotNull()
                .isAfterOrEqualTo(onlyRequest().receivedAt().plusMillis(149));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_1_1", "HTTP_2"})
    void hangsUntilTheClientGoes(Version version) throws Exception {
        try (var impatient = Client.https(standin, version)) {
            var request = impatient.request("/fault/hang").timeout(Duration.ofMillis(300));

            assertThatThrownBy(() -> impatient.send(request)).isInstanceOf(IOException.class);
        }

        Awaitility.await().until(() -> onlyRequest().outcome() == Outcome.CLIENT_GONE);
        assertThat(onlyRequest().status()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_1_1", "HTTP_2"})
    void hangsInTheMidstOfAStreamUntilTheClientGoes(Version version) throws Exception {
        try (var impatient = Client.https(standin, version);
                var body = impatient
                        .open(impatient.request("/fault/hang-stream?after=2"))
                        .body()) {
            new Events(body).until(last -> last.name().equals("content_block_start"));

            assertThat(onlyRequest().outcome()).isEqualTo(Outcome.IN_PROGRESS);
        }

        Awaitility.await().until(() -> onlyRequest().outcome() == Outcome.CLIENT_GONE);
        assertThat(onlyRequest().status()).isEqualTo(200);
    }

    @Test
    void tricklesItsAnswer() throws Exception {
        var response = client.get("/fault/trickle?bytes=5&interval=20");

        assertThat(response.body()).isEqualTo(".....");
        var events = onlyRequest().events();
        assertThat(events).hasSize(5);
        assertThat(Duration.between(events.getFirst().at(), events.getLast().at()))
                .isGreaterThanOrEqualTo(Duration.ofMillis(4 * 19));
    }

    @Test
    void leavesABodyUnreadForAWhile() throws Exception {
        var body = "x".repeat(20_000_000);

        var response = client.post("/fault/stall-read?hold=200", body);

        assertThat(response.body()).isEqualTo(body.length() + "\n");
        assertThat(onlyRequest().bodyChunks().getFirst().at())
                .isAfterOrEqualTo(onlyRequest().receivedAt().plusMillis(199));
    }

    @Test
    void answersBeforeTheBodyIsThereAndCloses() throws Exception {
        try (var wire = Wire.plain(standin)) {
            wire.send("POST /fault/early-answer HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this");

            assertThat(wire.readToEnd()).startsWith("HTTP/1.1 413 ");
        }
        assertThat(onlyRequest().outcome()).isEqualTo(Outcome.ANSWERED);
        assertThat(onlyRequest().bodySha256()).isNull();
    }

    @Test
    void answersBeforeTheBodyIsThereAndReadsOn() throws Exception {
        try (var wire = Wire.plain(standin)) {
            wire.send("POST /fault/early-answer?close=no HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\nfirst ");

            assertThat(wire.readThrough("answered early\n")).startsWith("HTTP/1.1 413 ");
            wire.send("second");

            Awaitility.await().until(() -> onlyRequest().bodySha256() != null);
            assertThat(onlyRequest().bodyBytes()).isEqualTo(12);
        }
    }

    @Test
    void answersWithAStatus() throws Exception {
        var response = client.post("/fault/status?code=503&body=down&retry-after=7", "x");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).isEqualTo("down\n");
        assertThat(response.headers().firstValue("retry-after")).contains("7");
    }

    @Test
    void failsBelowABaseUrlTooWhateverTheClientAddsToIt() throws Exception {
        var response = client.post("/fault/status,code=418,body=tea/v1/messages?beta=true", "{}");

        assertThat(response.statusCode()).isEqualTo(418);
        assertThat(response.body()).isEqualTo("tea\n");
    }

    @ParameterizedTest
    @CsvSource({
        "rate-limit, anthropic, 429, rate_limit_error",
        "rate-limit, openai, 429, requests",
        "overloaded, anthropic, 529, overloaded_error",
        "overloaded, openai, 503, server_error",
        "rate-limit, gemini, 429, RESOURCE_EXHAUSTED",
        "overloaded, gemini, 503, UNAVAILABLE"
    })
    void refusesInTheProvidersForm(String fault, String provider, int status, String type) throws Exception {
        var response = client.post("/fault/%s?provider=%s&retry-after=3".formatted(fault, provider), "{}");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Client.json(response)
                        .path("error")
                        .path(provider.equals("gemini") ? "status" : "type")
                        .asText())
                .isEqualTo(type);
        assertThat(response.headers().firstValue("retry-after")).contains("3");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/messages, event: message_start",
        "/v1/chat/completions, chat.completion.chunk",
        "/v1/responses, event: response.created",
        "/v1beta/models/gemini-2.5-flash:streamGenerateContent, candidates"
    })
    void streamsInTheFormOfThePathBehindIt(String path, String says) throws Exception {
        try (var wire = Wire.plain(standin)) {
            wire.send("POST /fault/unfinished,after=1" + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");

            assertThat(wire.readToEnd()).contains(says).doesNotContain("\r\n0\r\n");
        }
    }

    @Test
    void tellsOfAnErrorInTheMidstOfAStream() throws Exception {
        var events = new Events(
                client.open(client.request("/fault/error-event?after=4")).body());

        var all = events.until(last -> last.name().equals("error"));

        assertThat(all).hasSize(5);
        assertThat(all.getLast().json().path("error").path("type").asText()).isEqualTo("overloaded_error");
        assertThat(events.over()).isTrue();
    }

    @Test
    void redirects() throws Exception {
        var response = client.get("/fault/redirect?to=https://other.example/x&code=308");

        assertThat(response.statusCode()).isEqualTo(308);
        assertThat(response.headers().firstValue("location")).contains("https://other.example/x");
    }

    @Test
    void answersWithHugeHeaders() throws Exception {
        var response = client.get("/fault/huge-headers?count=10&bytes=1000");

        assertThat(response.headers().firstValue("x-huge-9").orElse("")).hasSize(1000);
        assertThat(response.headers().map().keySet().stream().filter(name -> name.startsWith("x-huge-")))
                .hasSize(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void compressesThoughNobodyAsked(String coding) throws Exception {
        var response = client.open(client.request("/fault/encoded?coding=" + coding), "x-api-key", "k1");

        var bytes = new ByteArrayInputStream(response.body().readAllBytes());
        var decoded = coding.equals("gzip") ? new GZIPInputStream(bytes) : new InflaterInputStream(bytes);
        assertThat(response.headers().firstValue("content-encoding")).contains(coding);
        assertThat(Client.json(new String(decoded.readAllBytes(), StandardCharsets.UTF_8))
                        .path("headers")
                        .toString())
                .contains("[\"x-api-key\",\"k1\"]");
    }

    @Test
    void floodsOnlyAsFastAsItIsRead() throws Exception {
        try (var reader = Client.https(standin, Version.HTTP_2)) {
            var body =
                    reader.open(reader.request("/fault/flood?bytes=2000000000")).body();
            assertThat(body.readNBytes(1000)).hasSize(1000);

            var last = new AtomicLong(-1);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> last.getAndSet(sentBytes()) == sentBytes());

            assertThat(sentBytes()).isLessThan(100_000_000);
            assertThat(onlyRequest().outcome()).isEqualTo(Outcome.IN_PROGRESS);
        }
        Awaitility.await().until(() -> onlyRequest().outcome() == Outcome.CLIENT_GONE);
    }

    @Test
    void floodsWithAsManyBytesAsWereAskedFor() throws Exception {
        var body = client.open(client.request("/fault/flood?bytes=300000")).body();

        assertThat(body.readAllBytes()).hasSize(300_000);
    }

    private long sentBytes() {
        return onlyRequest().sentBytes();
    }

    private RecordedRequest onlyRequest() {
        return standin.requests().getFirst();
    }
}
