package dev.sallyport.operator.main;

import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.operator.desired.Platform;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.profile.BuiltInProfiles;
import dev.sallyport.operator.profile.ProfileDirectory;
import dev.sallyport.operator.profile.Profiles;
import dev.sallyport.operator.resolve.AllowedHostsRule;
import dev.sallyport.operator.resolve.ClusterAllowedHostsRule;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** All that can be set. Each option has a variable; the flag wins. */
final class OperatorOptions {

    @Option(
            names = "--namespace",
            defaultValue = "${env:SALLYPORT_NAMESPACE:-sallyport-system}",
            description = "The operator's own namespace (SALLYPORT_NAMESPACE; default ${DEFAULT-VALUE}).")
    String namespace = "";

    @Option(
            names = "--identity",
            defaultValue = "${env:SALLYPORT_IDENTITY:-sallyport-operator}",
            description = "This replica's name in the lease and in Events (SALLYPORT_IDENTITY).")
    String identity = "";

    @Option(
            names = "--watch-namespace",
            split = ",",
            defaultValue = "${env:SALLYPORT_WATCH_NAMESPACES:-}",
            description = "A namespace to watch; may be repeated. None: all (SALLYPORT_WATCH_NAMESPACES).")
    List<String> watchNamespaces = new ArrayList<>();

    @Option(
            names = "--leader-election",
            arity = "1",
            defaultValue = "${env:SALLYPORT_LEADER_ELECTION:-true}",
            description = "Whether replicas elect one that works (SALLYPORT_LEADER_ELECTION; default true).")
    boolean leaderElection;

    @Option(
            names = "--lease",
            defaultValue = "${env:SALLYPORT_LEASE:-sallyport-operator}",
            description = "The Lease in the own namespace that replicas compete for (SALLYPORT_LEASE).")
    String lease = "";

    @Option(
            names = "--signing-key-secret",
            defaultValue = "${env:SALLYPORT_SIGNING_KEY_SECRET:-sallyport-operator-signing-key}",
            description = "The Secret in the own namespace that holds the operator's keys; made if it is not there.")
    String signingKeySecret = "";

    @Option(
            names = "--proxy-image",
            required = true,
            defaultValue = "${env:SALLYPORT_PROXY_IMAGE}",
            description = "The proxy's image (SALLYPORT_PROXY_IMAGE).")
    String proxyImage = "";

    @Option(
            names = "--proxy-pull-policy",
            defaultValue = "${env:SALLYPORT_PROXY_PULL_POLICY:-IfNotPresent}",
            description = "Always, IfNotPresent or Never (SALLYPORT_PROXY_PULL_POLICY).")
    String proxyPullPolicy = "";

    @Option(
            names = "--proxy-pull-secret",
            split = ",",
            defaultValue = "${env:SALLYPORT_PROXY_PULL_SECRETS:-}",
            description = "Secrets of the sandboxes' namespaces to pull the proxy's image with.")
    List<String> proxyPullSecrets = new ArrayList<>();

    @Option(
            names = "--proxy-requests",
            split = ",",
            defaultValue = "${env:SALLYPORT_PROXY_REQUESTS:-cpu=50m,memory=128Mi}",
            description = "What the proxy's container asks for (SALLYPORT_PROXY_REQUESTS; default ${DEFAULT-VALUE}).")
    Map<String, String> proxyRequests = new TreeMap<>();

    @Option(
            names = "--proxy-limits",
            split = ",",
            defaultValue = "${env:SALLYPORT_PROXY_LIMITS:-cpu=1,memory=384Mi}",
            description = "What the proxy's container gets at most (SALLYPORT_PROXY_LIMITS; default ${DEFAULT-VALUE}).")
    Map<String, String> proxyLimits = new TreeMap<>();

    @Option(
            names = "--guard-image",
            required = true,
            defaultValue = "${env:SALLYPORT_GUARD_IMAGE}",
            description = "The egress guard's image (SALLYPORT_GUARD_IMAGE).")
    String guardImage = "";

    @Option(
            names = "--guard-pull-policy",
            defaultValue = "${env:SALLYPORT_GUARD_PULL_POLICY:-IfNotPresent}",
            description = "Always, IfNotPresent or Never (SALLYPORT_GUARD_PULL_POLICY).")
    String guardPullPolicy = "";

    @Option(
            names = "--agent-requests",
            split = ",",
            defaultValue = "${env:SALLYPORT_AGENT_REQUESTS:-cpu=100m,memory=256Mi,ephemeral-storage=256Mi}",
            description = "What a container of the agent asks for of a resource of which its template says nothing"
                    + " (SALLYPORT_AGENT_REQUESTS; default ${DEFAULT-VALUE}).")
    Map<String, String> agentRequests = new TreeMap<>();

    @Option(
            names = "--agent-limits",
            split = ",",
            defaultValue = "${env:SALLYPORT_AGENT_LIMITS:-cpu=2,memory=4Gi,ephemeral-storage=8Gi}",
            description = "What it gets at most (SALLYPORT_AGENT_LIMITS; default ${DEFAULT-VALUE}).")
    Map<String, String> agentLimits = new TreeMap<>();

    @Option(
            names = "--pod-ip",
            defaultValue = "${env:SALLYPORT_POD_IP:-}",
            description = "The operator's own address, which guards try to reach from the agent (SALLYPORT_POD_IP).")
    String podIp = "";

