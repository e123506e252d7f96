package dev.sallyport.contract.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.json.Require;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Requests counted since the counter file was made. They survive a restart of the proxy, not of its pod: {@code epoch}
 * tells one file from another.
 *
 * @param epoch the counter file's identity, a random UUID; counts of two epochs add up, counts of one replace each other
 * @param total all requests, those that named no route included
 * @param lastDenied the newest refusal; empty: none yet
 * @param routes counts by route, of every route that this file has ever counted
 */
public record Counters(String epoch, Tally total, Optional<LastDenied> lastDenied, List<RouteTally> routes) {

    public Counters {
        Require.present(epoch, "epoch");
        Require.present(total, "total");
        lastDenied = Require.present(lastDenied, "lastDenied");
        routes = List.copyOf(Require.present(routes, "routes"));
    }

    /**
     * Each request is exactly one of allowed, denied and failed.
     *
     * @param allowed passed on, and answered by the upstream
     * @param denied refused by the policy or a limit
     * @param failed permitted, but not answered or not to its end: no connection, time-out, reset
     * @param credentialed of those allowed or failed: with a credential put in
     */
    public record Tally(
            @JsonProperty(required = true) long allowed,
            @JsonProperty(required = true) long denied,
            @JsonProperty(required = true) long failed,
            @JsonProperty(required = true) long credentialed) {

        public static final Tally ZERO = new Tally(0, 0, 0, 0);

        public Tally {
            Require.that(allowed >= 0 && denied >= 0 && failed >= 0 && credentialed >= 0, "a count: negative");
        }
    }

    /** Counts of one route. */
    public record RouteTally(String name, Tally tally) {
        public RouteTally {
            Require.present(name, "name");
            Require.present(tally, "tally");
        }
    }

    /**
     * A refused request, as far as it may be shown.
     *
     * @param time when it was refused
     * @param route the route's name; empty: none was found
     * @param method the request's method, at most 32 characters
     * @param host the host that was asked for, at most 253 characters; empty: none was named
     * @param reason why, as the client was told
     */
    public record LastDenied(
            Instant time, Optional<String> route, String method, Optional<String> host, String reason) {
        public LastDenied {
            Require.present(time, "time");
            route = Require.present(route, "route");
            Require.present(method, "method");
            host = Require.present(host, "host");
            Require.present(reason, "reason");
        }
    }
}
