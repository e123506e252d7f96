package dev.sallyport.sidecar.main;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.AgentAccess;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.sidecar.audit.AuditLog;
import dev.sallyport.sidecar.audit.CounterFile;
import dev.sallyport.sidecar.config.Reloader;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.config.Snapshots;
import dev.sallyport.sidecar.credential.CredentialDirectory;
import dev.sallyport.sidecar.credential.CredentialDirectory.Fingerprints;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.observability.AdminServer;
import dev.sallyport.sidecar.observability.ProxyMetrics;
import dev.sallyport.sidecar.observability.RequestMetrics;
import dev.sallyport.sidecar.observability.StatusReporter;
import dev.sallyport.sidecar.pipeline.BodyBudget;
import dev.sallyport.sidecar.pipeline.Pipeline;
import dev.sallyport.sidecar.pipeline.RunningRequests;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.server.DataPort;
import dev.sallyport.sidecar.upstream.Resolver;
import dev.sallyport.sidecar.upstream.UpstreamPool;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A proxy, its parts put together: serving from its construction on, until it is stopped. */
public final class Proxy {

    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);
    private static final int MOST_WAITING = 1024;
    private static final Path PUBLIC_ROOTS = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    private static final long READY_POLL_MILLIS = 20;

    private final ProxySettings settings;
    private final Vertx vertx;
    private final Vertx adminVertx;
    private final CounterFile counters;
    private final AuditLog audit;
    private final Snapshots snapshots = new Snapshots();
    private final RunningRequests running = new RunningRequests();
    private final UpstreamPool upstreams;
    private final Reloader reloader;
    private final DataPort server;
    private final ExecutorService workers;
    private final HttpServer admin;

    /**
     * Starts. A configuration that cannot be read does not hinder that: the proxy then refuses every request until it can.
     *
     * @throws IOException if the state directory cannot be used or a port cannot be had
     */
    public Proxy(ProxySettings settings, Seams seams) throws IOException {
        this.settings = settings;
        long origin = System.nanoTime();
        LongSupplier nanos = () -> System.nanoTime() - origin;
        Files.createDirectories(settings.state());
        counters = new CounterFile(settings.state().resolve("counters"));
        audit = new AuditLog(
                seams.auditOutput(), settings.state().resolve("audit-chain"), seams.auditCapacity(), seams.clock());
        vertx = vertx(Runtime.getRuntime().availableProcessors());
        adminVertx = vertx(1);
        workers = workers();
        SandboxTls tls = new SandboxTls(settings.state(), settings.trust(), PUBLIC_ROOTS, seams.clock(), workers);
        upstreams = new UpstreamPool(vertx, new Resolver(seams.names(), nanos), seams.addresses());
        CredentialDirectory credentials = new CredentialDirectory(
                settings.credentials(),
                Fingerprints.by(FingerprintKey.mac(settings.state().resolve("fingerprint-key"))));
        reloader = new Reloader(
                settings.config(),
                settings.credentials(),
                credentials,
                upstreams,
                snapshots,
                seams.reloadPeriod(),
                sandbox -> {
                    tls.open(sandbox);
                    audit.setSandbox(sandbox);
                });
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Pipeline pipeline = new Pipeline(
                snapshots,
                new Policy(nanos),
                upstreams,
                audit,
                counters,
                running,
                new BodyBudget(Runtime.getRuntime().maxMemory() / 2),
                tls::trusted,
                workers,
                new RequestMetrics(metrics),
                seams.clock(),
                nanos);
        server = new DataPort(
                new DataPort.Handler() {
                    @Override
                    public void handle(ClientStream stream) {
                        pipeline.handle(stream);
                    }

                    @Override
                    public void unreadable(ClientStream stream, Reason reason) {
                        pipeline.unreadable(stream, reason);
                    }
                },
                () -> limits(snapshots),
                () -> ownHosts(snapshots),
                tls);
        ProxyMetrics.register(metrics, snapshots, running, audit, server::connections);
        StatusReporter reporter =
                new StatusReporter(Version.text(), seams.clock().instant(), snapshots, counters, audit, running);
        if (settings.fence().isPresent()) {
            Fence.await(settings.fence().get());
        }
        await(server.listen(
                vertx, settings.bind(), settings.port(), Runtime.getRuntime().availableProcessors()));
        ProxyMetrics.watchLag(metrics, vertx, nanos);
        admin = await(new AdminServer(reporter, metrics, seams.clock()).listen(adminVertx, settings.adminPort()));
        LOG.atInfo()
                .addKeyValue("version", Version.text())
                .addKeyValue("port", server.port())
                .addKeyValue("adminPort", admin.actualPort())
                .log("Proxy serves");
        settings.ready().ifPresent(file -> tellOnceReady(file, reporter));
    }

    /** Whoever waits for the file goes on for good; readiness comes and goes later. */
    private void tellOnceReady(Path file, StatusReporter reporter) {
        if (!reporter.unreadiness().isEmpty()) {
            var _ = adminVertx.setTimer(READY_POLL_MILLIS, timer -> tellOnceReady(file, reporter));
            return;
        }
        try {
            Files.write(file, new byte[0]);
        } catch (IOException e) {
            LOG.atError().addKeyValue("exception", e.getClass().getName()).log("Readiness cannot be marked");
        }
    }

    /** The data port. */
    public int port() {
        return server.port();
    }

    /** The admin port. */
    public int adminPort() {
        return admin.actualPort();
    }

    /**
     * Stops: refuses new requests, lets the running ones end and their answers leave within the configuration's drain time, cuts off the rest,
     * and leaves the final report.
     */
    public void stop() {
        ProxyLimits limits = limits(snapshots);
        LOG.atInfo()
                .addKeyValue("running", running.size())
                .addKeyValue("drainSeconds", limits.drainSeconds())
                .log("Proxy stops");
        try {
            long begin = System.nanoTime();
            Duration most = Duration.ofSeconds(limits.drainSeconds());
            running.drain(most);
            // A request has ended when its answer is written, which may be long before a slow client has taken it.
            boolean _ = server.awaitSent(most.minusNanos(System.nanoTime() - begin));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reloader.close();
        closeQuietly(vertx.close());
        audit.close();
        Counters last = counters.read();
        snapshots
                .current()
                .map(Snapshot::config)
                .ifPresent(config -> TerminationMessage.write(
                        settings.terminationMessage(),
                        settings.terminationBytes(),
                        config.sandbox().uid(),
                        last,
                        audit.head()));
        closeQuietly(adminVertx.close());
        upstreams.close();
        workers.shutdownNow();
        counters.close();
    }

    private static ProxyLimits limits(Snapshots snapshots) {
        return snapshots
                .current()
                .map(Snapshot::config)
                .map(ProxyConfig::limits)
                .orElse(ProxyLimits.DEFAULTS);
    }

    private static List<String> ownHosts(Snapshots snapshots) {
        return snapshots
                .current()
                .flatMap(snapshot -> snapshot.config().agent())
                .map(AgentAccess::hosts)
                .orElse(List.of())
                .stream()
                .map(HostPattern::host)
                .toList();
    }

    /** For what takes too long for an event loop: minting leaves, conditions that read a body. */
    private static ExecutorService workers() {
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                threads,
                threads,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().daemon().name("worker-", 0).factory());
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }

    private static Vertx vertx(int eventLoops) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(eventLoops)
                // Tells of a client's end also while nothing is read from it.
                .setPreferNativeTransport(true)
                .setWorkerPoolSize(4)
                .setInternalBlockingPoolSize(4)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        return vertx.exceptionHandler(Proxy::unhandled);
    }

    /** What it says may quote a client; what it is and where it comes from doesn't. */
    private static void unhandled(Throwable cause) {
        StackTraceElement[] frames = cause.getStackTrace();
        LOG.atError()
                .addKeyValue("exception", cause.getClass().getName())
                .addKeyValue("at", frames.length == 0 ? "" : frames[0].toString())
                .log("Unhandled exception");
    }

    private static <T> T await(Future<T> future) throws IOException {
        try {
            return future.await(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("a port was not opened in time", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("a port cannot be had", e);
        }
    }

    private static void closeQuietly(Future<Void> closing) {
        try {
            closing.await(5, TimeUnit.SECONDS);
        } catch (Exception e) {
            LOG.atWarn().addKeyValue("exception", e.getClass().getName()).log("Closing failed");
        }
    }
}