    @Option(
            names = "--nameserver",
            split = ",",
            defaultValue = "${env:SALLYPORT_NAMESERVERS:-}",
            description = "DNS servers for the proxies. None: the operator's own (SALLYPORT_NAMESERVERS).")
    List<String> nameservers = new ArrayList<>();

    @Option(
            names = "--dns-namespace",
            defaultValue = "${env:SALLYPORT_DNS_NAMESPACE:-kube-system}",
            description = "Where the pods of the cluster's DNS are (SALLYPORT_DNS_NAMESPACE).")
    String dnsNamespace = "";

    @Option(
            names = "--dns-labels",
            split = ",",
            defaultValue = "${env:SALLYPORT_DNS_LABELS:-k8s-app=kube-dns}",
            description = "Labels of the pods of the cluster's DNS (SALLYPORT_DNS_LABELS).")
    Map<String, String> dnsLabels = new TreeMap<>();

    @Option(
            names = "--operator-labels",
            split = ",",
            defaultValue =
                    "${env:SALLYPORT_OPERATOR_LABELS:-app.kubernetes.io/name=sallyport,app.kubernetes.io/component=operator}",
            description = "Labels of the operator's pods, which may reach the admin ports (SALLYPORT_OPERATOR_LABELS).")
    Map<String, String> operatorLabels = new TreeMap<>();

    @Option(
            names = "--require-allowed-hosts",
            arity = "1",
            defaultValue = "${env:SALLYPORT_REQUIRE_ALLOWED_HOSTS:-false}",
            description = "Whether every Secret must name the hosts that may get it, in a key allowed-hosts; false: in"
                    + " namespaces whose annotation sallyport.dev/require-allowed-hosts says so"
                    + " (SALLYPORT_REQUIRE_ALLOWED_HOSTS; default false).")
    boolean requireAllowedHosts;

    @Option(
            names = "--profiles",
            defaultValue = "${env:SALLYPORT_PROFILES:-}",
            description = "A directory with further agent profiles, each a file NAME.yaml (SALLYPORT_PROFILES).")
    String profiles = "";

    @Option(
            names = "--poll-millis",
            defaultValue = "${env:SALLYPORT_POLL_MILLIS:-10000}",
            description = "Between two questions to a proxy (SALLYPORT_POLL_MILLIS; default ${DEFAULT-VALUE}).")
    long pollMillis;

    @Option(
            names = "--fast-poll-millis",
            defaultValue = "${env:SALLYPORT_FAST_POLL_MILLIS:-1000}",
            description = "The same while something is awaited of it (SALLYPORT_FAST_POLL_MILLIS).")
    long fastPollMillis;

    @Option(
            names = "--http-port",
            defaultValue = "${env:SALLYPORT_HTTP_PORT:-8080}",
            description = "For /healthz, /readyz and /metrics (SALLYPORT_HTTP_PORT; default ${DEFAULT-VALUE}).")
    int httpPort;

    @Option(
            names = "--threads",
            defaultValue = "${env:SALLYPORT_THREADS:-16}",
            description = "Reconciliations at a time (SALLYPORT_THREADS; default ${DEFAULT-VALUE}).")
    int threads;

    Duration pollInterval() {
        return Duration.ofMillis(pollMillis);
    }

    Duration fastPollInterval() {
        return Duration.ofMillis(fastPollMillis);
    }

    AllowedHostsRule allowedHosts(KubernetesClient client) {
        return requireAllowedHosts ? namespace -> AllowedHosts.REQUIRED : new ClusterAllowedHostsRule(client);
    }

    /** The operator's own agent profiles, and those of the directory, as they are each time that somebody asks. */
    Profiles profiles() {
        BuiltInProfiles own = BuiltInProfiles.read();
        return profiles.isBlank() ? own : new ProfileDirectory(own, Path.of(profiles));
    }

    List<String> namespacesToWatch() {
        return nonEmpty(watchNamespaces);
    }

    /**
     * What is the same for all sandboxes.
     *
     * @param own the DNS servers that the operator itself asks
     */
    Platform platform(List<String> own) {
        List<String> configured = nonEmpty(nameservers);
        return new Platform(
                proxyImage,
                proxyPullPolicy,
                nonEmpty(proxyPullSecrets).stream()
                        .map(LocalObjectReference::new)
                        .toList(),
                resources(proxyRequests, proxyLimits),
                guardImage,
                guardPullPolicy,
                resources(agentRequests, agentLimits),
                podIp.isBlank()
                        ? Optional.empty()
                        : Optional.of((podIp.contains(":") ? "[" + podIp + "]" : podIp) + ":" + httpPort),
                configured.isEmpty() ? own : configured,
                new Platform.Peer(dnsNamespace, new TreeMap<>(dnsLabels)),
                new Platform.Peer(namespace, new TreeMap<>(operatorLabels)));
    }

    private static ResourceRequirements resources(Map<String, String> requests, Map<String, String> limits) {
        return new ResourceRequirementsBuilder()
                .withRequests(quantities(requests))
                .withLimits(quantities(limits))
                .build();
    }

    private static Map<String, Quantity> quantities(Map<String, String> texts) {
        Map<String, Quantity> quantities = new TreeMap<>();
        texts.forEach((name, text) -> quantities.put(name, Quantity.parse(text)));
        return quantities;
    }

    /** An empty variable is a list with one empty item. */
    private static List<String> nonEmpty(List<String> items) {
        return items.stream().map(String::strip).filter(item -> !item.isEmpty()).toList();
    }

    static String userAgent() {
        return Names.FIELD_MANAGER + "/" + version();
    }

    static String version() {
        String version = OperatorOptions.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
