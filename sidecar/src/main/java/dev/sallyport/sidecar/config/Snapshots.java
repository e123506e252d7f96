package dev.sallyport.sidecar.config;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What serves now, and what became of the newest configuration. */
public final class Snapshots {

    private final AtomicReference<State> state =
            new AtomicReference<>(new State(Optional.empty(), Optional.of("the configuration has not been read yet")));

    /** What serves; empty: there has never been a configuration that could. */
    public Optional<Snapshot> current() {
        return state.get().current();
    }

    /** Both, as of one moment. */
    public State state() {
        return state.get();
    }

    void serve(Snapshot snapshot) {
        state.set(new State(Optional.of(snapshot), Optional.empty()));
    }

    void report(String problem) {
        state.updateAndGet(before -> new State(before.current(), Optional.of(problem)));
    }

    /**
     * What serves, and what does not.
     *
     * @param current what serves; empty: nothing
     * @param problem why the newest configuration does not serve, without values; empty: it does
     */
    public record State(Optional<Snapshot> current, Optional<String> problem) {}
}
