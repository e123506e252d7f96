package dev.sallyport.sidecar.policy;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.Route;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The policy's leave for one request to go to one origin. Only this package makes it, and nothing puts a credential into a
 * request without it.
 */
public final class Permit implements Decision, AutoCloseable {

    private final Route route;
    private final Origin origin;
    private final OptionalInt rule;
    private final Optional<Reason> wouldDeny;
    private final Runnable release;
    private final AtomicBoolean released = new AtomicBoolean();

    Permit(Route route, Origin origin, OptionalInt rule, Optional<Reason> wouldDeny, Runnable release) {
        this.route = route;
        this.origin = origin;
        this.rule = rule;
        this.wouldDeny = wouldDeny;
        this.release = release;
    }

    public Route route() {
        return route;
    }

    public Origin origin() {
        return origin;
    }

    /** The rule that permits it; empty: the route has none, or the policy is not enforced. */
    public OptionalInt rule() {
        return rule;
    }

    /** Why it would have been refused, had the policy been enforced: it goes without a credential. Empty: permitted. */
    public Optional<Reason> wouldDeny() {
        return wouldDeny;
    }

    /** Ends the request that this was for. Further calls change nothing. */
    @Override
    public void close() {
        if (released.compareAndSet(false, true)) {
            release.run();
        }
    }
}
