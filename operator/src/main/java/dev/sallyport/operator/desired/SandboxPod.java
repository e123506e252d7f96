package dev.sallyport.operator.desired;

import dev.sallyport.api.v1alpha1.AgentSandboxSpec;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.contract.config.TlsMode;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.ProxyAddress;
import dev.sallyport.operator.model.Sandbox;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
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
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The agent's pod: the user's template, hardened, with what fences it or proves its fence before everything in it. */
final class SandboxPod {

    /** Kubernetes' own default: long enough for requests under way to end. */
    private static final long GRACE_SECONDS = 30;

    private SandboxPod() {}

    /**
     * With the proxy and the guard before everything in it. The proxy opens no port until the guard has fenced the network, and
     * the guard does not end until the proxy takes requests: kubelet sees an end only once a second, and each thing that it
     * had to wait for would cost the agent's start that much.
     */
    static Pod sidecar(Sandbox sandbox, String configHash, Platform platform) {
        List<Container> before = hardened(before(sandbox), sandbox, ProxyAddress.SIDECAR, platform);
        List<Container> containers = hardened(containers(sandbox), sandbox, ProxyAddress.SIDECAR, platform);
        List<Container> init = new ArrayList<>();
        List<Container> agents =
                Stream.concat(before.stream(), containers.stream()).toList();
        String bytes = TerminationBytes.each(agents.size() + 2);
        init.add(ProxyContainer.sidecar(sandbox, bytes, platform));
        init.add(GuardContainer.with(
                new HomeFiles(sandbox, agents, ProxyAddress.SIDECAR, Optional.empty()),
                GuardContainer.of(agents, bytes, platform)));
        init.addAll(before);
        List<Volume> volumes = volumes(sandbox);
        volumes.addAll(ProxyContainer.volumes(sandbox));
        volumes.add(ProxyContainer.trustVolume());
        volumes.add(ProxyContainer.startVolume());
        addHome(volumes, agents);
        return new PodBuilder()
                .withMetadata(metadata(
                        sandbox,
                        Map.of(),
                        Map.of(
                                Names.TEMPLATE_HASH,
                                Fingerprint.of(templateFacts(sandbox)),
                                Names.CONFIG_HASH,
                                configHash)))
                .withSpec(spec(sandbox, platform)
                        .withInitContainers(init)
                        .withContainers(containers)
                        .withVolumes(volumes)
                        .build())
                .build();
    }

    /**
     * Without the proxy, and without a right for any container: what fences it is outside of it.
     *
     * @param service the address of the proxy's Service
     * @param token by which the proxy knows its agent
     */
    static Pod paired(Sandbox sandbox, String service, String token, Platform platform) {
        ProxyAddress address = ProxyAddress.paired(service, token);
        List<Container> before = hardened(before(sandbox), sandbox, address, platform);
        List<Container> containers = hardened(containers(sandbox), sandbox, address, platform);
        List<Container> agents =
                Stream.concat(before.stream(), containers.stream()).toList();
        List<Container> init = new ArrayList<>();
        init.add(GuardContainer.with(
                new HomeFiles(
                        sandbox, agents, address, Optional.of(agents.getFirst().getSecurityContext())),
                GuardContainer.probe(agents, service, token, TerminationBytes.each(agents.size() + 2), platform)));
        init.add(GuardContainer.trust(agents, service, token, platform));
        init.addAll(before);
        List<Volume> volumes = volumes(sandbox);
        volumes.add(ProxyContainer.trustVolume());
        addHome(volumes, agents);
        Map<String, Object> facts = new HashMap<>(templateFacts(sandbox));
        // What the agent was given at its start leads nowhere else.
        facts.put("proxy", service + " " + token);
        return new PodBuilder()
                .withMetadata(metadata(
                        sandbox,
                        Map.of(Names.ROLE_LABEL, Names.AGENT_ROLE),
                        Map.of(Names.TEMPLATE_HASH, Fingerprint.of(facts))))
                .withSpec(spec(sandbox, platform)
                        .withInitContainers(init)
                        .withContainers(containers)
                        .withVolumes(volumes)
                        .withAffinity(besideProxy(sandbox))
                        .build())
                .build();
    }

    private static ObjectMeta metadata(
            Sandbox sandbox, Map<String, String> ownLabels, Map<String, String> ownAnnotations) {
        ObjectMeta template = sandbox.template().getMetadata();
        Map<String, String> labels = new TreeMap<>(Metadata.labels(sandbox.id()));
        Map<String, String> annotations = new TreeMap<>();
        if (template != null) {
            labels.putAll(orEmpty(template.getLabels()));
            annotations.putAll(orEmpty(template.getAnnotations()));
        }
        labels.putAll(ownLabels);
        annotations.putAll(ownAnnotations);
        return new ObjectMetaBuilder(Metadata.of(sandbox.id(), sandbox.id().name()))
                .withLabels(labels)
                .withAnnotations(annotations)
                .build();
    }

