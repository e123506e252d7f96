package dev.sallyport.contract.config;

import dev.sallyport.contract.json.Require;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Bounds on one route. Each is absent where there is none.
 *
 * @param requestsPerMinute a token bucket of that capacity and rate, 1 to 1,000,000; beyond: 429 with Retry-After
 * @param concurrentRequests requests under way, 1 to 10,000; beyond: 429 at once
 * @param requestBodyBytes a request's body, 0 to 2^40; beyond: 413
 */
public record RouteLimits(
        OptionalInt requestsPerMinute, OptionalInt concurrentRequests, OptionalLong requestBodyBytes) {

    public static final RouteLimits NONE =
            new RouteLimits(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty());

    public RouteLimits {
        requestsPerMinute = Require.orElse(requestsPerMinute, OptionalInt.empty());
        concurrentRequests = Require.orElse(concurrentRequests, OptionalInt.empty());
        requestBodyBytes = Require.orElse(requestBodyBytes, OptionalLong.empty());
        requestsPerMinute.ifPresent(value -> Require.range(value, 1, 1_000_000, "requestsPerMinute"));
        concurrentRequests.ifPresent(value -> Require.range(value, 1, 10_000, "concurrentRequests"));
        requestBodyBytes.ifPresent(value -> Require.range(value, 0L, 1L << 40, "requestBodyBytes"));
    }
}
