package dev.sallyport.standin.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.standin.Client;
import dev.sallyport.standin.OnStandin;
import dev.sallyport.standin.StandinOptions;
import dev.sallyport.standin.Wire;
import dev.sallyport.standin.auth.Keyring;
import dev.sallyport.standin.auth.Provider;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class JournalIT extends OnStandin {

    JournalIT() {
        super(StandinOptions.onLoopback().withKeyrings(Map.of(Provider.ANTHROPIC, Keyring.of("sk-ant-real"))));
    }

    @Test
    void tellsOverItsOwnPortWhatCame() throws Exception {
        var before = Instant.now();
        client.post("/reflect?a=b", "hello", "X-Api-Key", "sk-ant-real");

        var page = Client.json(control.get("/_journal"));

        assertThat(page.path("requests")).hasSize(1);
        var request = page.path("requests").get(0);
        assertThat(request.path("method").asText()).isEqualTo("POST");
        assertThat(request.path("target").asText()).isEqualTo("/reflect?a=b");
        assertThat(request.path("protocol").asText()).isEqualTo("HTTP/1.1");
        assertThat(request.path("tls").asBoolean()).isFalse();
        assertThat(request.path("headers").toString()).contains("[\"X-Api-Key\",\"sk-ant-real\"]");
        assertThat(request.path("credentials").get(0).path("carrier").asText()).isEqualTo("x-api-key");
        assertThat(request.path("credentials").get(0).path("provider").asText()).isEqualTo("anthropic");
        assertThat(request.path("credentials").get(0).path("line").asInt()).isEqualTo(1);
        assertThat(Instant.parse(request.path("receivedAt").asText())).isBetween(before.minusMillis(50), Instant.now());
        assertThat(request.path("bodyChunks").get(0).path("bytes").asInt()).isEqualTo(5);
        assertThat(request.path("status").asInt()).isEqualTo(200);
        assertThat(request.path("outcome").asText()).isEqualTo("ANSWERED");
        assertThat(page.path("lastSequence").asLong())
                .isEqualTo(request.path("sequence").asLong());
    }

    @Test
    void tellsOnlyWhatCameSince() throws Exception {
        client.get("/reflect/1");
        long seen = Client.json(control.get("/_journal")).path("lastSequence").asLong();
        client.get("/reflect/2");

        var page = Client.json(control.get("/_journal?since=" + seen));

        assertThat(page.path("requests").findValuesAsText("target")).containsExactly("/reflect/2");
        assertThat(control.get("/_journal?since=x").statusCode()).isEqualTo(400);
    }

    @Test
    void forgetsWhenTold() throws Exception {
        client.get("/reflect");

        var deleted = control.send(control.request("/_journal").DELETE());

        assertThat(deleted.statusCode()).isEqualTo(204);
        assertThat(Client.json(control.get("/_journal")).path("requests")).isEmpty();
        assertThat(standin.requests()).isEmpty();
    }

    @Test
    void isNotServedWhereTheProvidersAre() throws Exception {
        assertThat(client.get("/_journal").statusCode()).isEqualTo(404);
        assertThat(control.get("/reflect").statusCode()).isEqualTo(404);
        assertThat(control.post("/_journal", "").statusCode()).isEqualTo(405);
        assertThat(control.get("/livez").body()).isEqualTo("ok\n");
    }

    @Test
    void notesWhenEachChunkOfABodyCame() throws Exception {
        try (var wire = Wire.plain(standin)) {
            wire.send("POST /reflect HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            Awaitility.await().until(() -> onlyRequest().bodyBytes() == 5);
            assertThat(onlyRequest().outcome()).isEqualTo(Outcome.IN_PROGRESS);
            assertThat(onlyRequest().bodySha256()).isNull();

            wire.send("6\r\nsecond\r\n0\r\n\r\n");
            wire.readThrough("\r\n\r\n");
        }

        assertThat(onlyRequest().bodyChunks()).extracting(BodyChunk::bytes).containsExactly(5, 6);
        assertThat(onlyRequest().bodyChunks().get(1).at())
                .isAfter(onlyRequest().bodyChunks().get(0).at());
        assertThat(onlyRequest().bodySha256()).hasSize(64);
    }

    @Test
    void notesThatAClientWentInTheMidstOfItsBody() throws Exception {
        try (var wire = Wire.plain(standin)) {
            wire.send("POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart");
            Awaitility.await().until(() -> onlyRequest().bodyBytes() == 4);
        }

        Awaitility.await().until(() -> onlyRequest().outcome() == Outcome.CLIENT_GONE);
        assertThat(onlyRequest().status()).isNull();
    }

    @Test
    void notesWhatCouldNotBeParsed() throws Exception {
        try (var wire = Wire.plain(standin)) {
            wire.send("POST /reflect HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello");

            assertThat(wire.readToEnd()).startsWith("HTTP/1.1 400 ");
        }

        assertThat(onlyRequest().method()).isEqualTo("POST");
        assertThat(onlyRequest().status()).isEqualTo(400);
    }

    @Test
    void tellsWhichRequestsSharedAConnection() throws Exception {
        try (var http2 = Client.https(standin, Version.HTTP_2);
                var other = Client.https(standin, Version.HTTP_2)) {
            http2.get("/reflect/1");
            http2.send(http2.request("/reflect/2").POST(BodyPublishers.ofString("x")));
            other.get("/reflect/3");
        }

        var connections =
                standin.requests().stream().map(RecordedRequest::connection).toList();
        assertThat(connections.get(0))
                .isPositive()
                .isEqualTo(connections.get(1))
                .isNotEqualTo(connections.get(2));
    }

    private RecordedRequest onlyRequest() {
        Awaitility.await().until(() -> !standin.requests().isEmpty());
        return standin.requests().getFirst();
    }
}
