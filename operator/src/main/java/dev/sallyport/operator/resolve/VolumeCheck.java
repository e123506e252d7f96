package dev.sallyport.operator.resolve;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Problem;
import io.fabric8.kubernetes.api.model.CSIVolumeSource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplate;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds in the template's volumes what would undo the isolation. Kinds of volume are those of the restricted Pod Security
 * Standard, and images: what is not known to be harmless is refused.
 */
final class VolumeCheck {

    private static final String VOLUMES = "spec.podTemplate.spec.volumes";

    private final SecretCheck secrets;
    private final Problems problems;

    VolumeCheck(SecretCheck secrets, Problems problems) {
        this.secrets = secrets;
        this.problems = problems;
    }

    static Problem proxyConfig(String path, String configMap) {
        return Problem.isolation(
                path, "the ConfigMap " + configMap + " is a proxy's configuration", "use a ConfigMap of your own");
    }

    void check(PodSpec pod, List<PersistentVolumeClaimTemplate> claims) {
        Set<String> names = new HashSet<>();
        List<Volume> volumes = pod.getVolumes() == null ? List.of() : pod.getVolumes();
        for (int i = 0; i < volumes.size(); i++) {
            String path = VOLUMES + "[" + i + "]";
            name(volumes.get(i).getName(), path + ".name", names);
            kind(volumes.get(i), path);
        }
        for (int i = 0; i < claims.size(); i++) {
            String path = "spec.volumeClaimTemplates[" + i + "]";
            String name = claims.get(i).getMetadata() == null
                    ? null
                    : claims.get(i).getMetadata().getName();
            if (name == null || !name.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
                problems.add(Problem.invalid(
                        path + ".metadata.name", "not a DNS label", "name it as the volume that mounts it"));
            } else {
                name(name, path + ".metadata.name", names);
            }
            if (claims.get(i).getSpec() == null) {
                problems.add(Problem.invalid(path + ".spec", "it is missing", "say how much storage it asks for"));
            }
        }
    }

    private void name(String name, String path, Set<String> names) {
        if (name.startsWith(Names.VOLUME_PREFIX)) {
            problems.add(Problem.conflict(
                    path, "names that begin with " + Names.VOLUME_PREFIX + " are Sallyport's", "rename it"));
        }
        if (!names.add(name)) {
            problems.add(Problem.conflict(path, "two volumes are called " + name, "rename one of them"));
        }
    }

    private void kind(Volume volume, String path) {
        if (volume.getHostPath() != null) {
            problems.add(Problem.isolation(
                    path + ".hostPath",
                    "the agent would read the node's files, kubelet's copies of Secrets among them",
                    "use emptyDir, or a claim of volumeClaimTemplates"));
        } else if (volume.getSecret() != null) {
            secrets.check(volume.getSecret().getSecretName(), path + ".secret");
        } else if (volume.getConfigMap() != null) {
            configMap(volume.getConfigMap().getName(), path + ".configMap");
        } else if (volume.getProjected() != null) {
            projected(volume.getProjected(), path + ".projected");
        } else if (volume.getCsi() != null) {
            csi(volume.getCsi(), path + ".csi");
        } else if (volume.getEmptyDir() == null
                && volume.getPersistentVolumeClaim() == null
                && volume.getEphemeral() == null
                && volume.getDownwardAPI() == null
                && volume.getImage() == null) {
            problems.add(Problem.isolation(
                    path,
                    "volumes of this kind are mounted by the node with what the node may do",
                    "use emptyDir, configMap, secret, projected, downwardAPI, ephemeral, image or a claim"));
        }
    }

    private void projected(ProjectedVolumeSource projected, String path) {
        List<VolumeProjection> sources = projected.getSources() == null ? List.of() : projected.getSources();
        for (int i = 0; i < sources.size(); i++) {
            VolumeProjection source = sources.get(i);
            String at = path + ".sources[" + i + "]";
            if (source.getServiceAccountToken() != null) {
                problems.add(Problem.isolation(
                        at + ".serviceAccountToken",
                        "the agent would hold a token of its service account",
                        "remove it"));
            }
            if (source.getPodCertificate() != null) {
                problems.add(Problem.isolation(
                        at + ".podCertificate", "the agent would hold a key of its service account", "remove it"));
            }
            if (source.getSecret() != null) {
                secrets.check(source.getSecret().getName(), at + ".secret");
            }
            if (source.getConfigMap() != null) {
                configMap(source.getConfigMap().getName(), at + ".configMap");
            }
        }
    }

    private void csi(CSIVolumeSource csi, String path) {
        if ("secrets-store.csi.k8s.io".equals(csi.getDriver())) {
            problems.add(Problem.isolation(
                    path + ".driver",
                    "what the driver fetches may be a credential, and it cannot be told from here",
                    "let it sync a Secret, and name that in a route"));
        }
        if (csi.getNodePublishSecretRef() != null) {
            problems.add(Problem.isolation(
                    path + ".nodePublishSecretRef",
                    "the driver would act with a Secret on the agent's behalf",
                    "use a claim of volumeClaimTemplates"));
        }
    }

    private void configMap(@Nullable String name, String path) {
        if (name != null && Names.isOwned(name)) {
            problems.add(proxyConfig(path, name));
        }
    }
}
