package dev.sallyport.sidecar.testing;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
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
    private volatile Handler<HttpServerRequest> answer =
            request -> request.response().end("hello");

    public Upstream() throws Exception {
        this("dns:api.test,dns:one.wild.test");
    }

    public Upstream(String alternativeNames) throws Exception {
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
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
                .listen(0, "127.0.0.1")
                .await();
    }

    public int port() {
        return server.actualPort();
    }

    public List<Received> received() {
        return received;
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
