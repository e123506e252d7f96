package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.audit.AuditLog;
import dev.sallyport.sidecar.audit.CounterFile;
import dev.sallyport.sidecar.config.Snapshots;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.upstream.UpstreamPool;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The one way that every request takes. Holds what all requests share.
 *
 * @param snapshots what serves
 * @param policy judges
 * @param upstreams the way out
 * @param audit records
 * @param counters counts
 * @param running the requests under way
 * @param bodies memory for bodies that are read as a whole
 * @param trust the files that the agent trusts, by name; empty: there is none of that name
 * @param workers where conditions read what is large
 * @param listener is told of each request's end
 * @param clock the time of day
 * @param nanos a clock that never goes back
 */
public record Pipeline(
        Snapshots snapshots,
        Policy policy,
        UpstreamPool upstreams,
        AuditLog audit,
        CounterFile counters,
        RunningRequests running,
        BodyBudget bodies,
        Function<String, Optional<ByteBuffer>> trust,
        Executor workers,
        RequestListener listener,
        Clock clock,
        LongSupplier nanos) {

    /** Takes a request whose head has arrived. Must be called on its event loop. */
    public void handle(ClientStream request) {
        if (request.head().method().equals("CONNECT")) {
            new TunnelExchange(this, request).begin();
        } else {
            new Exchange(this, request).begin();
        }
    }

    /** Takes a request whose head cannot be read. */
    public void unreadable(ClientStream request, Reason reason) {
        new Exchange(this, request).refuseUnreadable(reason);
    }
}
