package dev.sallyport.operator.observability;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/**
 * {@code /healthz}: the process lives. {@code /readyz}: its watches work. {@code /metrics}: Prometheus text. Anything else
 * is 404.
 */
public final class HealthServer implements AutoCloseable {

    private static final String PLAIN = "text/plain; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final BooleanSupplier ready;
    private final PrometheusMeterRegistry metrics;

    /**
     * Begins to serve.
     *
     * @param port on all addresses; 0: any free one
     * @throws IOException if the port is taken
     */
    public HealthServer(int port, BooleanSupplier ready, PrometheusMeterRegistry metrics) throws IOException {
        this.ready = ready;
        this.metrics = metrics;
        this.server = HttpServer.create(new InetSocketAddress(port), 0);
        this.server.setExecutor(executor);
        this.server.createContext("/", this::handle);
        this.server.start();
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                answer(exchange, 405, PLAIN, "GET only\n");
                return;
            }
            switch (exchange.getRequestURI().getPath()) {
                case "/healthz" -> answer(exchange, 200, PLAIN, "ok\n");
                case "/readyz" -> {
                    boolean now = ready.getAsBoolean();
                    answer(exchange, now ? 200 : 503, PLAIN, now ? "ok\n" : "not ready\n");
                }
                case "/metrics" -> answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
                default -> answer(exchange, 404, PLAIN, "not found\n");
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
