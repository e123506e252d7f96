package dev.sallyport.operator.dependent;

import dev.sallyport.operator.desired.DesiredState;
import dev.sallyport.operator.model.Lifecycle.Step;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Obstacle;
import dev.sallyport.operator.model.PodState;
import dev.sallyport.operator.model.SandboxId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;
import java.util.function.Function;

/** All objects of a sandbox. */
public final class SandboxObjects {

    private final OwnedObjects objects;
    private final SandboxPods pods;

    public SandboxObjects(KubernetesClient client) {
        this.objects = new OwnedObjects(client);
        this.pods = new SandboxPods(client);
    }

    /**
     * Brings everything to what is desired: first what the pods need, then the pods.
     *
     * @param service by which the proxy is found; empty: it needs none
     * @param desired all else, of the address that the Service has; empty where there is none
     */
    public Outcome bring(
            SandboxId id,
            Optional<Service> service,
            Function<Optional<String>, DesiredState> desired,
            Step step,
            Cached cached) {
        DesiredState state;
        try {
            state = desired.apply(service.map(
                    wanted -> objects.apply(wanted, cached).getSpec().getClusterIP()));
            for (HasMetadata object : state.prerequisites()) {
                objects.apply(object, cached);
            }
        } catch (NameTakenException e) {
            return keep(id, step, cached)
                    .but(new Obstacle("NameTaken", e.getMessage() + ": delete it, or give the sandbox another name"));
        }
        if (step != Step.RUN) {
            return remove(id, cached);
        }
        return state.proxy().isPresent()
                ? bringPair(id, state.proxy().get(), state.pod(), cached)
                : bringOne(id, state.pod(), cached);
    }

    /** A proxy's own pod is left over where the placement was another before. */
    private Outcome bringOne(SandboxId id, Pod desired, Cached cached) {
        Outcome left = pods.remove(id.uid(), proxyPod(id, cached));
        Outcome outcome = pods.bring(desired, agentPod(id, cached));
        return left.pod().isEmpty() ? outcome : outcome.beside(left);
    }

    /**
     * The proxy first: the agent's pod is made when there is somebody to ask. It stays when the proxy's pod is replaced, and
     * ends it when it has itself ended.
     */
    private Outcome bringPair(SandboxId id, Pod proxy, Pod agent, Cached cached) {
        Optional<Pod> seen = agentPod(id, cached);
        if (seen.filter(pod -> Ownership.isOwnedBy(pod, id.uid())
                        && new PodState(pod).isFinished()
                        && !new PodState(pod).isLost())
                .isPresent()) {
            return pods.bring(agent, seen).beside(pods.remove(id.uid(), proxyPod(id, cached)));
        }
        Outcome first = pods.bring(proxy, proxyPod(id, cached));
        boolean ready = first.pod()
                .map(PodState::new)
                .filter(state -> state.isReady() && !state.isTerminating())
                .isPresent();
        return ready || seen.isPresent()
                ? pods.bring(agent, seen).beside(first)
                : Outcome.none().beside(first);
    }

    /** Leaves everything as it is, where nobody knows how it should be. Stopping is always possible. */
    public Outcome keep(SandboxId id, Step step, Cached cached) {
        if (step != Step.RUN) {
            return remove(id, cached);
        }
        Outcome agent = kept(id, agentPod(id, cached));
        Outcome proxy = kept(id, proxyPod(id, cached));
        return proxy.pod().isEmpty() ? agent : agent.beside(proxy);
    }

    private static Outcome kept(SandboxId id, Optional<Pod> pod) {
        return pod.filter(found -> Ownership.isOwnedBy(found, id.uid()))
                .map(Outcome::of)
                .orElseGet(Outcome::none);
    }

    private Outcome remove(SandboxId id, Cached cached) {
        Outcome agent = pods.remove(id.uid(), agentPod(id, cached));
        Outcome proxy = pods.remove(id.uid(), proxyPod(id, cached));
        return proxy.pod().isEmpty() ? agent : agent.beside(proxy);
    }

    private static Optional<Pod> agentPod(SandboxId id, Cached cached) {
        return cached.find(Pod.class, id.name());
    }

    private static Optional<Pod> proxyPod(SandboxId id, Cached cached) {
        return cached.find(Pod.class, Names.owned(id.name()));
    }

    /** Forgets a sandbox that is gone. */
    public void forget(String uid) {
        objects.forget(uid);
    }
}
