package dev.sallyport.operator.desired;

import dev.sallyport.contract.config.Addresses;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Sandbox;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The outer fence. Around a pod of both it bounds proxy and agent together: what of that the agent may do is the guard's.
 * Around two pods it is the agent's only fence, and shown to be one before the agent starts. What a request may do is the
 * proxy's.
 */
final class SandboxNetworkPolicy {

    /** What IANA's special-purpose registry for IPv4 does not call globally reachable, and multicast. */
    private static final List<String> NOT_PUBLIC_IPV4 = List.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");

    /** The same for IPv6. */
    private static final List<String> NOT_PUBLIC_IPV6 =
            List.of("::/127", "100::/64", "2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8");

    /** RFC 1918, RFC 6598, RFC 4193. */
    private static final List<String> PRIVATE =
            List.of("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7");

    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

    private SandboxNetworkPolicy() {}

    /** The one policy of a pod that holds agent and proxy. */
    static NetworkPolicy sidecar(Sandbox sandbox, Platform platform) {
        List<NetworkPolicyIngressRule> ingress = new ArrayList<>(List.of(fromOperator(platform)));
        ingress.addAll(fromAnyone(sandbox));
        return policy(
                sandbox,
                Names.owned(sandbox.id().name()),
                Map.of(Names.SANDBOX_LABEL, sandbox.id().name()),
                ingress,
                egress(sandbox.routes(), platform));
    }

    /** Of a proxy's own pod: its agent may come in and nobody else's, and out go the routes. */
    static NetworkPolicy pairedProxy(Sandbox sandbox, Platform platform) {
        NetworkPolicyIngressRule fromAgent = new NetworkPolicyIngressRuleBuilder()
                .withFrom(role(sandbox, Names.AGENT_ROLE))
                .withPorts(port("TCP", Names.DATA_PORT))
                .build();
        return policy(
                sandbox,
                Names.owned(sandbox.id().name()),
                labels(sandbox, Names.PROXY_ROLE),
                List.of(fromAgent, fromOperator(platform)),
                egress(sandbox.routes(), platform));
    }

    /** Of the agent's own pod: its proxy's data port, and nothing else. */
    static NetworkPolicy pairedAgent(Sandbox sandbox) {
        NetworkPolicyEgressRule toProxy = new NetworkPolicyEgressRuleBuilder()
                .withTo(role(sandbox, Names.PROXY_ROLE))
                .withPorts(port("TCP", Names.DATA_PORT))
                .build();
        return policy(
                sandbox,
                Names.agentPolicy(sandbox.id().name()),
                labels(sandbox, Names.AGENT_ROLE),
                fromAnyone(sandbox),
                List.of(toProxy));
    }

    private static NetworkPolicy policy(
            Sandbox sandbox,
            String name,
            Map<String, String> selected,
            List<NetworkPolicyIngressRule> ingress,
            List<NetworkPolicyEgressRule> egress) {
        return new NetworkPolicyBuilder()
                .withMetadata(Metadata.of(sandbox.id(), name))
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(new TreeMap<>(selected))
                .endPodSelector()
                .withPolicyTypes("Ingress", "Egress")
                .withIngress(ingress)
                .withEgress(egress)
                .endSpec()
                .build();
    }

    private static Map<String, String> labels(Sandbox sandbox, String role) {
        return Map.of(Names.SANDBOX_LABEL, sandbox.id().name(), Names.ROLE_LABEL, role);
    }

    private static NetworkPolicyPeer role(Sandbox sandbox, String role) {
        return new NetworkPolicyPeerBuilder()
                .withNewPodSelector()
                .withMatchLabels(new TreeMap<>(labels(sandbox, role)))
                .endPodSelector()
                .build();
    }

    private static NetworkPolicyIngressRule fromOperator(Platform platform) {
        return new NetworkPolicyIngressRuleBuilder()
                .withFrom(peer(platform.operator()))
                .withPorts(port("TCP", Names.ADMIN_PORT))
                .build();
    }

