package dev.sallyport.sidecar.pipeline;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The requests under way, and whether new ones are taken. */
public final class RunningRequests {

    /** A request under way. */
    interface Running {

        /** Ends it: it has not ended in time for the proxy to stop. From any thread. */
        void expire();
    }

    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition none = lock.newCondition();
    private volatile boolean stopping;

    /** Whether new requests are refused. */
    public boolean isStopping() {
        return stopping;
    }

    /** How many requests are under way. */
    public int size() {
        return running.size();
    }

    void enter(Running exchange) {
        running.add(exchange);
    }

    void leave(Running exchange) {
        if (running.remove(exchange) && stopping && running.isEmpty()) {
            signal();
        }
    }

    /** Refuses new requests, waits until the running ones have ended, and cuts off those that have not in time. */
    public void drain(Duration atMost) throws InterruptedException {
        stopping = true;
        if (!awaitNone(atMost)) {
            running.forEach(Running::expire);
            awaitNone(Duration.ofSeconds(1));
        }
    }

    private boolean awaitNone(Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (!running.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = none.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            none.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
