package dev.sallyport.bench.memory;

import dev.sallyport.bench.client.Client;
import dev.sallyport.bench.client.Connection;
import dev.sallyport.bench.client.Way;
import dev.sallyport.bench.origin.Origin;
import dev.sallyport.bench.origin.OriginServer;
import dev.sallyport.bench.proxy.Figures;
import dev.sallyport.bench.proxy.ProxyProcess;
import java.io.IOException;

/** Measures one proxy. */
record Measurement(ProxyProcess proxy, OriginServer origin, Client client) {

    private static final int WARMING_REQUESTS = 500;
    private static final long POLL_MILLIS = 500;
    private static final int POLLS_AT_REST = 4;
    private static final int MOST_POLLS = 120;
    private static final long REST_RESIDENT = 1024 * 1024;
    private static final long REST_MOVED = 1024 * 1024;

    /** A proxy that has worked has compiled code and pooled buffers: what comes on top is the load's. */
    void warm() throws IOException {
        for (Way way : Way.values()) {
            for (Origin to : Origin.values()) {
                try (Connection connection = client.open(way, to)) {
                    for (int i = 0; i < WARMING_REQUESTS; i++) {
                        connection.get(Origin.OPEN + "/small").expect(200);
                    }
                    connection.get(Origin.OPEN + "/bytes/1000000").expect(200);
                }
            }
        }
    }

    /** Waits until the proxy's memory and the bodies under way stand still, at most a minute. */
    void settle() throws IOException, InterruptedException {
        Figures last = proxy.figures();
        long moved = origin.moved();
        int rest = 0;
        for (int i = 0; i < MOST_POLLS && rest < POLLS_AT_REST; i++) {
            Thread.sleep(POLL_MILLIS);
            Figures now = proxy.figures();
            boolean still = Math.abs(now.resident() - last.resident()) < REST_RESIDENT
                    && now.files() == last.files()
                    && origin.moved() - moved < REST_MOVED;
            rest = still ? rest + 1 : 0;
            last = now;
            moved = origin.moved();
        }
    }

    /** Nanoseconds until one more client has connected and has been answered. */
    long newcomer(Way way, Origin to) throws IOException {
        long begun = System.nanoTime();
        try (Connection connection = client.open(way, to)) {
            connection.get(Origin.OPEN + "/small").expect(200);
        }
        return System.nanoTime() - begun;
    }
}
