package dev.sallyport.sidecar.observability;

import dev.sallyport.contract.status.ProxyReport;
import dev.sallyport.contract.status.ProxyReport.ConfigState;
import dev.sallyport.sidecar.audit.AuditLog;
import dev.sallyport.sidecar.audit.CounterFile;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.config.Snapshots;
import dev.sallyport.sidecar.pipeline.RunningRequests;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the proxy says of itself.
 *
 * @param version the proxy's release
 * @param startedAt when this process began
 * @param snapshots what serves
 * @param counters the counts
 * @param audit the log
 * @param running the requests under way
 */
public record StatusReporter(
        String version,
        Instant startedAt,
        Snapshots snapshots,
        CounterFile counters,
        AuditLog audit,
        RunningRequests running) {

    /** The report; empty: no configuration could ever be read, so nobody knows whose proxy this is. */
    public Optional<ProxyReport> report() {
        Snapshots.State state = snapshots.state();
        return state.newest()
                .map(newest -> new ProxyReport(
                        ProxyReport.SCHEMA,
                        newest.sandbox().uid(),
                        version,
                        startedAt,
                        unreadiness().isEmpty(),
                        running.isStopping(),
                        new ConfigState(
                                state.current()
                                        .map(serving -> serving.config().generation())
                                        .orElse(0L),
                                state.problem()),
                        state.current()
                                .map(serving -> serving.credentials().states())
                                .orElse(List.of()),
                        counters.read(),
                        audit.head()));
    }

    /** Why no requests should be sent, a line each; empty: they should. */
    public List<String> unreadiness() {
        List<String> reasons = new ArrayList<>();
        Optional<Snapshot> current = snapshots.current();
        if (current.isEmpty()) {
            reasons.add("config: " + snapshots.state().problem().orElse("none"));
        } else if (!current.get().credentials().areComplete()) {
            reasons.add("credentials: not all Secret values can be used; /status names them");
        }
        if (running.isStopping()) {
            reasons.add("stopping");
        }
        if (audit.hasFailed()) {
            reasons.add("audit: lines cannot be written");
        }
        return reasons;
    }
}
