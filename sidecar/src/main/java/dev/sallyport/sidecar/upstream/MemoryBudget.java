package dev.sallyport.sidecar.upstream;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that makes things faster and that nothing depends on: who gets none does without. */
final class MemoryBudget {

    private final AtomicLong left;

    MemoryBudget(long bytes) {
        left = new AtomicLong(bytes);
    }

    /** Whether the bytes were there to be had. Who has taken them gives them back. */
    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void give(long bytes) {
        left.addAndGet(bytes);
    }

    /** Bytes that nobody has. */
    long left() {
        return left.get();
    }
}