    /**
     * What the user wrote, not what becomes of it: a new release of the operator replaces no pod. Placeholders count by their
     * tokens: an agent that holds those of an earlier operator key could use none of them. Profiles count by their names, and so
     * do the routes in which they may find their providers, whatever they find: what a profile says may change under a pod.
     */
    private static Map<String, Object> templateFacts(Sandbox sandbox) {
        SortedMap<String, String> baseUrls = new TreeMap<>(sandbox.baseUrls());
        baseUrls.replaceAll((name, suffix) -> ProxyAddress.SIDECAR.baseUrl() + suffix);
        boolean plain = sandbox.setup().profiles().equals(List.of(AgentSandboxSpec.GENERIC));
        return Map.of(
                "profiles", plain ? List.of() : sandbox.setup().profiles(),
                "providers",
                        plain
                                ? List.of()
                                : sandbox.routes().stream()
                                        .flatMap(route -> provider(route).stream())
                                        .toList(),
                "template", sandbox.template(),
                "claims",
                        sandbox.claims().stream()
                                .map(claim -> claim.getMetadata().getName())
                                .toList(),
                "baseUrls", baseUrls,
                "placeholders", sandbox.placeholders(),
                "proxyResources", sandbox.proxyResources().orElseGet(ResourceRequirements::new));
    }

    /** A route in which a profile may find a provider, by what it would take from it. */
    private static Optional<String> provider(RouteConfig route) {
        boolean one = route.hosts().size() == 1
                && route.hosts().getFirst().isLiteral()
                && route.scheme() == Scheme.HTTPS
                && route.tlsMode() == TlsMode.INTERCEPT;
        return one
                ? route.credential()
                        .filter(credential -> route.placeholder().isEmpty())
                        .map(credential ->
                                route.name() + " " + route.hosts().getFirst().host() + " "
                                        + credential.getClass().getSimpleName())
                : Optional.empty();
    }

    /** All that does not depend on where the proxy is. */
    private static PodSpecBuilder spec(Sandbox sandbox, Platform platform) {
        PodSpec template = sandbox.template().getSpec();
        return new PodSpecBuilder(template)
                .withSecurityContext(securityContext(template.getSecurityContext()))
                .withServiceAccountName(Names.owned(sandbox.id().name()))
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(template.getEnableServiceLinks() != null && template.getEnableServiceLinks())
                .withShareProcessNamespace(false)
                .withTerminationGracePeriodSeconds(graceSeconds(template))
                .withDnsPolicy("None")
                .withNewDnsConfig()
                .withNameservers("127.0.0.1")
                .endDnsConfig()
                .withImagePullSecrets(pullSecrets(template, platform));
    }

    /** Of both pods, where there are two. */
    static long graceSeconds(PodSpec template) {
        return template.getTerminationGracePeriodSeconds() == null
                ? GRACE_SECONDS
                : template.getTerminationGracePeriodSeconds();
    }

    /** On one node, if there is room and the template has no wish of its own: nothing then crosses a network. */
    private static Affinity besideProxy(Sandbox sandbox) {
        Affinity wish = sandbox.template().getSpec().getAffinity();
        return wish != null
                ? wish
                : new AffinityBuilder()
                        .withNewPodAffinity()
                        .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                        .withWeight(100)
                        .withNewPodAffinityTerm()
                        .withTopologyKey("kubernetes.io/hostname")
                        .withNewLabelSelector()
                        .addToMatchLabels(Names.SANDBOX_LABEL, sandbox.id().name())
                        .addToMatchLabels(Names.ROLE_LABEL, Names.PROXY_ROLE)
                        .endLabelSelector()
                        .endPodAffinityTerm()
                        .endPreferredDuringSchedulingIgnoredDuringExecution()
                        .endPodAffinity()
                        .build();
    }

    private static List<Container> before(Sandbox sandbox) {
        return orEmpty(sandbox.template().getSpec().getInitContainers());
    }

    private static List<Container> containers(Sandbox sandbox) {
        return orEmpty(sandbox.template().getSpec().getContainers());
    }

    private static List<Container> hardened(
            List<Container> containers, Sandbox sandbox, ProxyAddress address, Platform platform) {
        PodSecurityContext podContext = sandbox.template().getSpec().getSecurityContext();
        return containers.stream()
                .map(container -> AgentContainer.of(container, podContext, sandbox, address, platform.agentResources()))
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
        return volumes;
    }

    private static void addHome(List<Volume> volumes, List<Container> agents) {
        boolean used = agents.stream()
                .flatMap(agent -> orEmpty(agent.getVolumeMounts()).stream())
                .anyMatch(mount -> Names.HOME_VOLUME.equals(mount.getName()));
        if (used) {
            volumes.add(AgentHome.volume());
        }
    }

    static List<LocalObjectReference> pullSecrets(PodSpec template, Platform platform) {
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
