package dev.sallyport.operator.desired;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.SandboxId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the metadata of all owned objects has in common. */
final class Metadata {

    private Metadata() {}

    static ObjectMeta of(SandboxId id, String name) {
        return new ObjectMetaBuilder()
                .withNamespace(id.namespace())
                .withName(name)
                .withLabels(labels(id))
                .withOwnerReferences(owner(id))
                .build();
    }

    /**
     * The labels of Kubernetes\' convention, and our own.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/">Common labels</a>
     */
    static SortedMap<String, String> labels(SandboxId id) {
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put("app.kubernetes.io/name", "agent-sandbox");
        labels.put("app.kubernetes.io/instance", id.name());
        labels.put("app.kubernetes.io/managed-by", Names.FIELD_MANAGER);
        labels.put(Names.SANDBOX_LABEL, id.name());
        return labels;
    }

    static OwnerReference owner(SandboxId id) {
        return new OwnerReferenceBuilder()
                .withApiVersion(HasMetadata.getApiVersion(AgentSandbox.class))
                .withKind(HasMetadata.getKind(AgentSandbox.class))
                .withName(id.name())
                .withUid(id.uid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
