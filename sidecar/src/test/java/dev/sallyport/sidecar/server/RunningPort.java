package dev.sallyport.sidecar.server;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.tls.SandboxCa;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A data port with a handler that does as the request's path says, and remembers what it saw. */
final class RunningPort implements DataPort.Handler, AutoCloseable {

    static final ProxyLimits LIMITS = ProxyLimits.DEFAULTS;

    /** A request, as the handler saw it. */
    record Seen(
            Protocol protocol,
            String method,
            String target,
            List<Map.Entry<String, String>> fields,
            Optional<ClientStream.Tunnel> tunnel,
            Optional<Reason> unreadable) {

        List<String> values(String name) {
            return fields.stream()
                    .filter(field -> field.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }
    }

    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> refusals = new LinkedBlockingQueue<>();
    private final Map<String, BiConsumer<ClientStream, Consumer<Throwable>>> behaviours = new ConcurrentHashMap<>();
    private final ExecutorService minting = Executors.newSingleThreadExecutor();
    private final SandboxCa ca;
    private final Vertx vertx;
    private final LeafInterception interception;
    private final DataPort port;

    RunningPort(Path directory) throws IOException {
        this(directory, LIMITS, true);
    }

    RunningPort(Path directory, ProxyLimits limits) throws IOException {
        this(directory, limits, true);
    }

    /** @param epoll otherwise NIO */
    RunningPort(Path directory, ProxyLimits limits, boolean epoll) throws IOException {
        this(directory, limits, epoll, List.of());
    }

    /** @param hosts what the port speaks TLS for */
    RunningPort(Path directory, ProxyLimits limits, boolean epoll, List<String> hosts) throws IOException {
        ca = SandboxCa.openOrCreate(
                directory, new SandboxRef("agents", "claude", "uid-1"), Clock.systemUTC(), new SecureRandom());
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setPreferNativeTransport(epoll));
        if (vertx.isNativeTransportEnabled() != epoll) {
            throw new IllegalStateException("no native transport", vertx.unavailableNativeTransportCause());
        }
        interception = new LeafInterception(ca, minting, Clock.systemUTC(), 16);
        port = new DataPort(this, () -> limits, () -> hosts, interception);
        port.listen(vertx, "127.0.0.1", 0, 2).await();
        on("/hello", (stream, ignored) -> Behaviours.text(stream, 200, "hello"));
        on("/echo", Behaviours::echo);
        on("/hold", (stream, told) -> Behaviours.hold(stream, true, told));
        on("/paused", (stream, told) -> Behaviours.hold(stream, false, told));
    }

    /** Has requests for this path, up to the query, answered so. */
    RunningPort on(String path, BiConsumer<ClientStream, Consumer<Throwable>> behaviour) {
        behaviours.put(path, behaviour);
        return this;
    }

    @Override
    public void handle(ClientStream stream) {
        record(stream, Optional.empty());
        String target = stream.head().target();
        int query = target.indexOf('?');
        BiConsumer<ClientStream, Consumer<Throwable>> behaviour =
                behaviours.getOrDefault(query < 0 ? target : target.substring(0, query), Behaviours::collect);
        if (stream.head().method().equals("CONNECT")) {
            connect(stream);
        } else {
            behaviour.accept(stream, failures::add);
        }
    }

    private void connect(ClientStream stream) {
        String authority = stream.head().authority().orElse(stream.head().target());
        int colon = authority.lastIndexOf(':');
        BiConsumer<ClientStream, Consumer<Throwable>> behaviour = behaviours.get(authority);
        if (behaviour != null) {
            behaviour.accept(stream, failures::add);
        } else if (stream.canUpgrade() && stream.tunnel().isEmpty()) {
            stream.intercept(
                    authority.substring(0, colon), Integer.parseInt(authority.substring(colon + 1)), refusals::add);
        } else {
            Behaviours.text(stream, 403, "no tunnel in a tunnel");
        }
    }

    @Override
    public void unreadable(ClientStream stream, Reason reason) {
        record(stream, Optional.of(reason));
        Behaviours.text(stream, reason.status(), reason.code(), "content-type", "text/plain");
    }

    private void record(ClientStream stream, Optional<Reason> unreadable) {
        seen.add(new Seen(
                stream.head().protocol(),
                stream.head().method(),
                stream.head().target(),
                List.copyOf(stream.head().fields().entries()),
                stream.tunnel(),
                unreadable));
    }

    /** Has the certificate for a host made: the first one of a JVM takes seconds on a busy machine. */
    RunningPort ready(String host) {
        interception.contextFor(host).toCompletableFuture().join();
        return this;
    }

    List<Seen> seen() {
        return seen;
    }

    /** The next failure that a receiver was told; null: none in time. */
    @Nullable Throwable failure(Duration within) throws InterruptedException {
        return failures.poll(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Nullable Throwable refusal() throws InterruptedException {
        return refusals.poll(5, TimeUnit.SECONDS);
    }

    int port() {
        return port.port();
    }

    int connections() {
        return port.connections();
    }

    SandboxCa ca() {
        return ca;
    }

    RawClient raw() throws IOException {
        return new RawClient(port());
    }

    /** The authority's certificate as a file. */
    Path caFile(Path directory) throws Exception {
        return Files.writeString(
                directory.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(ca.certificate().getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
    }

    @Override
    public void close() {
        vertx.close().await();
        minting.shutdown();
    }
}
