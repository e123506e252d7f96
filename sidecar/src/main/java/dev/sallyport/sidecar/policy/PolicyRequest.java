package dev.sallyport.sidecar.policy;

import dev.sallyport.sidecar.policy.when.RequestFacts;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.RequestPath;
import dev.sallyport.sidecar.route.Route;
import java.util.OptionalLong;

/**
 * A request that the policy is asked about.
 *
 * @param route the way out that it names
 * @param origin whom it is for, one of the route's hosts
 * @param path what is sent upstream, in the one way that it can be read
 * @param facts what conditions see of it; {@code facts.path()} is the path's normal form
 * @param bodyBytes the body's declared or known length, 0: it has none; empty: it ends when it ends
 * @param bodyIsRead whether the facts hold the body, or there is none
 */
public record PolicyRequest(
        Route route, Origin origin, RequestPath path, RequestFacts facts, OptionalLong bodyBytes, boolean bodyIsRead) {

    /** Names the request and nothing that may be secret in it. */
    @Override
    public String toString() {
        return "PolicyRequest[" + route.name() + " " + facts + "]";
    }
}
