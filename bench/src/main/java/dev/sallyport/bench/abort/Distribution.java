package dev.sallyport.bench.abort;

import java.util.Arrays;

/** Samples in nanoseconds, smallest first. */
final class Distribution {

    private final long[] sorted;

    Distribution(long[] samples) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("no samples");
        }
        sorted = samples.clone();
        Arrays.sort(sorted);
    }

    /** The least that is not less than this part of all (nearest rank). */
    long quantile(double part) {
        int rank = (int) Math.ceil(part * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }

    /** How many are at least so much. */
    long atLeast(long nanos) {
        return Arrays.stream(sorted).filter(sample -> sample >= nanos).count();
    }
}
