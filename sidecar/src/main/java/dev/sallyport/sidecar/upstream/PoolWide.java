package dev.sallyport.sidecar.upstream;

import java.util.function.LongSupplier;

/**
 * What all connections of a pool share.
 *
 * @param nanos a clock like {@link System#nanoTime}
 * @param budget for wider windows and for bodies that may have to be sent again
 */
record PoolWide(PoolSettings settings, LongSupplier nanos, MemoryBudget budget) {

    static final long BUDGET_BYTES = 32L * 1024 * 1024;

    PoolWide(PoolSettings settings, LongSupplier nanos) {
        this(settings, nanos, new MemoryBudget(BUDGET_BYTES));
    }

    long now() {
        return nanos.getAsLong();
    }
}
