package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.Limits;
import dev.sallyport.contract.config.RouteLimits;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads bounds on requests, of one route or of all together. */
final class LimitsReader {

    private final Problems problems;

    LimitsReader(Problems problems) {
        this.problems = problems;
    }

    /** The bounds; none where there are no limits, or one of them has a problem. */
    RouteLimits read(@Nullable Limits limits, String path) {
        if (limits == null) {
            return RouteLimits.NONE;
        }
        return problems.attempt(
                        path,
                        "write whole numbers within the bounds",
                        () -> new RouteLimits(
                                number(limits.requestsPerMinute(), "requestsPerMinute"),
                                number(limits.concurrentRequests(), "concurrentRequests"),
                                bytes(limits.requestBodyBytes())))
                .orElse(RouteLimits.NONE);
    }

    private static OptionalInt number(@Nullable Long value, String field) {
        if (value == null) {
            return OptionalInt.empty();
        }
        if (value != value.intValue()) {
            throw new IllegalArgumentException(field + ": out of range");
        }
        return OptionalInt.of(value.intValue());
    }

    private static OptionalLong bytes(@Nullable Quantity quantity) {
        if (quantity == null) {
            return OptionalLong.empty();
        }
        BigDecimal bytes;
        try {
            bytes = quantity.getNumericalAmount();
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("requestBodyBytes: not a quantity", e);
        }
        try {
            return OptionalLong.of(bytes.longValueExact());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("requestBodyBytes: not a whole number of bytes", e);
        }
    }
}
