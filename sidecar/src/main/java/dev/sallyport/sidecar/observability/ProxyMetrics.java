package dev.sallyport.sidecar.observability;

import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.sidecar.audit.AuditLog;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.config.Snapshots;
import dev.sallyport.sidecar.pipeline.RunningRequests;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.vertx.core.Vertx;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** The proxy's own state as metrics. */
public final class ProxyMetrics {

    private static final long LAG_PERIOD_MILLIS = 500;

    private ProxyMetrics() {}

    /** Registers gauges that read these when they are asked for. */
    public static void register(
            MeterRegistry registry,
            Snapshots snapshots,
            RunningRequests running,
            AuditLog audit,
            IntSupplier connections) {
        gauge(registry, "sallyport.requests.running", "Requests under way", running::size);
        gauge(registry, "sallyport.client.connections", "Connections open on the data port", connections);
        gauge(registry, "sallyport.audit.lines.waiting", "Lines of the audit log reserved or waiting", audit::load);
        gauge(registry, "sallyport.audit.failed", "1: lines cannot be written", () -> audit.hasFailed() ? 1 : 0);
        gauge(
                registry,
                "sallyport.config.problem",
                "1: the newest configuration does not serve",
                () -> snapshots.state().problem().isPresent() ? 1 : 0);
        gauge(
                registry,
                "sallyport.credentials.complete",
                "1: every Secret value can be used",
                () -> snapshots
                                .current()
                                .filter(current -> current.credentials().areComplete())
                                .isPresent()
                        ? 1
                        : 0);
        Gauge.builder(
                        "sallyport.config.generation",
                        () -> snapshots
                                .current()
                                .map(Snapshot::config)
                                .map(ProxyConfig::generation)
                                .orElse(0L))
                .description("Generation of the configuration that serves")
                .register(registry);
        jvm(registry);
    }

    /** Measures how late an event loop runs what is due. Must be called on it. */
    public static void watchLag(MeterRegistry registry, Vertx vertx, LongSupplier nanos) {
        Timer lag = Timer.builder("sallyport.event.loop.lag")
                .description("How late an event loop ran what was due")
                .register(registry);
        long[] due = {nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(LAG_PERIOD_MILLIS)};
        vertx.setPeriodic(LAG_PERIOD_MILLIS, ignored -> {
            long now = nanos.getAsLong();
            lag.record(Math.max(0, now - due[0]), TimeUnit.NANOSECONDS);
            due[0] = now + TimeUnit.MILLISECONDS.toNanos(LAG_PERIOD_MILLIS);
        });
    }

    private static void jvm(MeterRegistry registry) {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            io.micrometer.core.instrument.FunctionCounter.builder(
                            "sallyport.gc.time", collector, bean -> bean.getCollectionTime() / 1000.0)
                    .description("Time that garbage collections took")
                    .baseUnit("seconds")
                    .tag("collector", collector.getName())
                    .register(registry);
        }
    }

    private static void gauge(MeterRegistry registry, String name, String description, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }
}
