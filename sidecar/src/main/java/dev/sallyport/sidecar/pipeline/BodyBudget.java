package dev.sallyport.sidecar.pipeline;

import java.util.concurrent.atomic.AtomicLong;

/** How much memory all bodies together may take that rules or placeholders read, evaluation included. */
public final class BodyBudget {

    /** What a body takes while a condition reads it, in times its size: the bytes twice, and the tree that is made of them. */
    private static final int COST = 6;

    private final AtomicLong free;

    /** A budget of so many bytes of memory. */
    public BodyBudget(long bytes) {
        free = new AtomicLong(bytes);
    }

    /** Takes the cost of so many bytes more, or nothing. */
    boolean tryTake(long bytes) {
        long cost = bytes * COST;
        while (true) {
            long left = free.get();
            if (left < cost) {
                return false;
            }
            if (free.compareAndSet(left, left - cost)) {
                return true;
            }
        }
    }

    void giveBack(long bytes) {
        free.addAndGet(bytes * COST);
    }
}
