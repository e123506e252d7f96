package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The first init container: it fences the pod's network and proves it as every user that the agent has. It is root, for
 * only root gets a capability from Kubernetes; it is gone before anything of the agent runs.
 */
final class GuardContainer {

    private GuardContainer() {}

    /**
     * The guard of a pod.
     *
     * @param agents all containers of the template, hardened: their users are written into them
     */
    static Container of(List<Container> agents, Platform platform) {
        return new ContainerBuilder()
                .withName(Names.GUARD_CONTAINER)
                .withImage(platform.guardImage())
                .withImagePullPolicy(platform.guardPullPolicy())
                .withArgs("guard")
                .withEnv(env(agents, platform))
                .withNewResources()
                .addToRequests("cpu", new Quantity("50m"))
                .addToRequests("memory", new Quantity("32Mi"))
                .addToLimits("cpu", new Quantity("1"))
                .addToLimits("memory", new Quantity("128Mi"))
                .endResources()
                .withNewSecurityContext()
                .withRunAsUser(0L)
                .withRunAsGroup(0L)
                .withRunAsNonRoot(false)
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .withAdd("NET_ADMIN", "SETUID", "SETGID")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withTerminationMessagePath("/dev/termination-log")
                .withTerminationMessagePolicy("File")
                .build();
    }

    private static List<EnvVar> env(List<Container> agents, Platform platform) {
        List<EnvVar> env = new ArrayList<>();
        env.add(value("SALLYPORT_GUARD_AGENTS", users(agents)));
        String ports = ports(agents);
        if (!ports.isEmpty()) {
            env.add(value("SALLYPORT_GUARD_PORTS", ports));
        }
        env.add(value("SALLYPORT_GUARD_RESOLVERS", String.join(",", platform.nameservers())));
        platform.live().ifPresent(live -> env.add(value("SALLYPORT_GUARD_TARGETS", "other-pod=tcp://" + live)));
        env.add(value("SALLYPORT_GUARD_PROXY_UID", Long.toString(Names.PROXY_UID)));
        env.add(value("SALLYPORT_GUARD_DATA_PORT", Integer.toString(Names.DATA_PORT)));
        env.add(value("SALLYPORT_GUARD_ADMIN_PORT", Integer.toString(Names.ADMIN_PORT)));
        env.add(field("POD_IPS", "status.podIPs"));
        env.add(field("HOST_IPS", "status.hostIPs"));
        return env;
    }

    /** Every user once, in numeric order. */
    private static String users(List<Container> agents) {
        return agents.stream()
                .map(Container::getSecurityContext)
                .map((SecurityContext context) -> new User(context.getRunAsUser(), context.getRunAsGroup()))
                .distinct()
                .sorted()
                .map(User::toString)
                .collect(Collectors.joining(","));
    }

    private record User(long uid, long gid) implements Comparable<User> {
        @Override
        public int compareTo(User other) {
            return uid == other.uid ? Long.compare(gid, other.gid) : Long.compare(uid, other.uid);
        }

        @Override
        public String toString() {
            return uid + ":" + gid;
        }
    }

    private static String ports(List<Container> agents) {
        TreeSet<Integer> ports = agents.stream()
                .flatMap(container -> stream(container.getPorts()))
                .map(ContainerPort::getContainerPort)
                .collect(Collectors.toCollection(TreeSet::new));
        return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static Stream<ContainerPort> stream(@Nullable List<ContainerPort> list) {
        return list == null ? Stream.of() : list.stream();
    }

    private static EnvVar value(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static EnvVar field(String name, String path) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath(path)
                .endFieldRef()
                .endValueFrom()
                .build();
    }
}
