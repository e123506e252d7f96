package dev.sallyport.sidecar.upstream;

import java.util.LinkedHashSet;
import java.util.Set;

/** One event loop's connections without a request, to whatever origins: of too many, the longest idle ones end. */
final class IdleConnections {

    /** A connection that can be done without. */
    interface Idle {

        /** Ends it. */
        void dismiss();
    }

    private final int most;
    private final Set<Idle> connections = new LinkedHashSet<>();

    IdleConnections(int most) {
        this.most = most;
    }

    void add(Idle connection) {
        connections.add(connection);
        if (connections.size() > most) {
            Idle longest = connections.iterator().next();
            connections.remove(longest);
            longest.dismiss();
        }
    }

    /** It has a request again, or has ended. */
    void remove(Idle connection) {
        connections.remove(connection);
    }
}
