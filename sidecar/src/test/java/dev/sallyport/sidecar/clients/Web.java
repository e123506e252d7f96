package dev.sallyport.sidecar.clients;

import dev.sallyport.sidecar.testing.TestAuthority;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.PfxOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The world outside: sites by their names below {@code .test}, each reached over TLS with HTTP/2 and HTTP/1.1, over TLS with
 * HTTP/1.1 only, and in plain text, on a port each. It keeps what arrives.
 */
final class Web implements AutoCloseable {

    /** A site: what answers its requests and its WebSockets. */
    interface Site {

        void answer(HttpServerRequest request);

        default void answer(ServerWebSocket socket) {
            socket.close();
        }
    }

    /** What arrived: the head, fields in their order. */
    record Received(
            String host, HttpVersion version, String method, String target, List<Map.Entry<String, String>> fields) {

        /** The values of a field, in any case. */
        List<String> values(String name) {
            return fields.stream()
                    .filter(field -> field.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        /** All of it as text. */
        String text() {
            return method
                    + " " + target + "\n"
                    + fields.stream()
                            .map(field -> field.getKey() + ": " + field.getValue())
                            .collect(Collectors.joining("\n"));
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, Site> sites = new ConcurrentHashMap<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final HttpServer tls;
    private final HttpServer tlsHttp1;
    private final HttpServer plain;

    Web(String... hosts) {
        String names = Stream.of(hosts).map(host -> "dns:" + host).collect(Collectors.joining(","));
        PfxOptions certificate =
                new PfxOptions().setPath(TestAuthority.leaf(names).toString()).setPassword(TestAuthority.PASSWORD);
        tls = server(new HttpServerOptions().setSsl(true).setUseAlpn(true).setKeyCertOptions(certificate));
        tlsHttp1 = server(new HttpServerOptions().setSsl(true).setUseAlpn(false).setKeyCertOptions(certificate));
        plain = server(new HttpServerOptions());
    }

    private HttpServer server(HttpServerOptions options) {
        return vertx.createHttpServer(options.setHandle100ContinueAutomatically(true)
                        .setMaxWebSocketMessageSize(64 << 20)
                        .setMaxWebSocketFrameSize(16 << 20))
                .exceptionHandler(failure -> {})
                .requestHandler(request -> {
                    String host = host(request.authority());
                    received.add(new Received(
                            host,
                            request.version(),
                            request.method().name(),
                            request.uri(),
                            List.copyOf(request.headers().entries())));
                    site(host).answer(request);
                })
                .webSocketHandler(socket -> {
                    String host = host(socket.authority());
                    received.add(new Received(
                            host,
                            HttpVersion.HTTP_1_1,
                            "GET",
                            socket.uri(),
                            List.copyOf(socket.headers().entries())));
                    site(host).answer(socket);
                })
                .listen(0, "127.0.0.1")
                .await();
    }

    private static String host(@Nullable HostAndPort authority) {
        return authority == null ? "" : authority.host();
    }

    private Site site(String host) {
        return sites.getOrDefault(
                host, request -> request.response().setStatusCode(404).end());
    }

    /** Puts a site up. */
    void put(String host, Site site) {
        sites.put(host, site);
    }

    /** Over TLS, HTTP/2 where the client offers it. */
    int tlsPort() {
        return tls.actualPort();
    }

    /** Over TLS, HTTP/1.1 only. */
    int tlsHttp1Port() {
        return tlsHttp1.actualPort();
    }

    int plainPort() {
        return plain.actualPort();
    }

    /** What arrived whose target contains this, in its order. */
    List<Received> received(String inTarget) {
        return received.stream().filter(one -> one.target().contains(inTarget)).toList();
    }

    List<Received> received() {
        return received;
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
