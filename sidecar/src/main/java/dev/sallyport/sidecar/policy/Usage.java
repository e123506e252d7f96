package dev.sallyport.sidecar.policy;

import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;

/** What is used up of one set of limits. */
final class Usage {

    private final TokenBucket bucket = new TokenBucket();
    private final AtomicInteger underWay = new AtomicInteger();

    /** Begins a request, unless there are as many under way as there may be; empty: any number may. */
    boolean enter(OptionalInt most) {
        int now = underWay.incrementAndGet();
        if (most.isPresent() && now > most.getAsInt()) {
            leave();
            return false;
        }
        return true;
    }

    void leave() {
        underWay.decrementAndGet();
    }

    /** Takes a token; 0: taken, or there is no limit; otherwise the nanoseconds until there is one. */
    long take(long now, OptionalInt perMinute) {
        return perMinute.isPresent() ? bucket.take(now, perMinute.getAsInt()) : 0;
    }

    /** Gives a token back that was taken for a request which is refused after all. */
    void giveBack(OptionalInt perMinute) {
        perMinute.ifPresent(bucket::giveBack);
    }

    int underWay() {
        return underWay.get();
    }
}