    private static List<NetworkPolicyIngressRule> fromAnyone(Sandbox sandbox) {
        List<NetworkPolicyPort> declared = declaredPorts(sandbox.template().getSpec());
        return declared.isEmpty()
                ? List.of()
                : List.of(new NetworkPolicyIngressRuleBuilder()
                        .withPorts(declared)
                        .build());
    }

    private static List<NetworkPolicyPort> declaredPorts(PodSpec pod) {
        return Stream.of(pod.getInitContainers(), pod.getContainers())
                .flatMap(SandboxNetworkPolicy::stream)
                .flatMap((Container container) -> stream(container.getPorts()))
                .map(ContainerPort::getContainerPort)
                .distinct()
                .sorted()
                .map(number -> port("TCP", number))
                .toList();
    }

    private static <T> Stream<T> stream(@Nullable List<T> list) {
        return list == null ? Stream.of() : list.stream();
    }

    private static List<NetworkPolicyEgressRule> egress(List<RouteConfig> routes, Platform platform) {
        if (routes.isEmpty()) {
            return List.of();
        }
        List<NetworkPolicyEgressRule> rules = new ArrayList<>();
        rules.add(dns(platform));
        rules.add(new NetworkPolicyEgressRuleBuilder()
                .withTo(block("0.0.0.0/0", NOT_PUBLIC_IPV4), block("::/0", NOT_PUBLIC_IPV6))
                .withPorts(ports(routes).stream()
                        .map(number -> port("TCP", number))
                        .toList())
                .build());
        if (routes.stream().anyMatch(route -> route.addresses() == Addresses.PRIVATE)) {
            // Every TCP port: a policy sees a Service's traffic after translation, with the port of the pod behind it,
            // which nothing here knows. The proxy still connects to the routes' own ports only.
            rules.add(new NetworkPolicyEgressRuleBuilder()
                    .withTo(PRIVATE.stream().map(cidr -> block(cidr, List.of())).toList())
                    .withPorts(new NetworkPolicyPort(null, null, "TCP"))
                    .build());
        }
        return rules;
    }

    /** By address for servers outside the cluster's pods and for CNIs that see a Service's address, else by label. */
    private static NetworkPolicyEgressRule dns(Platform platform) {
        List<NetworkPolicyPeer> servers = new ArrayList<>();
        servers.add(peer(platform.dns()));
        for (String address : platform.nameservers()) {
            servers.add(block(address + (address.contains(":") ? "/128" : "/32"), List.of()));
        }
        return new NetworkPolicyEgressRuleBuilder()
                .withTo(servers)
                .withPorts(port("UDP", 53), port("TCP", 53))
                .build();
    }

    private static SortedSet<Integer> ports(List<RouteConfig> routes) {
        SortedSet<Integer> ports = new TreeSet<>();
        for (RouteConfig route : routes) {
            for (HostPattern host : route.hosts()) {
                ports.add(host.port().orElse(route.scheme().defaultPort()));
            }
        }
        return ports;
    }

    private static NetworkPolicyPeer peer(Platform.Peer peer) {
        return new NetworkPolicyPeerBuilder()
                .withNewNamespaceSelector()
                .withMatchLabels(Map.of(NAMESPACE_NAME, peer.namespace()))
                .endNamespaceSelector()
                .withNewPodSelector()
                .withMatchLabels(peer.labels())
                .endPodSelector()
                .build();
    }

    private static NetworkPolicyPeer block(String cidr, List<String> except) {
        return new NetworkPolicyPeerBuilder()
                .withNewIpBlock()
                .withCidr(cidr)
                .withExcept(except)
                .endIpBlock()
                .build();
    }

    private static NetworkPolicyPort port(String protocol, int number) {
        return new NetworkPolicyPort(null, new IntOrString(number), protocol);
    }
}
