package dev.sallyport.operator.dependent;

import dev.sallyport.operator.desired.DesiredState;
import dev.sallyport.operator.model.Lifecycle.Step;
import dev.sallyport.operator.model.Obstacle;
import dev.sallyport.operator.model.SandboxId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;

/** All objects of a sandbox. */
public final class SandboxObjects {

    private final OwnedObjects objects;
    private final SandboxPods pods;

    public SandboxObjects(KubernetesClient client) {
        this.objects = new OwnedObjects(client);
        this.pods = new SandboxPods(client);
    }

    /** Brings everything to what is desired: first what the pod needs, then the pod. */
    public Outcome bring(SandboxId id, DesiredState desired, Step step, Cached cached) {
        try {
            for (HasMetadata object : desired.prerequisites()) {
                objects.apply(object, cached);
            }
        } catch (NameTakenException e) {
            return keep(id, step, cached)
                    .but(new Obstacle("NameTaken", e.getMessage() + ": delete it, or give the sandbox another name"));
        }
        return step == Step.RUN
                ? pods.bring(desired.pod(), cached.find(Pod.class, id.name()))
                : pods.remove(id.uid(), cached.find(Pod.class, id.name()));
    }

    /** Leaves everything as it is, where nobody knows how it should be. Stopping is always possible. */
    public Outcome keep(SandboxId id, Step step, Cached cached) {
        if (step != Step.RUN) {
            return pods.remove(id.uid(), cached.find(Pod.class, id.name()));
        }
        return cached.find(Pod.class, id.name())
                .filter(pod -> Ownership.isOwnedBy(pod, id.uid()))
                .map(Outcome::of)
                .orElseGet(Outcome::none);
    }

    /** Forgets a sandbox that is gone. */
    public void forget(String uid) {
        objects.forget(uid);
    }
}
