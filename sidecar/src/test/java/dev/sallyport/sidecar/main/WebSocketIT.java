package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.Upstream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** WebSockets through both ways in: the handshake is judged like any request, frames go as they are. */
class WebSocketIT {

    private static final String KEY = "sk-websocket-0123456789";

    enum Way {
        BASE_URL,
        CONNECT
    }

    @TempDir
    Path directory;

    private Upstream upstream;
    private RunningProxy proxy;
    private final List<WebSocket> opened = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
        RunningProxy.secret(directory, "anthropic", "api-key", KEY);
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(Routes.https("ws", upstream.port())
                        .credential(Routes.apiKey())
                        .rule(List.of("GET"), "/socket")
                        .redact(RedactResponses.FULL)
                        .build()));
    }

    @AfterEach
    void stop() {
        // The proxy would wait for them, as it does for requests, until its drain time is over.
        opened.forEach(WebSocket::abort);
        proxy.close();
        upstream.close();
    }

    @ParameterizedTest
    @EnumSource
    void messages_go_both_ways_and_the_handshake_has_the_credential(Way way) throws Exception {
        Listener listener = new Listener();
        WebSocket socket = open(way, listener);

        socket.sendText("hello", true).get(20, TimeUnit.SECONDS);
        socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2, 3}), true).get(20, TimeUnit.SECONDS);

        assertThat(listener.next()).isEqualTo("hello");
        assertThat(listener.next()).isEqualTo("binary 3");
        assertThat(upstream.handshakes().getFirst())
                .filteredOn(field -> field.getKey().equalsIgnoreCase("x-api-key"))
                .extracting(Map.Entry::getValue)
                .containsExactly(KEY);
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").get(20, TimeUnit.SECONDS);
        assertThat(listener.next()).isEqualTo("close 1000 bye");
        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.protocol()).isEqualTo(AuditedRequest.Protocol.WEB_SOCKET);
        assertThat(record.decision()).isEqualTo(AuditedRequest.Decision.ALLOWED);
        assertThat(record.status()).hasValue(101);
        assertThat(record.requestBytes()).isPositive();
        assertThat(record.responseBytes()).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void pings_are_answered_by_the_upstream_itself_and_its_close_code_arrives(Way way) throws Exception {
        upstream.answerWebSocket(socket ->
                socket.pongHandler(pong -> {}).textMessageHandler(text -> socket.close((short) 4001, "policy")));
        Listener listener = new Listener();
        WebSocket socket = open(way, listener);

        socket.sendPing(ByteBuffer.wrap("are you there".getBytes(StandardCharsets.UTF_8)))
                .get(20, TimeUnit.SECONDS);
        assertThat(listener.next()).isEqualTo("pong are you there");
        socket.sendText("end", true).get(20, TimeUnit.SECONDS);

        assertThat(listener.next()).isEqualTo("close 4001 policy");
    }

    @ParameterizedTest
    @EnumSource
    void a_message_of_many_frames_arrives_whole(Way way) throws Exception {
        upstream.answerWebSocket(
                socket -> socket.binaryMessageHandler(message -> socket.writeTextMessage("got " + message.length())));
        Listener listener = new Listener();
        WebSocket socket = open(way, listener);

        for (int i = 0; i < 16; i++) {
            socket.sendBinary(ByteBuffer.wrap(new byte[256 * 1024]), i == 15).get(20, TimeUnit.SECONDS);
        }

        assertThat(listener.next()).isEqualTo("got " + 16 * 256 * 1024);
    }

    @ParameterizedTest
    @EnumSource
    void an_echoed_credential_is_masked_in_messages(Way way) throws Exception {
        Listener listener = new Listener();
        WebSocket socket = open(way, listener);

        // The upstream sends back what it is sent, as one that shows its request's fields would.
        socket.sendText("key=" + KEY + ";", true).get(20, TimeUnit.SECONDS);

        assertThat(listener.next()).isEqualTo("key=" + "*".repeat(KEY.length()) + ";");
    }

    @ParameterizedTest
    @EnumSource
    void a_reader_that_does_not_read_holds_the_upstream_back(Way way) throws Exception {
        AtomicLong written = new AtomicLong();
        upstream.answerWebSocket(socket -> flood(socket, written));
        CompletableFuture<WebSocket> opened = new CompletableFuture<>();
        WebSocket socket = open(way, new WebSocket.Listener() {
            @Override
            public void onOpen(WebSocket webSocket) {
                opened.complete(webSocket);
            }
        });

        AtomicLong last = new AtomicLong(-1);
        Awaitility.await()
                .pollInterval(java.time.Duration.ofMillis(300))
                .until(() -> last.getAndSet(written.get()) == written.get());

        assertThat(written.get()).isBetween(1L, 64L << 20);
        socket.abort();
        assertThat(proxy.requests(1).getFirst().protocol()).isEqualTo(AuditedRequest.Protocol.WEB_SOCKET);
    }

    private static void flood(ServerWebSocket socket, AtomicLong written) {
        Buffer part = Buffer.buffer(new byte[64 * 1024]);
        Runnable[] next = new Runnable[1];
        next[0] = () -> socket.writeBinaryMessage(part).onSuccess(sent -> {
            if (written.addAndGet(part.length()) < 512L << 20) {
                next[0].run();
            }
        });
        next[0].run();
    }

    @Test
    void a_handshake_that_no_rule_permits_is_refused_like_any_request() throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head(handshake("/ws/other", "websocket"));

            assertThat(client.readMessage()).startsWith("HTTP/1.1 403").contains("PathNotAllowed");
        }
        assertThat(upstream.handshakes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"foo", "'websocket, foo'", "TLS/1.0"})
    void other_upgrades_are_refused(String protocol) throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head(handshake("/ws/socket", protocol));

            assertThat(client.readMessage()).startsWith("HTTP/1.1 403").contains("UpgradeNotAllowed");
        }
    }

    @Test
    void an_upstream_that_does_not_upgrade_answers_as_always_and_no_tunnel_opens() throws Exception {
        upstream.answerWebSocket(socket -> {});
        try (RawClient client = proxy.raw()) {
            String[] lines = handshake("/ws/socket", "websocket");
            lines[lines.length - 1] = "Sec-WebSocket-Version: 99";
            client.head(lines);

            String refusal = client.readHead();

            assertThat(refusal).startsWith("HTTP/1.1 4");
            client.head("GET /ws/forbidden HTTP/1.1", "Host: p");
            assertThat(client.readUntil("}")).contains("PathNotAllowed");
        }
        assertThat(proxy.requests(2))
                .extracting(AuditedRequest::reason)
                .contains(java.util.Optional.of(Reason.PATH_NOT_ALLOWED));
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void a_client_that_vanishes_without_a_close_frame_has_aborted(Leaving leaving) throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head(handshake("/ws/socket", "websocket"));
            assertThat(client.readHead()).startsWith("HTTP/1.1 101");
            client.send(frame(1, "hello"));
            assertThat(client.readUntil("hello")).endsWith("hello");

            leaving.leave(client);

            AuditedRequest record = proxy.requests(1).getFirst();
            assertThat(record.reason()).contains(Reason.CLIENT_ABORTED);
            assertThat(record.decision()).isEqualTo(AuditedRequest.Decision.FAILED);
            assertThat(record.status()).hasValue(101);
        }
    }

    @Test
    void a_client_that_leaves_right_after_its_close_frame_has_not_aborted() throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head(handshake("/ws/socket", "websocket"));
            assertThat(client.readHead()).startsWith("HTTP/1.1 101");
            client.send(frame(1, "x".repeat(300))).send(frame(8, "")).endOutput();

            AuditedRequest record = proxy.requests(1).getFirst();
            assertThat(record.reason()).isEmpty();
            assertThat(record.decision()).isEqualTo(AuditedRequest.Decision.ALLOWED);
        }
    }

    enum Leaving {
        END,
        RESET;

        void leave(RawClient client) throws IOException {
            switch (this) {
                case END -> client.endOutput();
                case RESET -> client.reset();
            }
        }
    }

    /** A whole message; the masking key is 0. */
    private static byte[] frame(int opcode, String payload) {
        byte[] octets = payload.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer frame = ByteBuffer.allocate(octets.length + 8).put((byte) (0x80 | opcode));
        if (octets.length < 126) {
            frame.put((byte) (0x80 | octets.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) octets.length);
        }
        frame.putInt(0).put(octets);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    private static String[] handshake(String path, String protocol) {
        return new String[] {
            "GET " + path + " HTTP/1.1",
            "Host: p",
            "Connection: Upgrade",
            "Upgrade: " + protocol,
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13"
        };
    }

    private WebSocket open(Way way, WebSocket.Listener listener) throws Exception {
        WebSocket socket =
                switch (way) {
                    case BASE_URL ->
                        HttpClient.newHttpClient()
                                .newWebSocketBuilder()
                                .header("x-api-key", "dummy")
                                .buildAsync(URI.create("ws://127.0.0.1:" + proxy.port() + "/ws/socket"), listener)
                                .get(20, TimeUnit.SECONDS);
                    case CONNECT ->
                        proxy.proxied(HttpClient.Version.HTTP_1_1)
                                .newWebSocketBuilder()
                                .header("x-api-key", "dummy")
                                .buildAsync(URI.create("wss://api.test:" + upstream.port() + "/socket"), listener)
                                .get(20, TimeUnit.SECONDS);
                };
        opened.add(socket);
        return socket;
    }

    private static final class Listener implements WebSocket.Listener {

        private final BlockingQueue<String> events = new ArrayBlockingQueue<>(64);
        private final StringBuilder text = new StringBuilder();

        String next() throws InterruptedException {
            return String.valueOf(events.poll(20, TimeUnit.SECONDS));
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                events.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            events.add("binary " + data.remaining());
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            events.add("pong " + StandardCharsets.UTF_8.decode(message));
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            events.add("close " + status + " " + reason);
            return CompletableFuture.completedStage(null);
        }
    }
}
