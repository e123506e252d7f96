package dev.sallyport.sidecar.server;

import io.netty.channel.ChannelFuture;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What all connections of a port have open together. */
final class Load {

    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicInteger unsent = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allSent = lock.newCondition();

    int connections() {
        return connections.get();
    }

    boolean openConnection(int most) {
        return open(connections, most);
    }

    void closeConnection() {
        connections.decrementAndGet();
    }

    /** Counts a stream of HTTP/2; false: there are so many already on all connections together. */
    boolean openStream(int most) {
        return open(streams, most);
    }

    void closeStream() {
        streams.decrementAndGet();
    }

    /** Counts an answer that is whole, but not sent until this future says so, or that it can't be. */
    void sending(ChannelFuture sent) {
        unsent.incrementAndGet();
        var _ = sent.addListener(done -> {
            if (unsent.decrementAndGet() == 0) {
                lock.lock();
                try {
                    allSent.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        });
    }

    /** Waits until no whole answer waits to be sent; false: some still do. */
    boolean awaitSent(Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (unsent.get() > 0) {
                if (left <= 0) {
                    return false;
                }
                left = allSent.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static boolean open(AtomicInteger count, int most) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }
}
