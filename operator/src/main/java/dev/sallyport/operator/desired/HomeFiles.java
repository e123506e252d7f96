package dev.sallyport.operator.desired;

import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.ProxyAddress;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.Sandbox.SeedFile;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the guard's container puts into the homes, and the volumes that it needs for that. A file is put on the volume that the
 * home is on, the template's or the pod's. It is left out where the home is on none, or on one that is only read, and where another
 * volume is mounted over the file's place.
 */
final class HomeFiles {

    /** Where the guard's container has the volumes. */
    private static final String ROOT = "/homes/";

    private final Map<Place, List<Integer>> places = new LinkedHashMap<>();
    private final Map<Source, String> roots = new LinkedHashMap<>();
    private final SortedMap<String, SeedFile> files;

    /** A volume or a part of it. */
    private record Source(String volume, String subPath) {}

    /** A directory of a volume, for one user. */
    private record Place(Source source, String into, String user) {}

    /** As the guard reads it. */
    private record Order(List<OrderedFile> files, List<Home> homes) {}

    private record OrderedFile(String path, String content, String mode) {}

    private record Home(String user, List<Long> groups, String root, String into, List<Integer> files, String access) {}

    private final List<Long> groups;
    private final Optional<String> only;
    private final Set<String> writable;

    /**
     * Of a pod.
     *
     * @param agents all containers of the template, hardened: users, homes and mounts are written into them
     * @param only the user as which all is done; empty: as each home's own
     */
    HomeFiles(Sandbox sandbox, List<Container> agents, ProxyAddress address, Optional<SecurityContext> only) {
        this.files = sandbox.filesFor(address);
        this.only = only.map(HomeFiles::user);
        PodSpec template = sandbox.template().getSpec();
        this.groups = groups(template.getSecurityContext());
        this.writable = Stream.concat(
                        orEmpty(template.getVolumes()).stream()
                                .filter(HomeFiles::isWritable)
                                .map(Volume::getName),
                        Stream.concat(
                                sandbox.claims().stream()
                                        .map(claim -> claim.getMetadata().getName()),
                                Stream.of(Names.HOME_VOLUME)))
                .collect(Collectors.toUnmodifiableSet());
        if (!files.isEmpty()) {
            agents.forEach(this::add);
        }
    }

    private static boolean isWritable(Volume volume) {
        return volume.getEmptyDir() != null
                || volume.getEphemeral() != null
                || volume.getCsi() != null
                || (volume.getPersistentVolumeClaim() != null
                        && !Boolean.TRUE.equals(
                                volume.getPersistentVolumeClaim().getReadOnly()));
    }

    private static List<Long> groups(@Nullable PodSecurityContext context) {
        if (context == null) {
            return List.of();
        }
        List<Long> groups = new ArrayList<>(orEmpty(context.getSupplementalGroups()));
        if (context.getFsGroup() != null && !groups.contains(context.getFsGroup())) {
            groups.add(context.getFsGroup());
        }
        return groups;
    }

    private void add(Container agent) {
        Optional<String> home = AgentHome.said(agent);
        List<String> paths = List.copyOf(files.keySet());
        for (int i = 0; home.isPresent() && i < paths.size(); i++) {
            int file = i;
            place(agent, home.get(), paths.get(i)).ifPresent(place -> {
                List<Integer> there = places.computeIfAbsent(place, key -> new ArrayList<>());
                if (!there.contains(file)) {
                    there.add(file);
                }
            });
        }
    }

    /** Where a file of the home is on a volume. */
    private Optional<Place> place(Container agent, String home, String file) {
        String directory = normal(home);
        String path = directory + "/" + file;
        return orEmpty(agent.getVolumeMounts()).stream()
                .filter(mount -> AgentHome.covers(mount, path))
                .max(Comparator.comparingInt(
                        mount -> normal(mount.getMountPath()).length()))
                .filter(mount ->
                        isWritable(mount) && !normal(mount.getMountPath()).equals(path))
                .flatMap(mount -> place(mount, directory, agent.getSecurityContext()));
    }

    private boolean isWritable(VolumeMount mount) {
        return !Boolean.TRUE.equals(mount.getReadOnly())
                && mount.getSubPathExpr() == null
                && writable.contains(mount.getName());
    }

    /** Only where the home itself is on the volume: of one that is mounted below it, others decide what is in it. */
    private Optional<Place> place(VolumeMount mount, String home, SecurityContext context) {
        String at = normal(mount.getMountPath());
        if (!(home + "/").startsWith(at + "/")) {
            return Optional.empty();
        }
        String user = user(context);
        boolean ours = mount.getName().equals(Names.HOME_VOLUME);
        if (!ours && only.isPresent() && !only.get().equals(user)) {
            return Optional.empty();
        }
        String part = mount.getSubPath() == null ? "" : mount.getSubPath();
        String below = home.length() > at.length() ? home.substring(at.length() + 1) : "";
        // The part of our own volume is made here, so that it is the user's: kubelet would make it root's.
        return Optional.of(
                ours
                        ? new Place(new Source(mount.getName(), ""), part, user)
                        : new Place(new Source(mount.getName(), part), below, user));
    }

    private static String normal(String path) {
        return Stream.of(path.split("/"))
                .filter(name -> !name.isEmpty() && !name.equals("."))
                .map(name -> "/" + name)
                .collect(Collectors.joining());
    }

    private static String user(SecurityContext context) {
        return context.getRunAsUser() + ":" + context.getRunAsGroup();
    }

    /** The variable's value; empty: there is nothing to be put anywhere. */
    Optional<String> order() {
        if (places.isEmpty()) {
            return Optional.empty();
        }
        List<Home> homes = new ArrayList<>();
        places.forEach((place, which) -> homes.add(new Home(
                only.orElse(place.user()),
                groups,
                root(place.source()),
                place.into(),
                which,
                only.isEmpty() || only.get().equals(place.user()) ? "Owner" : "All")));
        List<OrderedFile> all = new ArrayList<>();
        files.forEach((path, file) -> all.add(new OrderedFile(path, file.content(), file.mode())));
        return Optional.of(new String(StrictJson.write(new Order(all, homes)), StandardCharsets.UTF_8));
    }

    /** Of the guard's container. */
    List<VolumeMount> mounts() {
        places.keySet().forEach(place -> root(place.source()));
        List<VolumeMount> mounts = new ArrayList<>();
        roots.forEach((source, root) -> {
            VolumeMountBuilder mount =
                    new VolumeMountBuilder().withName(source.volume()).withMountPath(root);
            mounts.add(
                    source.subPath().isEmpty()
                            ? mount.build()
                            : mount.withSubPath(source.subPath()).build());
        });
        return mounts;
    }

    private String root(Source source) {
        return roots.computeIfAbsent(source, key -> ROOT + roots.size());
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
