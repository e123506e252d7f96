package dev.sallyport.sidecar.observability;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.AuditedRequest.Decision;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.pipeline.RequestListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Requests as metrics. Labels are bounded: routes are those of the configuration, reasons and decisions are the
 * contract's.
 */
public final class RequestMetrics implements RequestListener {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(30)
    };

    private final MeterRegistry registry;
    private final Map<Key, Counter> requests = new ConcurrentHashMap<>();
    private final Map<String, RouteMeters> routes = new ConcurrentHashMap<>();

    public RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void ended(AuditedRequest request) {
        String route = request.route().orElse("");
        Key key = new Key(
                route, request.decision(), request.reason().map(Reason::code).orElse(""));
        requests.computeIfAbsent(key, this::counter).increment();
        RouteMeters meters = routes.computeIfAbsent(route, this::meters);
        meters.duration.record(request.totalMicros(), TimeUnit.MICROSECONDS);
        request.firstByteMicros().ifPresent(micros -> meters.firstByte.record(micros, TimeUnit.MICROSECONDS));
        meters.received.increment((double) request.requestBytes());
        meters.sent.increment((double) request.responseBytes());
    }

    private Counter counter(Key key) {
        return Counter.builder("sallyport.requests")
                .description("Requests that have ended")
                .tag("route", key.route())
                .tag("decision", key.decision().name().toLowerCase(java.util.Locale.ROOT))
                .tag("reason", key.reason())
                .register(registry);
    }

    private RouteMeters meters(String route) {
        return new RouteMeters(
                timer("sallyport.request.duration", "From a request's head to its end", route),
                timer("sallyport.request.first.byte", "From a request's head to that of the upstream's answer", route),
                bytes("sallyport.request.body", "Bytes of request bodies that came from clients", route),
                bytes("sallyport.response.body", "Bytes of response bodies that went to clients", route));
    }

    private Timer timer(String name, String description, String route) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(BUCKETS)
                .tag("route", route)
                .register(registry);
    }

    private Counter bytes(String name, String description, String route) {
        return Counter.builder(name)
                .description(description)
                .baseUnit("bytes")
                .tag("route", route)
                .register(registry);
    }

    private record Key(String route, Decision decision, String reason) {}

    private record RouteMeters(Timer duration, Timer firstByte, Counter received, Counter sent) {}
}
