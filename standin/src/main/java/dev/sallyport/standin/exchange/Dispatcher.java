package dev.sallyport.standin.exchange;

import dev.sallyport.standin.auth.Credential;
import dev.sallyport.standin.auth.Credentials;
import dev.sallyport.standin.auth.Keyrings;
import dev.sallyport.standin.journal.Entry;
import dev.sallyport.standin.journal.HeaderField;
import dev.sallyport.standin.journal.Journal;
import dev.sallyport.standin.journal.Outcome;
import dev.sallyport.standin.journal.RequestHead;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notes each request in the journal and hands it to the first service that takes it. */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private final Vertx vertx;
    private final Journal journal;
    private final Keyrings keyrings;
    private final List<Service> services;
    private final AtomicLong lastConnection = new AtomicLong();
    private final Map<HttpConnection, Long> connections = new ConcurrentHashMap<>();

    /** @param services asked in this order; the last should take every request */
    public Dispatcher(Vertx vertx, Journal journal, Keyrings keyrings, List<Service> services) {
        this.vertx = vertx;
        this.journal = journal;
        this.keyrings = keyrings;
        this.services = List.copyOf(services);
    }

    /** Serves what comes to this listener. */
    public HttpServer attach(HttpServer server) {
        return server.connectionHandler(this::number)
                .requestHandler(this::dispatch)
                .invalidRequestHandler(this::refuse);
    }

    private void number(HttpConnection connection) {
        connections.put(connection, lastConnection.incrementAndGet());
        connection.closeHandler(closed -> connections.remove(connection));
    }

    /** What can't be parsed is noted too, as far as it could be: a proxy should have let nothing of it through. */
    private void refuse(HttpServerRequest request) {
        var entry = note(request, List.of());
        entry.answered(400);
        entry.ended(Outcome.ANSWERED);
        HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request);
    }

    private void dispatch(HttpServerRequest request) {
        var credentials = Credentials.presentedBy(request.headers(), request.uri());
        var entry = note(request, credentials);
        var service = services.stream()
                .filter(candidate -> candidate.takes(request))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no service takes " + request.path()));
        Context context = vertx.getOrCreateContext();
        var exchange = new Exchange(context, request, entry, credentials, service.bodyLimit());
        exchange.guard(() -> service.serve(exchange));
    }

    private Entry note(HttpServerRequest request, List<Credential> credentials) {
        var head = new RequestHead(
                request.version() == HttpVersion.HTTP_2 ? "HTTP/2" : "HTTP/1.1",
                request.isSSL(),
                request.connection().indicatedServerName(),
                connections.getOrDefault(request.connection(), 0L),
                request.remoteAddress().toString(),
                request.method().name(),
                request.uri(),
                request.authority() == null ? null : request.authority().toString(),
                request.headers().entries().stream()
                        .map(field -> new HeaderField(field.getKey(), field.getValue()))
                        .toList(),
                credentials.stream().map(keyrings::identify).toList());
        var entry = journal.open(Ids.next("req_011C"), head);
        LOG.atDebug()
                .addKeyValue("request", entry.id())
                .addKeyValue("method", head.method())
                .addKeyValue("path", request.path())
                .addKeyValue("credentials", head.credentials())
                .log("Request");
        return entry;
    }
}
