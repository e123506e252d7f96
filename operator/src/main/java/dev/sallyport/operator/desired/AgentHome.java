package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the home of one container's programs is. What the template says of it stands: a variable {@code HOME}, or a volume
 * mounted there or above. Otherwise it is on a volume of the pod's, which no image has anything to hide under, in a part that all
 * containers of one user share: an init container can prepare what another reads, and no user finds files that are not its own.
 *
 * @param path its absolute path; empty: the container takes it from somewhere that is not known before it starts
 * @param mount of the pod's volume; empty: it is none of that
 */
record AgentHome(Optional<String> path, Optional<VolumeMount> mount) {

    /** The variable. */
    private static final String VARIABLE = "HOME";

    /** No image has it: a volume over what an image has in its own home would hide that. */
    private static final String PATH = "/home/sallyport";

    /** What a container of the agent may write to the node's disk by default. */
    private static final String MOST = "8Gi";

    /**
     * The home of a container.
     *
     * @param template as the user wrote it
     * @param user what it runs as
     */
    static AgentHome of(Container template, long user) {
        Optional<EnvVar> own = variable(template);
        if (own.isPresent()) {
            return new AgentHome(own.flatMap(AgentHome::literal), Optional.empty());
        }
        boolean covered = orEmpty(template.getVolumeMounts()).stream().anyMatch(mount -> covers(mount, PATH));
        return new AgentHome(Optional.of(PATH), covered ? Optional.empty() : Optional.of(mount(user)));
    }

    /** What a container's variable says; empty: it has none, or one that is not known before it starts. */
    static Optional<String> said(Container container) {
        return variable(container).flatMap(AgentHome::literal);
    }

    /** Of several of one name Kubernetes takes the last. */
    private static Optional<EnvVar> variable(Container container) {
        return orEmpty(container.getEnv()).stream()
                .filter(variable -> VARIABLE.equals(variable.getName()))
                .reduce((first, last) -> last);
    }

    /** The pod's volume, for those containers that have a part of it. */
    static Volume volume() {
        return new VolumeBuilder()
                .withName(Names.HOME_VOLUME)
                .withNewEmptyDir()
                .withSizeLimit(new Quantity(MOST))
                .endEmptyDir()
                .build();
    }

    private static VolumeMount mount(long user) {
        return new VolumeMountBuilder()
                .withName(Names.HOME_VOLUME)
                .withMountPath(PATH)
                .withSubPath(Long.toString(user))
                .build();
    }

    private static Optional<String> literal(EnvVar variable) {
        String value = variable.getValue();
        boolean known = variable.getValueFrom() == null
                && value != null
                && value.startsWith("/")
                && !value.contains("$")
                && !List.of(value.split("/")).contains("..");
        return known ? Optional.of(value) : Optional.empty();
    }

    /** Whether a path is at a mount or below it. */
    static boolean covers(VolumeMount mount, String path) {
        String at = mount.getMountPath();
        String directory = at.endsWith("/") ? at : at + "/";
        return path.equals(at) || (path + "/").startsWith(directory);
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
