package dev.sallyport.sidecar.policy;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket without a refilling thread: the generic cell rate algorithm (ITU-T I.371), which holds the one time at
 * which the bucket will be full again.
 */
final class TokenBucket {

    private static final long NANOS_PER_MINUTE = 60_000_000_000L;

    private final AtomicLong fullAt = new AtomicLong();

    /**
     * Takes a token, if there is one.
     *
     * @param now nanoseconds on a clock that began at or above 0
     * @param perMinute capacity and rate, from 1
     * @return 0: taken; otherwise the nanoseconds until there is a token
     */
    long take(long now, int perMinute) {
        long interval = NANOS_PER_MINUTE / perMinute;
        while (true) {
            long current = fullAt.get();
            // A rate that was lowered while the bucket was in debt must not lock it for longer than a minute.
            long base = Math.min(Math.max(current, now), now + NANOS_PER_MINUTE);
            long wait = base - now - interval * (perMinute - 1L);
            if (wait > 0) {
                return wait;
            }
            if (fullAt.compareAndSet(current, base + interval)) {
                return 0;
            }
        }
    }

    /** Gives back a token taken at this rate. */
    void giveBack(int perMinute) {
        fullAt.addAndGet(-(NANOS_PER_MINUTE / perMinute));
    }
}
