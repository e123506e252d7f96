package dev.sallyport.sidecar.testing;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.PfxOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTPS server for {@code *.test} that records what it gets and answers as it is told to. */
public final class Upstream implements AutoCloseable {

    /** What arrived: target, method and fields in their order. */
    public record Received(String method, String target, List<Map.Entry<String, String>> fields) {

        /** The values of a field, in any case. */
        public List<String> values(String name) {
            return fields.stream()
                    .filter(field -> field.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final List<List<Map.Entry<String, String>>> handshakes = new CopyOnWriteArrayList<>();
    private volatile Handler<HttpServerRequest> answer =
            request -> request.response().end("hello");

    private volatile Handler<ServerWebSocket> webSocket = socket -> {
        handshakes.add(List.copyOf(socket.headers().entries()));
        socket.textMessageHandler(socket::writeTextMessage);
        socket.binaryMessageHandler(socket::writeBinaryMessage);
    };

    public Upstream() throws Exception {
        this("dns:api.test,dns:one.wild.test");
    }

    public Upstream(String alternativeNames) throws Exception {
        this(alternativeNames, false);
    }

    /** One that speaks HTTP/2 to who offers it. */
    public static Upstream http2() throws Exception {
        return new Upstream("dns:api.test,dns:one.wild.test", true);
    }

    private Upstream(String alternativeNames, boolean http2) throws Exception {
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(http2)
                        .setMaxWebSocketMessageSize(16 << 20)
                        .setMaxWebSocketFrameSize(1 << 20)
                        .setMaxInitialLineLength(64 * 1024)
                        .setMaxHeaderSize(256 * 1024)
                        .setKeyCertOptions(new PfxOptions()
                                .setPath(TestAuthority.leaf(alternativeNames).toString())
                                .setPassword(TestAuthority.PASSWORD)))
                .exceptionHandler(failure -> {})
                .requestHandler(request -> {
                    received.add(new Received(
                            request.method().name(),
                            request.uri(),
                            List.copyOf(request.headers().entries())));
                    answer.handle(request);
                })
                .webSocketHandler(socket -> webSocket.handle(socket))
                .listen(0, "127.0.0.1")
                .await();
    }

    public int port() {
        return server.actualPort();
    }

    public List<Received> received() {
        return received;
    }

    /** The fields of the WebSocket handshakes. */
    public List<List<Map.Entry<String, String>>> handshakes() {
        return handshakes;
    }

    /** What a WebSocket gets; at first: its own messages back. */
    public void answerWebSocket(Handler<ServerWebSocket> handler) {
        webSocket = handler;
    }

    public Vertx vertx() {
        return vertx;
    }

    public void answer(Handler<HttpServerRequest> handler) {
        answer = handler;
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
