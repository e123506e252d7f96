package dev.sallyport.operator.status;

import dev.sallyport.api.v1alpha1.AgentSandboxStatus;
import dev.sallyport.api.v1alpha1.Condition;
import dev.sallyport.api.v1alpha1.ConditionStatus;
import dev.sallyport.api.v1alpha1.ProxyStatus;
import dev.sallyport.operator.model.Happening;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What happened between two statuses. As the first of them is stored in the resource, an operator that starts again tells
 * nothing twice.
 */
public final class Happenings {

    private static final String OBSERVE = "Observe";

    private final @Nullable AgentSandboxStatus before;
    private final AgentSandboxStatus after;
    private final List<Happening> happenings = new ArrayList<>();

    private Happenings(@Nullable AgentSandboxStatus before, AgentSandboxStatus after) {
        this.before = before;
        this.after = after;
    }

    /** What is worth telling. */
    public static List<Happening> between(@Nullable AgentSandboxStatus before, AgentSandboxStatus after) {
        Happenings all = new Happenings(before, after);
        all.spec();
        all.credentials();
        all.proxy();
        all.rest();
        return all.happenings;
    }

    private void spec() {
        newly(ConditionType.Accepted, ConditionStatus.False)
                .ifPresent(refused -> warning("SpecRefused", "Validate", refused.message()));
        back(ConditionType.Accepted).ifPresent(accepted -> normal("SpecAccepted", "Validate", accepted.message()));
    }

    private void credentials() {
        newly(ConditionType.CredentialsResolved, ConditionStatus.False)
                .ifPresent(missing -> warning(
                        missing.reason().equals("SecretMissing") ? "CredentialMissing" : "CredentialInvalid",
                        OBSERVE,
                        missing.message()));
        back(ConditionType.CredentialsResolved)
                .ifPresent(resolved -> normal("CredentialsResolved", OBSERVE, resolved.message()));
    }

    private void proxy() {
        Optional<Condition> was = find(before, ConditionType.ProxyReady);
        Optional<Condition> is = find(after, ConditionType.ProxyReady);
        boolean served = was.filter(condition -> condition.status() == ConditionStatus.True)
                .isPresent();
        if (is.isPresent() && is.get().status() == ConditionStatus.True && !served) {
            normal("ProxyReady", OBSERVE, is.get().message());
        }
        newly(ConditionType.ProxyReady, ConditionStatus.False)
                .filter(lost -> switch (lost.reason()) {
                    case "Unreachable", "Unreadable", "NotAuthentic", "ConfigRejected" -> true;
                    default -> false;
                })
                .ifPresent(lost -> warning("ProxyNotReady", OBSERVE, lost.reason() + ": " + lost.message()));
        ProxyStatus proxyBefore = before == null ? null : before.proxy();
        ProxyStatus proxyAfter = after.proxy();
        if (proxyBefore != null && proxyAfter != null && proxyAfter.restarts() > proxyBefore.restarts()) {
            warning("ProxyRestarted", OBSERVE, "The proxy was restarted; restarts so far: " + proxyAfter.restarts());
        }
    }

    private void rest() {
        newly(ConditionType.Ready, ConditionStatus.True).ifPresent(ready -> normal("Ready", OBSERVE, ready.message()));
        newly(ConditionType.Ready, ConditionStatus.False)
                .filter(obstacle -> switch (obstacle.reason()) {
                    case "NameTaken", "PodInvalid", "PodForbidden" -> true;
                    default -> false;
                })
                .ifPresent(obstacle -> warning(obstacle.reason(), "Apply", obstacle.message()));
        newly(ConditionType.Suspended, ConditionStatus.True)
                .ifPresent(suspended -> normal(suspended.reason(), "Suspend", suspended.message()));
        newly(ConditionType.Finished, ConditionStatus.True).ifPresent(finished -> {
            if (finished.reason().equals("Succeeded")) {
                normal("AgentSucceeded", OBSERVE, finished.message());
            } else {
                warning("AgentFailed", OBSERVE, finished.message());
            }
        });
    }

    /** The condition, if it has this status now and had another, another reason or (where it is bad) another message. */
    private Optional<Condition> newly(ConditionType type, ConditionStatus status) {
        return find(after, type)
                .filter(is -> is.status() == status)
                .filter(is -> find(before, type)
                        .filter(was -> was.status() == status
                                && (status == ConditionStatus.True
                                        || (was.reason().equals(is.reason())
                                                && was.message().equals(is.message()))))
                        .isEmpty());
    }

    /** The condition, if it was false and is true. */
    private Optional<Condition> back(ConditionType type) {
        return find(before, type)
                .filter(was -> was.status() == ConditionStatus.False)
                .flatMap(was -> find(after, type))
                .filter(is -> is.status() == ConditionStatus.True);
    }

    private static Optional<Condition> find(@Nullable AgentSandboxStatus status, ConditionType type) {
        return StatusComposer.find(status, type);
    }

    private void normal(String reason, String action, String note) {
        happenings.add(Happening.normal(reason, action, note));
    }

    private void warning(String reason, String action, String note) {
        happenings.add(Happening.warning(reason, action, note));
    }
}
