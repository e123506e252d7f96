package dev.sallyport.operator.status;

import dev.sallyport.contract.status.Counters;
import dev.sallyport.operator.model.Lifecycle;
import dev.sallyport.operator.model.Obstacle;
import dev.sallyport.operator.model.PodState;
import dev.sallyport.operator.model.SandboxId;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.status.proxy.ProxyObservation;
import java.util.List;
import java.util.Optional;

/**
 * All that one reconciliation found out.
 *
 * @param id the sandbox, with the generation that the facts are about
 * @param verdict what became of reading its spec
 * @param step whether it should have a pod
 * @param pod the agent's pod; empty: it has none
 * @param proxyPod the pod that its proxy is in, which may be the same; empty: it has none
 * @param obstacle what keeps the operator from making the sandbox as it should be; empty: nothing
 * @param proxy what is known of the proxy in that pod; empty: nothing yet
 * @param finals counters that ended proxies left, oldest first; the same ones may be told again
 */
public record Facts(
        SandboxId id,
        Verdict verdict,
        Lifecycle.Step step,
        Optional<PodState> pod,
        Optional<PodState> proxyPod,
        Optional<Obstacle> obstacle,
        Optional<ProxyObservation> proxy,
        List<Counters> finals) {

    /** Whether the proxy has a pod of its own: its agent comes to it by a Service, which leads to pods that are ready. */
    boolean hasPairedProxy() {
        return proxyPod.filter(proxys ->
                        pod.filter(agents -> agents.uid().equals(proxys.uid())).isEmpty())
                .isPresent();
    }

    /**
     * Whether the proxy works, for all that kubelet knows, and was not asked yet: so it is when the operator has just
     * started, and no reason to doubt what the status says.
     */
    boolean isUnaskedButReady() {
        boolean unasked = proxy.filter(
                        known -> known.answer().isPresent() || known.failure().isPresent())
                .isEmpty();
        return unasked
                && proxyPod.filter(state -> state.isReady() && !state.isTerminating())
                        .isPresent();
    }
}
