package dev.sallyport.sidecar.observability;

import dev.sallyport.contract.admin.RequestSignature;
import dev.sallyport.contract.admin.ResponseSignature;
import dev.sallyport.contract.config.AdminAccess;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.ProxyReport;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The admin port. It has an event loop of its own, so that what comes here cannot slow the data port, and no request has
 * an effect.
 */
public final class AdminServer {

    private static final int MOST_CONNECTIONS = 64;
    private static final String TEXT = "text/plain; charset=utf-8";

    private final StatusReporter reporter;
    private final PrometheusMeterRegistry metrics;
    private final StatusAccess access;
    private final AtomicInteger connections = new AtomicInteger();

    public AdminServer(StatusReporter reporter, PrometheusMeterRegistry metrics, Clock clock) {
        this.reporter = reporter;
        this.metrics = metrics;
        this.access = new StatusAccess(clock);
    }

    /** Listens on all addresses. Port 0: any. */
    public Future<HttpServer> listen(Vertx vertx, int port) {
        HttpServerOptions options = new HttpServerOptions()
                .setPort(port)
                .setHttp2ClearTextEnabled(false)
                .setMaxInitialLineLength(1024)
                .setMaxHeaderSize(8192)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setIdleTimeout(30);
        return vertx.createHttpServer(options)
                .connectionHandler(connection -> {
                    if (connections.incrementAndGet() > MOST_CONNECTIONS) {
                        connection.close();
                    }
                    connection.closeHandler(closed -> connections.decrementAndGet());
                })
                .requestHandler(this::handle)
                .exceptionHandler(failure -> {})
                .listen();
    }

    private void handle(HttpServerRequest request) {
        if (!request.method().equals(HttpMethod.GET)) {
            answer(request, 405, TEXT, "Only GET is answered here.\n");
            return;
        }
        switch (request.uri()) {
            case "/livez" -> answer(request, 200, TEXT, "ok\n");
            case "/readyz" -> readiness(request);
            case "/metrics" -> answer(request, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
            case "/status" -> status(request);
            default -> answer(request, 404, TEXT, "Here are /livez, /readyz, /metrics and /status.\n");
        }
    }

    private void readiness(HttpServerRequest request) {
        List<String> reasons = reporter.unreadiness();
        if (reasons.isEmpty()) {
            answer(request, 200, TEXT, "ok\n");
        } else {
            answer(request, 503, TEXT, String.join("\n", reasons) + "\n");
        }
    }

    private void status(HttpServerRequest request) {
        Optional<ProxyConfig> config = reporter.snapshots().state().newest();
        Optional<ProxyReport> report = reporter.report();
        Optional<String> nonce = field(request, RequestSignature.NONCE_HEADER);
        StatusAccess.Question question = new StatusAccess.Question(
                request.method().name(),
                request.uri(),
                field(request, RequestSignature.TIME_HEADER),
                nonce,
                field(request, RequestSignature.SIGNATURE_HEADER));
        if (config.isEmpty() || report.isEmpty() || !access.permits(question, config.get())) {
            answer(request, 401, TEXT, "Only questions signed by this sandbox's operator are answered.\n");
            return;
        }
        byte[] body = StrictJson.write(report.get());
        config.flatMap(ProxyConfig::admin)
                .map(AdminAccess::responseKey)
                .ifPresent(key -> request.response()
                        .putHeader(
                                ResponseSignature.HEADER,
                                ResponseSignature.sign(Base64.getDecoder().decode(key), nonce.orElse(""), body)));
        request.response().putHeader("Content-Type", "application/json").end(Buffer.buffer(body));
    }

    private static Optional<String> field(HttpServerRequest request, String name) {
        List<String> values = request.headers().getAll(name);
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    private static void answer(HttpServerRequest request, int status, String type, String body) {
        request.response().setStatusCode(status).putHeader("Content-Type", type).end(body);
    }
}
