package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.SandboxId;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplate;
import java.util.List;
import java.util.Map;

/** The volumes that outlive the pod, but not the sandbox. */
final class SandboxClaims {

    private SandboxClaims() {}

    static List<PersistentVolumeClaim> of(Sandbox sandbox) {
        return sandbox.claims().stream()
                .map(template -> claim(sandbox.id(), template))
                .toList();
    }

    private static PersistentVolumeClaim claim(SandboxId id, PersistentVolumeClaimTemplate template) {
        ObjectMeta wanted = template.getMetadata();
        return new PersistentVolumeClaimBuilder()
                .withMetadata(new ObjectMetaBuilder(Metadata.of(id, Names.claim(wanted.getName(), id.name())))
                        .addToLabels(without(wanted.getLabels()))
                        .addToAnnotations(without(wanted.getAnnotations()))
                        .build())
                .withSpec(template.getSpec())
                .build();
    }

    /** Labels of a claim select nothing of ours but by these names. */
    private static Map<String, String> without(@org.jspecify.annotations.Nullable Map<String, String> names) {
        return names == null
                ? Map.of()
                : names.entrySet().stream()
                        .filter(entry -> !entry.getKey().startsWith(Names.DOMAIN))
                        .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
