package dev.sallyport.standin.journal;

import java.time.Instant;
import java.time.InstantSource;

/** The time of day as it was at the start, moved on by a clock that never goes back: differences are durations. */
public final class MonotonicClock implements InstantSource {
    private final Instant start;
    private final long startNanos;

    /** @param timeOfDay asked once, now */
    public MonotonicClock(InstantSource timeOfDay) {
        start = timeOfDay.instant();
        startNanos = System.nanoTime();
    }

    @Override
    public Instant instant() {
        return start.plusNanos(System.nanoTime() - startNanos);
    }
}
