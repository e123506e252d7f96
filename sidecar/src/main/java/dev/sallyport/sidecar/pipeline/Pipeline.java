package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.audit.AuditLog;
import dev.sallyport.sidecar.audit.CounterFile;
import dev.sallyport.sidecar.config.Snapshots;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.upstream.Upstreams;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * The one way that every request takes. Holds what all requests share.
 *
 * @param vertx timers
 * @param snapshots what serves
 * @param policy judges
 * @param upstreams the way out
 * @param audit records
 * @param counters counts
 * @param running the requests under way
 * @param listener is told of each request's end
 * @param clock the time of day
 * @param nanos a clock that never goes back
 */
public record Pipeline(
        Vertx vertx,
        Snapshots snapshots,
        Policy policy,
        Upstreams upstreams,
        AuditLog audit,
        CounterFile counters,
        RunningRequests running,
        RequestListener listener,
        Clock clock,
        LongSupplier nanos) {

    /** Takes a request whose head has arrived. Must be called on its event loop. */
    public void handle(HttpServerRequest request) {
        new Exchange(this, request).begin();
    }

    /** Takes a request whose head cannot be read. */
    public void refuseUnreadable(HttpServerRequest request, Reason reason) {
        new Exchange(this, request).refuseUnreadable(reason);
    }
}
