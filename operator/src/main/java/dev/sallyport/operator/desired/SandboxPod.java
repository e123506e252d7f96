package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Sandbox;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplate;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The agent's pod: the user's template, hardened, with the guard and the proxy before everything in it. */
final class SandboxPod {

    /** Kubernetes' own default: long enough for requests under way to end. */
    private static final long GRACE_SECONDS = 30;

    private SandboxPod() {}

    static Pod of(Sandbox sandbox, String configHash, Platform platform) {
        return new PodBuilder()
                .withMetadata(metadata(sandbox, configHash))
                .withSpec(spec(sandbox, platform))
                .build();
    }

    private static ObjectMeta metadata(Sandbox sandbox, String configHash) {
        ObjectMeta template = sandbox.template().getMetadata();
        Map<String, String> labels = new TreeMap<>(Metadata.labels(sandbox.id()));
        Map<String, String> annotations = new TreeMap<>();
        if (template != null) {
            labels.putAll(orEmpty(template.getLabels()));
            annotations.putAll(orEmpty(template.getAnnotations()));
        }
        annotations.put(Names.TEMPLATE_HASH, templateHash(sandbox));
        annotations.put(Names.CONFIG_HASH, configHash);
        return new ObjectMetaBuilder(Metadata.of(sandbox.id(), sandbox.id().name()))
                .withLabels(labels)
                .withAnnotations(annotations)
                .build();
    }

    /**
     * Over what the user wrote, not over what becomes of it: a new release of the operator replaces no pod. Placeholders
     * count by their tokens: an agent that holds those of an earlier operator key could use none of them.
     */
    private static String templateHash(Sandbox sandbox) {
        return Fingerprint.of(Map.of(
                "template", sandbox.template(),
                "claims",
                        sandbox.claims().stream()
                                .map(claim -> claim.getMetadata().getName())
                                .toList(),
                "baseUrls", sandbox.baseUrls(),
                "placeholders", sandbox.placeholders(),
                "proxyResources", sandbox.proxyResources().orElseGet(ResourceRequirements::new)));
    }

    private static PodSpec spec(Sandbox sandbox, Platform platform) {
        PodSpec template = sandbox.template().getSpec();
        PodSecurityContext podContext = template.getSecurityContext();
        List<Container> before = hardened(template.getInitContainers(), podContext, sandbox, platform);
        List<Container> containers = hardened(template.getContainers(), podContext, sandbox, platform);
        List<Container> agents =
                Stream.concat(before.stream(), containers.stream()).toList();
        List<Container> init = new ArrayList<>();
        init.add(GuardContainer.of(agents, platform));
        init.add(ProxyContainer.of(sandbox, platform));
        init.addAll(before);
        return new PodSpecBuilder(template)
                .withInitContainers(init)
                .withContainers(containers)
                .withVolumes(volumes(sandbox))
                .withSecurityContext(securityContext(podContext))
                .withServiceAccountName(Names.owned(sandbox.id().name()))
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(template.getEnableServiceLinks() != null && template.getEnableServiceLinks())
                .withShareProcessNamespace(false)
                .withTerminationGracePeriodSeconds(
                        template.getTerminationGracePeriodSeconds() == null
                                ? GRACE_SECONDS
                                : template.getTerminationGracePeriodSeconds())
                .withDnsPolicy("None")
                .withNewDnsConfig()
                .withNameservers("127.0.0.1")
                .endDnsConfig()
                .withImagePullSecrets(pullSecrets(template, platform))
                .build();
    }

    private static List<Container> hardened(
            @Nullable List<Container> containers,
            @Nullable PodSecurityContext podContext,
            Sandbox sandbox,
            Platform platform) {
        return orEmpty(containers).stream()
                .map(container -> AgentContainer.of(container, podContext, sandbox, platform.agentResources()))
                .toList();
    }

    /** Without ping sockets: they are a way to send packets that no port rule sees. */
    private static PodSecurityContext securityContext(@Nullable PodSecurityContext template) {
        PodSecurityContextBuilder builder =
                template == null ? new PodSecurityContextBuilder() : new PodSecurityContextBuilder(template);
        builder.addNewSysctl()
                .withName("net.ipv4.ping_group_range")
                .withValue("1 0")
                .endSysctl();
        builder.withNewSeccompProfile().withType("RuntimeDefault").endSeccompProfile();
        return builder.build();
    }

    private static List<Volume> volumes(Sandbox sandbox) {
        List<Volume> volumes =
                new ArrayList<>(orEmpty(sandbox.template().getSpec().getVolumes()));
        for (PersistentVolumeClaimTemplate claim : sandbox.claims()) {
            String name = claim.getMetadata().getName();
            volumes.add(new VolumeBuilder()
                    .withName(name)
                    .withNewPersistentVolumeClaim()
                    .withClaimName(Names.claim(name, sandbox.id().name()))
                    .endPersistentVolumeClaim()
                    .build());
        }
        volumes.addAll(ProxyContainer.volumes(sandbox));
        return volumes;
    }

    private static List<LocalObjectReference> pullSecrets(PodSpec template, Platform platform) {
        Set<LocalObjectReference> all = new LinkedHashSet<>(orEmpty(template.getImagePullSecrets()));
        all.addAll(platform.proxyPullSecrets());
        return List.copyOf(all);
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}
