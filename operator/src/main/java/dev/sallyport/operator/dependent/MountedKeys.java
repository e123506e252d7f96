package dev.sallyport.operator.dependent;

import dev.sallyport.operator.model.Names;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The Secret values that a pod's proxy can see: what is mounted cannot be changed while the pod lives. */
final class MountedKeys {

    private MountedKeys() {}

    /** The paths in the credentials volume. */
    static Set<String> of(Pod pod) {
        Set<String> keys = new HashSet<>();
        for (Volume volume : orEmpty(pod.getSpec().getVolumes())) {
            if (volume.getName().equals(Names.CREDENTIALS_VOLUME) && volume.getProjected() != null) {
                for (VolumeProjection source : orEmpty(volume.getProjected().getSources())) {
                    if (source.getSecret() != null) {
                        orEmpty(source.getSecret().getItems()).stream()
                                .map(KeyToPath::getPath)
                                .forEach(keys::add);
                    }
                }
            }
        }
        return keys;
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
