package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.ProxyAddress;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.Trust;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One container of the template, hardened where the template says nothing. */
final class AgentContainer {

    private AgentContainer() {}

    static Container of(
            Container template,
            @Nullable PodSecurityContext pod,
            Sandbox sandbox,
            ProxyAddress address,
            ResourceRequirements resources) {
        SecurityContext context = securityContext(template.getSecurityContext(), pod);
        AgentHome home = AgentHome.of(template, context.getRunAsUser());
        return new ContainerBuilder(template)
                .withSecurityContext(context)
                .withEnv(env(template, sandbox, address, home))
                .withResources(resources(template.getResources(), resources))
                .withVolumeMounts(mounts(template, home, sandbox.setup().trustBundles()))
                .build();
    }

    /**
     * The user is written into every container, whatever the pod says: what is unset would be the image's choice, and an
     * image may choose the proxy's UID.
     */
    private static SecurityContext securityContext(
            @Nullable SecurityContext template, @Nullable PodSecurityContext pod) {
        Optional<SecurityContext> own = Optional.ofNullable(template);
        Optional<PodSecurityContext> outer = Optional.ofNullable(pod);
        Optional<Long> user =
                own.map(SecurityContext::getRunAsUser).or(() -> outer.map(PodSecurityContext::getRunAsUser));
        Optional<Long> group =
                own.map(SecurityContext::getRunAsGroup).or(() -> outer.map(PodSecurityContext::getRunAsGroup));
        SecurityContextBuilder builder =
                template == null ? new SecurityContextBuilder() : new SecurityContextBuilder(template);
        return builder.withRunAsUser(user.orElse(Names.AGENT_UID))
                .withRunAsGroup(group.orElseGet(() -> user.orElse(Names.AGENT_UID)))
                .withRunAsNonRoot(true)
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .build();
    }

    /**
     * What the container says of a resource stands. Where it asks for some and has no limit, it gets the default, or what
     * it asks for if that is more; Kubernetes takes a limit for the request where there is none.
     */
    private static ResourceRequirements resources(
            @Nullable ResourceRequirements template, ResourceRequirements defaults) {
        ResourceRequirementsBuilder builder =
                template == null ? new ResourceRequirementsBuilder() : new ResourceRequirementsBuilder(template);
        Map<String, Quantity> requests = orEmpty(template == null ? null : template.getRequests());
        Map<String, Quantity> limits = orEmpty(template == null ? null : template.getLimits());
        orEmpty(defaults.getLimits()).forEach((name, limit) -> {
            Quantity request = requests.get(name);
            if (!limits.containsKey(name)) {
                builder.addToLimits(name, request != null && request.compareTo(limit) > 0 ? request : limit);
            }
        });
        orEmpty(defaults.getRequests()).forEach((name, request) -> {
            if (!limits.containsKey(name) && !requests.containsKey(name)) {
                builder.addToRequests(name, request);
            }
        });
        return builder.build();
    }

    private static Map<String, Quantity> orEmpty(@Nullable Map<String, Quantity> map) {
        return map == null ? Map.of() : map;
    }

    /** What the container sets itself stands. Ours come first, so that its own may refer to them by $(NAME). */
    private static List<EnvVar> env(Container template, Sandbox sandbox, ProxyAddress address, AgentHome home) {
        List<EnvVar> own = template.getEnv() == null ? List.of() : template.getEnv();
        Set<String> names = own.stream().map(EnvVar::getName).collect(Collectors.toSet());
        List<EnvVar> env = new ArrayList<>();
        sandbox.variablesFor(names, address, home.path())
                .forEach((name, value) -> env.add(
                        new EnvVarBuilder().withName(name).withValue(value).build()));
        env.addAll(own);
        return env;
    }

    /**
     * @param bundles files of the image over which the bundle is mounted, but for those that the template mounts something over
     */
    private static List<VolumeMount> mounts(Container template, AgentHome home, List<String> bundles) {
        List<VolumeMount> own = template.getVolumeMounts() == null ? List.of() : template.getVolumeMounts();
        List<VolumeMount> mounts = new ArrayList<>(own);
        bundles.stream()
                .filter(path -> own.stream().noneMatch(mount -> AgentHome.covers(mount, path)))
                .map(path -> new VolumeMountBuilder()
                        .withName(Names.TRUST_VOLUME)
                        .withMountPath(path)
                        .withSubPath(Trust.BUNDLE_FILE)
                        .withReadOnly(true)
                        .build())
                .forEach(mounts::add);
        mounts.add(new VolumeMountBuilder()
                .withName(Names.TRUST_VOLUME)
                .withMountPath(Trust.DIRECTORY)
                .withReadOnly(true)
                .build());
        home.mount().ifPresent(mounts::add);
        return mounts;
    }
}
