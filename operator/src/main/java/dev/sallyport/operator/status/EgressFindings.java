package dev.sallyport.operator.status;

import dev.sallyport.contract.status.EgressFinding;
import dev.sallyport.operator.model.GuardResult;
import dev.sallyport.operator.model.PodState;
import java.util.Optional;

/** What {@code EgressEnforced} says: what the guard proved at the pod's start, as long as nothing has undone it since. */
final class EgressFindings {

    private EgressFindings() {}

    static Finding of(Optional<PodState> state) {
        if (state.isEmpty()) {
            return Finding.unknown("NoPod", "There is no pod");
        }
        PodState pod = state.get();
        Optional<String> breach = pod.breach();
        if (breach.isPresent()) {
            return Finding.no(
                    "EphemeralContainer",
                    "The " + breach.get() + ": delete the pod to get one whose isolation is proved again");
        }
        if (!pod.hasGuard()) {
            return Finding.no(
                    "NoGuard",
                    "An earlier release made the pod without an egress guard: delete it to get one whose isolation is"
                            + " proved");
        }
        return pod.guard()
                .map(EgressFindings::of)
                .orElseGet(() -> Finding.unknown("NotProvedYet", "The egress guard has not ended yet"));
    }

    private static Finding of(GuardResult result) {
        return switch (result) {
            case GuardResult.Unreadable unreadable ->
                Finding.no(
                        "GuardFailed",
                        "The egress guard ended with exit code " + unreadable.exitCode()
                                + " and left no finding; no agent was started: see the log of container egress-guard");
            case GuardResult.Found found -> of(found.finding());
        };
    }

    private static Finding of(EgressFinding finding) {
        String why = finding.reason().orElse("it does not say why");
        return switch (finding.outcome()) {
            case ENFORCED ->
                Finding.yes(
                        "Proved",
                        finding.ways() + " ways out were tried as " + String.join(", ", finding.users()) + ", "
                                + finding.tried() + " attempts in " + finding.millis() + " ms: all are shut");
            case OPEN ->
                Finding.no(
                        "WayOpen",
                        "No agent was started, since a way out of the pod is not shown to be shut: "
                                + String.join("; ", finding.open()));
            case FAILED -> Finding.no("GuardFailed", "No agent was started, since the egress guard failed: " + why);
        };
    }
}
