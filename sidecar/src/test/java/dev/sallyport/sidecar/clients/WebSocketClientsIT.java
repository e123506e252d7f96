package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** WebSockets as Python and Node.js speak them, compressed as they offer it. */
class WebSocketClientsIT {

    private static final AtomicInteger CASES = new AtomicInteger();

    @TempDir
    static Path directory;

    private static Scene scene;
    private static Path payload;

    enum Client {
        WEBSOCKETS,
        WS,
        /** Node's own class, which sends no fragments and no pings. */
        NODE;

        private Agent.Finished run(String url) throws Exception {
            return scene.heard(
                    switch (this) {
                        case WEBSOCKETS ->
                            scene.agent.run(
                                    Programs.python(),
                                    Library.script(scene.agent, "websocket.py"),
                                    url,
                                    payload.toString());
                        case WS, NODE ->
                            scene.agent
                                    .with(
                                            "WS",
                                            Programs.nodeModules()
                                                    .resolve("ws/wrapper.mjs")
                                                    .toString())
                                    .with(
                                            "AGENT",
                                            Programs.nodeModules()
                                                    .resolve("https-proxy-agent/dist/index.js")
                                                    .toString())
                                    .run(
                                            Programs.node(),
                                            Library.script(scene.agent, "websocket.mjs"),
                                            name().toLowerCase(Locale.ROOT),
                                            url,
                                            payload.toString());
                    });
        }
    }

    @BeforeAll
    static void start() throws IOException {
        scene = new Scene(
                directory,
                List.of("api.test"),
                (web, to) -> List.of(
                        to.https("api", "api.test").credential(Scene.bearer()).rule(List.of("GET"), "/v1/**"),
                        to.http("plain", "plain.test")));
        scene.web.put("api.test", new Api(Scene::isBearer));
        scene.web.put("plain.test", new Api(any -> true));
        payload = Files.write(directory.resolve("payload"), Api.PAYLOAD);
    }

    @AfterAll
    static void stop() {
        scene.close();
    }

    static Stream<Arguments> everyWay() {
        return Stream.of(Client.values())
                .flatMap(client -> Stream.of(Way.values()).map(way -> Arguments.of(client, way)));
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyWay")
    void messages_pings_and_closes_pass_both_ways(Client client, Way way) throws Exception {
        String which = "case-" + CASES.incrementAndGet() + "-";

        Agent.Finished finished = client.run(url(way) + "/v1/socket/" + which);

        List<String> expected = new ArrayList<>(List.of("text\tw\u00f6rld", "binary\t" + Api.PAYLOAD_SHA256));
        if (client != Client.NODE) {
            expected.addAll(List.of("fragments\t" + Api.PAYLOAD_SHA256, "pong"));
        }
        expected.addAll(List.of("closed\t4001\tas told", "closed\t4002\tenough"));
        List<String> said = finished.well().out().lines().toList();
        assertThat(said.getFirst()).containsIgnoringCase("deflate");
        assertThat(said.subList(1, said.size())).isEqualTo(expected);
        assertThat(scene.web.received(which))
                .hasSize(2)
                .allSatisfy(received -> assertThat(received.values("Authorization"))
                        .isSubsetOf("Bearer " + (way == Way.HTTP_PROXY ? Scene.DUMMY : Scene.REAL)));
        assertThat(scene.audited(which, 2)).hasSize(2).allSatisfy(audited -> {
            assertThat(audited.protocol()).isEqualTo(AuditedRequest.Protocol.WEB_SOCKET);
            assertThat(audited.decision()).isEqualTo(AuditedRequest.Decision.ALLOWED);
            assertThat(audited.status()).hasValue(101);
        });
        assertThat(scene.audited(which, 2).getFirst().requestBytes()).isGreaterThan(Api.PAYLOAD.length);
    }

    @ParameterizedTest
    @EnumSource
    void a_refused_handshake_ends_at_once(Client client) throws Exception {
        Agent.Finished finished = client.run(scene.baseUrl("api").replace("http:", "ws:") + "/v2/socket");

        assertThat(finished.exit()).isNotZero();
        assertThat(scene.web.received("/v2/socket")).isEmpty();
    }

    private static String url(Way way) {
        String url =
                switch (way) {
                    case BASE_URL -> scene.baseUrl("api");
                    case HTTP_PROXY -> scene.http("plain.test");
                    case HTTPS_PROXY -> scene.https("api.test");
                };
        return url.replaceFirst("^http", "ws");
    }
}
