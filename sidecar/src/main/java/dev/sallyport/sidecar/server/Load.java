package dev.sallyport.sidecar.server;

import java.util.concurrent.atomic.AtomicInteger;

/** What all connections of a port have open together. */
final class Load {

    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();

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

    private static boolean open(AtomicInteger count, int most) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }
}
