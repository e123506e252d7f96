package dev.sallyport.bench.soak;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** What the agents did and what came of it. */
final class Tally {

    private static final int MOST_KINDS = 20;

    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong surprises = new AtomicLong();
    private final Map<String, Long> kinds = new TreeMap<>();
    private final Map<String, Long> actions = new TreeMap<>();

    /** A request was sent. */
    void sent(String action) {
        requests.incrementAndGet();
        synchronized (actions) {
            actions.merge(action, 1L, Long::sum);
        }
    }

    /** Something was not answered as it should have been. */
    void surprise(String what) {
        surprises.incrementAndGet();
        synchronized (kinds) {
            if (kinds.size() < MOST_KINDS || kinds.containsKey(what)) {
                kinds.merge(what, 1L, Long::sum);
            }
        }
    }

    long requests() {
        return requests.get();
    }

    /** Lines that the audit log must have: that of the proxy's start, and one for each request. */
    long audited() {
        return 1 + requests.get();
    }

    long surprises() {
        return surprises.get();
    }

    /** The surprises by their kind. */
    Map<String, Long> kinds() {
        synchronized (kinds) {
            return new TreeMap<>(kinds);
        }
    }

    /** What was done how often. */
    Map<String, Long> actions() {
        synchronized (actions) {
            return new TreeMap<>(actions);
        }
    }
}
