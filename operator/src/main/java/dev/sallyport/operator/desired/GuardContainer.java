package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.ProxyAddress;
import dev.sallyport.operator.model.Trust;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The init container that comes before all of the agent's. As {@code guard} it fences the pod's network and proves it as every
 * user that the agent has, then waits for the proxy beside it; it is root, for only root gets a capability from Kubernetes. As {@code probe}, in the pod of a paired agent, it has no right,
 * waits until what others have shut is shut, and fetches what the agent trusts. Either way it is gone before anything of the
 * agent runs.
 */
final class GuardContainer {

    private static final String MESSAGE_BYTES = "SALLYPORT_GUARD_MESSAGE_BYTES";

    private GuardContainer() {}

    /**
     * The guard of a pod.
     *
     * @param agents all containers of the template, hardened: their users are written into them
     * @param bytes how long its finding may be
     */
    static Container of(List<Container> agents, String bytes, Platform platform) {
        return new ContainerBuilder()
                .withName(Names.GUARD_CONTAINER)
                .withImage(platform.guardImage())
                .withImagePullPolicy(platform.guardPullPolicy())
                .withArgs("guard")
                .withEnv(env(agents, bytes, platform))
                .withResources(resources("50m", "32Mi", "1", "128Mi"))
                .withVolumeMounts(ProxyContainer.startMount())
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

    /**
     * The probe of a paired agent's pod. It runs as the first of the template's users: what the network refuses it refuses all.
     *
     * @param agents all containers of the template, hardened
     * @param service the address of the proxy's Service
     * @param token by which the proxy knows its agent
     * @param bytes how long its finding may be
     */
    static Container probe(List<Container> agents, String service, String token, String bytes, Platform platform) {
        List<EnvVar> env = new ArrayList<>(fetching(service, token));
        env.addAll(tried(platform));
        env.add(value(MESSAGE_BYTES, bytes));
        env.addAll(where());
        return unprivileged(Names.GUARD_CONTAINER, agents, platform)
                .withArgs("probe")
                .withEnv(env)
                .withResources(resources("50m", "32Mi", "1", "128Mi"))
                .build();
    }

    /**
     * What stays in a paired agent's pod: the proxy's authority is as old as the proxy's pod, so another pod of it has
     * another one, and what the agent trusts must follow.
     */
    static Container trust(List<Container> agents, String service, String token, Platform platform) {
        return unprivileged(Names.TRUST_CONTAINER, agents, platform)
                .withArgs("trust")
                .withEnv(fetching(service, token))
                .withRestartPolicy("Always")
                .withResources(resources("1m", "16Mi", "200m", "64Mi"))
                .build();
    }

    private static List<EnvVar> fetching(String service, String token) {
        return List.of(
                value("SALLYPORT_GUARD_PROXY", ProxyAddress.authority(service)),
                value("SALLYPORT_GUARD_TOKEN", token),
                value("SALLYPORT_GUARD_TRUST", Trust.DIRECTORY));
    }

    /** The same container, which puts the profiles' files into the homes once it has proved what it has to. */
    static Container with(HomeFiles files, Container guard) {
        return files.order()
                .map(order -> new ContainerBuilder(guard)
                        .addToEnv(value("SALLYPORT_GUARD_HOME_FILES", order))
                        .addAllToVolumeMounts(files.mounts())
                        .build())
                .orElse(guard);
    }

    private static ContainerBuilder unprivileged(String name, List<Container> agents, Platform platform) {
        SecurityContext agent = agents.getFirst().getSecurityContext();
        return new ContainerBuilder()
                .withName(name)
                .withImage(platform.guardImage())
                .withImagePullPolicy(platform.guardPullPolicy())
                .withSecurityContext(Confinement.of(agent.getRunAsUser(), agent.getRunAsGroup()))
                .addNewVolumeMount()
                .withName(Names.TRUST_VOLUME)
                .withMountPath(Trust.DIRECTORY)
                .endVolumeMount()
                .withTerminationMessagePath("/dev/termination-log")
                .withTerminationMessagePolicy("File");
    }

    private static List<EnvVar> env(List<Container> agents, String bytes, Platform platform) {
        List<EnvVar> env = new ArrayList<>();
        env.add(value("SALLYPORT_GUARD_AGENTS", users(agents)));
        String ports = ports(agents);
        if (!ports.isEmpty()) {
            env.add(value("SALLYPORT_GUARD_PORTS", ports));
        }
        env.addAll(tried(platform));
        env.add(value("SALLYPORT_GUARD_DATA_PORT", Integer.toString(Names.DATA_PORT)));
        env.add(value("SALLYPORT_GUARD_READY", ProxyContainer.READY_FILE));
        env.add(value(MESSAGE_BYTES, bytes));
        env.addAll(where());
        return env;
    }

    /** What both try of the platform, and to become. */
    private static List<EnvVar> tried(Platform platform) {
        List<EnvVar> env = new ArrayList<>();
        env.add(value("SALLYPORT_GUARD_RESOLVERS", String.join(",", platform.nameservers())));
        platform.live().ifPresent(live -> env.add(value("SALLYPORT_GUARD_TARGETS", "other-pod=tcp://" + live)));
        env.add(value("SALLYPORT_GUARD_PROXY_UID", Long.toString(Names.PROXY_UID)));
        return env;
    }

    /** Where both find the admin port, the pod and its node. */
    private static List<EnvVar> where() {
        return List.of(
                value("SALLYPORT_GUARD_ADMIN_PORT", Integer.toString(Names.ADMIN_PORT)),
                field("POD_IPS", "status.podIPs"),
                field("HOST_IPS", "status.hostIPs"));
    }

    private static ResourceRequirements resources(String cpu, String memory, String mostCpu, String mostMemory) {
        return new ResourceRequirementsBuilder()
                .addToRequests("cpu", new Quantity(cpu))
                .addToRequests("memory", new Quantity(memory))
                .addToLimits("cpu", new Quantity(mostCpu))
                .addToLimits("memory", new Quantity(mostMemory))
                .build();
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
