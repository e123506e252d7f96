package dev.sallyport.operator.reconciler;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.operator.model.PodState;
import dev.sallyport.operator.status.FinalReports;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.IndexedResourceCache;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.function.Consumer;

/**
 * Watches the sandboxes' pods. A pod that goes takes its proxy's last counters with it, and the reconciler that is woken
 * finds neither: so they are read from the last that was seen of it.
 */
final class PodEventSource extends InformerEventSource<Pod, AgentSandbox> implements ResourceEventAware<AgentSandbox> {

    private final FinalReports finalReports;
    private final IndexedResourceCache<AgentSandbox> sandboxes;
    private final Consumer<AgentSandbox> onSandboxGone;

    PodEventSource(
            InformerEventSourceConfiguration<Pod> configuration,
            EventSourceContext<AgentSandbox> context,
            FinalReports finalReports,
            Consumer<AgentSandbox> onSandboxGone) {
        super(configuration, context);
        this.finalReports = finalReports;
        this.sandboxes = context.getPrimaryCache();
        this.onSandboxGone = onSandboxGone;
    }

    @Override
    public void onDelete(Pod pod, boolean finalStateUnknown) {
        pod.getMetadata().getOwnerReferences().stream()
                .filter(owner -> isKnown(owner, pod.getMetadata().getNamespace()))
                .forEach(owner -> finalReports.add(owner.getUid(), new PodState(pod).finalCounters(owner.getUid())));
        super.onDelete(pod, finalStateUnknown);
    }

    private boolean isKnown(OwnerReference owner, String namespace) {
        return sandboxes
                .get(new ResourceID(owner.getName(), namespace))
                .filter(sandbox -> sandbox.getMetadata().getUid().equals(owner.getUid()))
                .isPresent();
    }

    @Override
    public void onResourceDeleted(AgentSandbox sandbox) {
        onSandboxGone.accept(sandbox);
    }
}
