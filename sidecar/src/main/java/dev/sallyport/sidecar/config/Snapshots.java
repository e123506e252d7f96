package dev.sallyport.sidecar.config;

import dev.sallyport.contract.config.ProxyConfig;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What serves now, and what became of the newest configuration. */
public final class Snapshots {

    private final AtomicReference<State> state = new AtomicReference<>(
            new State(Optional.empty(), Optional.empty(), Optional.of("the configuration has not been read yet")));

    /** What serves; empty: there has never been a configuration that could. */
    public Optional<Snapshot> current() {
        return state.get().current();
    }

    /** All, as of one moment. */
    public State state() {
        return state.get();
    }

    void read(ProxyConfig config) {
        state.updateAndGet(before -> new State(before.current(), Optional.of(config), before.problem()));
    }

    void serve(Snapshot snapshot) {
        state.set(new State(Optional.of(snapshot), Optional.of(snapshot.config()), Optional.empty()));
    }

    void report(String problem) {
        state.updateAndGet(before -> new State(before.current(), before.newest(), Optional.of(problem)));
    }

    /**
     * What serves, and what does not.
     *
     * @param current what serves; empty: nothing
     * @param newest the newest configuration that could be read, whether it serves or not: whose proxy this is, and who may
     *     ask for its status; empty: none yet
     * @param problem why the newest configuration does not serve, without values; empty: it does
     */
    public record State(Optional<Snapshot> current, Optional<ProxyConfig> newest, Optional<String> problem) {}
}
