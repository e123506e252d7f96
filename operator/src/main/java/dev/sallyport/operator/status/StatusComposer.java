package dev.sallyport.operator.status;

import dev.sallyport.api.v1alpha1.AgentSandboxStatus;
import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.api.v1alpha1.Condition;
import dev.sallyport.api.v1alpha1.ProxyStatus;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.ProxyReport;
import dev.sallyport.operator.model.PodState;
import dev.sallyport.operator.status.proxy.ProxyObservation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The status that follows from the facts and from the status before. Folding the same facts again changes nothing, so
 * that it can be done anew on a newer copy of the resource when a write is refused.
 */
public final class StatusComposer {

    /** How old {@code proxy.lastObservedTime} may grow while nothing else changes: a write each poll would be too many. */
    static final Duration OBSERVED_AGE = Duration.ofMinutes(5);

    private final Clock clock;

    public StatusComposer(Clock clock) {
        this.clock = clock;
    }

    /**
     * Composes.
     *
     * @param before the status as it is; null: there is none yet
     * @return the status as it should be: equal to the one before if there is nothing worth a write
     */
    public AgentSandboxStatus compose(@Nullable AgentSandboxStatus before, Facts facts) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Map<ConditionType, Finding> findings = Findings.of(facts, before);
        AgentSandboxStatus after = new AgentSandboxStatus(
                facts.id().generation(),
                facts.pod().map(PodState::name).orElse(null),
                conditions(before, findings, facts.id().generation(), now),
                proxy(before, facts, findings.getOrDefault(ConditionType.ProxyReady, Finding.unknown("", ""))),
                audit(before == null ? null : before.audit(), facts));
        return before != null && isNotWorthAWrite(before, after) ? before : after;
    }

    private static List<Condition> conditions(
            @Nullable AgentSandboxStatus before, Map<ConditionType, Finding> findings, long generation, Instant now) {
        return findings.entrySet().stream()
                .map(entry ->
                        condition(find(before, entry.getKey()), entry.getKey(), entry.getValue(), generation, now))
                .toList();
    }

    private static Condition condition(
            Optional<Condition> before, ConditionType type, Finding finding, long generation, Instant now) {
        String since = before.filter(condition -> condition.status() == finding.status())
                .map(Condition::lastTransitionTime)
                .orElse(now.toString());
        return new Condition(type.name(), finding.status(), generation, since, finding.reason(), finding.message());
    }

    /** The condition of this type; empty: the status has none. */
    public static Optional<Condition> find(@Nullable AgentSandboxStatus status, ConditionType type) {
        return status == null
                ? Optional.empty()
                : status.conditions().stream()
                        .filter(condition -> condition.type().equals(type.name()))
                        .findFirst();
    }

    private static @Nullable ProxyStatus proxy(@Nullable AgentSandboxStatus before, Facts facts, Finding ready) {
        if (facts.proxyPod().isEmpty()) {
            return null;
        }
        long restarts = facts.proxyPod().get().proxyRestarts();
        Optional<ProxyObservation.Answer> answer = facts.proxy().flatMap(ProxyObservation::answer);
        ProxyStatus known = before == null ? null : before.proxy();
        if (facts.isUnaskedButReady() && known != null) {
            return new ProxyStatus(
                    known.version(),
                    known.ready(),
                    restarts,
                    known.startedAt(),
                    known.configGeneration(),
                    known.lastObservedTime());
        }
        if (answer.isEmpty()) {
            return new ProxyStatus(null, false, restarts, null, null, null);
        }
        ProxyReport report = answer.get().report();
        return new ProxyStatus(
                report.version(),
                ready.isTrue(),
                restarts,
                report.startedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                report.config().generation(),
                answer.get().at().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /**
     * Files are folded in the order in which they were written. Those before the one that the status already speaks of were
     * folded when it was composed, and would otherwise count twice.
     */
    private static @Nullable AuditStatus audit(@Nullable AuditStatus before, Facts facts) {
        List<Counters> files = new ArrayList<>(facts.finals());
        facts.proxy()
                .flatMap(ProxyObservation::answer)
                .ifPresent(answer -> files.add(answer.report().counters()));
        String epoch = before == null ? null : before.counterEpoch();
        boolean known = files.stream().anyMatch(counters -> counters.epoch().equals(epoch));
        AuditStatus audit = before;
        for (Counters counters : files) {
            known &= !counters.epoch().equals(epoch);
            if (!known) {
                audit = AuditTotals.fold(audit, counters);
            }
        }
        return audit;
    }

    private static boolean isNotWorthAWrite(AgentSandboxStatus before, AgentSandboxStatus after) {
        if (before.equals(after)) {
            return true;
        }
        ProxyStatus was = before.proxy();
        ProxyStatus is = after.proxy();
        if (was == null || is == null || was.lastObservedTime() == null || is.lastObservedTime() == null) {
            return false;
        }
        ProxyStatus sameTime = new ProxyStatus(
                is.version(), is.ready(), is.restarts(), is.startedAt(), is.configGeneration(), was.lastObservedTime());
        AgentSandboxStatus sameButForTime = new AgentSandboxStatus(
                after.observedGeneration(), after.podName(), after.conditions(), sameTime, after.audit());
        return before.equals(sameButForTime)
                && Instant.parse(is.lastObservedTime())
                        .isBefore(Instant.parse(was.lastObservedTime()).plus(OBSERVED_AGE));
    }
}
