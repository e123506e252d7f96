package dev.sallyport.operator.model;

import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.FinalReport;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what kubelet says of a sandbox's pod. */
public final class PodState {

    private final Pod pod;
    private final @Nullable PodStatus status;

    public PodState(Pod pod) {
        this.pod = pod;
        this.status = pod.getStatus();
    }

    public String uid() {
        return pod.getMetadata().getUid();
    }

    public String name() {
        return pod.getMetadata().getName();
    }

    /** The pod's own address; empty: its network is not set up yet. */
    public Optional<String> address() {
        return Optional.ofNullable(status).map(PodStatus::getPodIP).filter(ip -> !ip.isEmpty());
    }

    public boolean isTerminating() {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    public boolean isReady() {
        return condition("Ready")
                .filter(ready -> ready.getStatus().equals("True"))
                .isPresent();
    }

    /** Whether it ended by itself: one that is being deleted ends too, and that is no result. */
    public boolean isFinished() {
        return !isTerminating() && (hasPhase("Succeeded") || hasPhase("Failed"));
    }

    public boolean isSucceeded() {
        return hasPhase("Succeeded");
    }

    /**
     * Whether the pod was ended from outside, by eviction or with its node, although its containers are to be restarted
     * for ever: only a new pod can go on.
     */
    public boolean isLost() {
        return hasPhase("Failed")
                && (pod.getSpec().getRestartPolicy() == null
                        || pod.getSpec().getRestartPolicy().equals("Always"));
    }

    /** How the agent's containers ended: {@code agent: exit code 0}, one after the other. */
    public String exits() {
        String exits = statuses(status == null ? null : status.getContainerStatuses())
                .flatMap(container -> terminated(container.getState())
                        .map(end -> container.getName() + ": exit code " + end.getExitCode()
                                + (end.getReason() == null || end.getReason().equals("Completed")
                                        ? ""
                                        : " (" + end.getReason() + ")"))
                        .stream())
                .collect(Collectors.joining(", "));
        String reason = status == null ? null : status.getReason();
        return exits.isEmpty() ? Objects.requireNonNullElse(reason, "the pod ended") : exits;
    }

    /** How often kubelet restarted the proxy in this pod. */
    public long proxyRestarts() {
        return proxy().map(ContainerStatus::getRestartCount).orElse(0);
    }

    public boolean isProxyRunning() {
        return proxy().map(ContainerStatus::getState)
                .filter(state -> state.getRunning() != null)
                .isPresent();
    }

    /** What holds the pod up, as reason and message; empty: kubelet names nothing. */
    public Optional<Obstacle> obstacle() {
        Optional<Obstacle> waiting =
                containers().flatMap(container -> waiting(container).stream()).findFirst();
        return waiting.or(() -> condition("PodScheduled")
                .filter(scheduled -> scheduled.getStatus().equals("False"))
                .map(scheduled -> new Obstacle(
                        Objects.requireNonNullElse(scheduled.getReason(), "Unschedulable"),
                        Objects.requireNonNullElse(scheduled.getMessage(), "the pod is not scheduled"))));
    }

    /** The counters that this sandbox's proxy left when it ended, oldest first. Others' reports are not believed. */
    public List<Counters> finalCounters(String sandboxUid) {
        return proxy().stream()
                .flatMap(proxy -> Stream.of(proxy.getLastState(), proxy.getState()))
                .flatMap(state -> terminated(state).stream())
                .flatMap(end -> Stream.ofNullable(end.getMessage()))
                .flatMap(message -> finalReport(message).stream())
                .filter(report -> report.sandboxUid().equals(sandboxUid))
                .map(FinalReport::counters)
                .toList();
    }

    /**
     * What the guard found at its last run, which may be the one before a pause, or before another try that still runs;
     * empty: it has not ended yet, or the pod has none. A pod whose sandbox is made anew proves anew.
     */
    public Optional<GuardResult> guard() {
        return initContainer(Names.GUARD_CONTAINER)
                .flatMap(guard -> terminated(guard.getState())
                        .or(() -> terminated(guard.getLastState())
                                .filter(end -> waiting(guard).isPresent() || !Objects.equals(end.getExitCode(), 0))))
                .map(end -> GuardResult.of(end.getExitCode() == null ? -1 : end.getExitCode(), end.getMessage()));
    }

    /** Whether the pod was made with a guard: those of releases before there was one were not. */
    public boolean hasGuard() {
        return pod.getSpec().getInitContainers() != null
                && pod.getSpec().getInitContainers().stream()
                        .anyMatch(container -> container.getName().equals(Names.GUARD_CONTAINER));
    }

    /** What was added to the pod since it began and may get around its fence; empty: nothing. */
    public Optional<String> breach() {
        return EphemeralContainers.breach(pod);
    }

    /** A proxy that was killed leaves no report, and one that failed to start a few words. */
    private static Optional<FinalReport> finalReport(String message) {
        try {
            return Optional.of(StrictJson.read(message.strip().getBytes(StandardCharsets.UTF_8), FinalReport.class));
        } catch (InvalidJsonException e) {
            return Optional.empty();
        }
    }

    private Optional<ContainerStatus> proxy() {
        return containers()
                .filter(container -> container.getName().equals(Names.PROXY_CONTAINER))
                .findFirst();
    }

    /** Init containers first. */
    private Stream<ContainerStatus> containers() {
        return Stream.concat(
                statuses(status == null ? null : status.getInitContainerStatuses()),
                statuses(status == null ? null : status.getContainerStatuses()));
    }

    private Optional<ContainerStatus> initContainer(String name) {
        return statuses(status == null ? null : status.getInitContainerStatuses())
                .filter(container -> container.getName().equals(name))
                .findFirst();
    }

    private static Optional<Obstacle> waiting(ContainerStatus container) {
        ContainerStateWaiting waiting =
                container.getState() == null ? null : container.getState().getWaiting();
        String reason = waiting == null ? null : waiting.getReason();
        if (waiting == null
                || reason == null
                || reason.equals("PodInitializing")
                || reason.equals("ContainerCreating")) {
            return Optional.empty();
        }
        String message = Objects.requireNonNullElse(waiting.getMessage(), "it is waiting");
        return Optional.of(new Obstacle(reason, "container " + container.getName() + ": " + message));
    }

    private static Optional<ContainerStateTerminated> terminated(@Nullable ContainerState state) {
        return Optional.ofNullable(state).map(ContainerState::getTerminated);
    }

    private static Stream<ContainerStatus> statuses(@Nullable List<ContainerStatus> statuses) {
        return statuses == null ? Stream.of() : statuses.stream();
    }

    private Optional<PodCondition> condition(String type) {
        return status == null || status.getConditions() == null
                ? Optional.empty()
                : status.getConditions().stream()
                        .filter(condition -> condition.getType().equals(type))
                        .findFirst();
    }

    private boolean hasPhase(String phase) {
        return status != null && phase.equals(status.getPhase());
    }
}
