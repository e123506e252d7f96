package dev.sallyport.testing.netpol;

import dev.sallyport.testing.netpol.PolicyPod.NamedPort;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the policies of a cluster say, as the text of an nft table: a pure function of its objects. Traffic between pods must
 * cross the node's forward hook, as with the ptp plugin; what is addressed to a Service is seen after kube-proxy's
 * translation, with pods' addresses. What the node itself sends to its pods, kubelet's probes among it, is left alone. Fails
 * closed: an address of the pods' range that no pod has yet may neither send nor receive.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/network-policies/">Network policies</a>
 */
final class PolicyTable {

    /** The table's name, in the family inet. */
    static final String NAME = "netpol";

    private static final List<String> FAMILIES = List.of("ip", "ip6");

    private static final String NEIGHBOURS = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit,"
            + " nd-router-advert, mld-listener-report, mld2-listener-report } accept";

    private static final List<String> REPLIES = List.of("ct state established,related accept", NEIGHBOURS);

    /** Which way a policy looks, and which address of a packet is the selected pod's. */
    private enum Direction {
        INGRESS("Ingress", "daddr", "saddr"),
        EGRESS("Egress", "saddr", "daddr");

        private final String type;
        private final String own;
        private final String far;

        Direction(String type, String own, String far) {
            this.type = type;
            this.own = own;
            this.far = far;
        }
    }

    /** A rule of either direction. */
    private record Rule(List<NetworkPolicyPeer> peers, List<NetworkPolicyPort> ports) {}

    /** The pods that are shut in one direction, but for what the lines let through. */
    private record Isolation(List<String> addresses, List<String> lines) {}

    /** Whom a rule is about. */
    private sealed interface Far {
        record Anyone() implements Far {}

        record Block(String family, String match) implements Far {}

        record Pods(List<PolicyPod> pods) implements Far {}
    }

    /** What of a packet's transport a rule is about, and the only destinations for which it is; empty: all. */
    private record PortMatch(String text, Optional<List<PolicyPod>> destinations) {}

    private final List<PolicyPod> pods;
    private final Map<String, Map<String, String>> namespaces;
    private final List<NetworkPolicy> policies;
    private final List<String> ranges;

    private PolicyTable(
            List<PolicyPod> pods, Collection<Namespace> namespaces, List<NetworkPolicy> policies, List<String> ranges) {
        this.pods = pods;
        this.namespaces = namespaces.stream()
                .collect(Collectors.toMap(
                        namespace -> namespace.getMetadata().getName(),
                        namespace -> Objects.requireNonNullElse(
                                namespace.getMetadata().getLabels(), Map.of())));
        this.policies = policies;
        this.ranges = ranges;
    }

    /**
     * The table as nft reads it. Loading it replaces the one before in one transaction.
     *
     * @param ranges the pods' address ranges on the node; the first address of each is the node's own
     */
    static String render(
            Collection<Pod> pods,
            Collection<Namespace> namespaces,
            Collection<NetworkPolicy> policies,
            List<String> ranges) {
        return new PolicyTable(
                        pods.stream().flatMap(pod -> PolicyPod.of(pod).stream()).toList(),
                        namespaces,
                        policies.stream()
                                .sorted(java.util.Comparator.comparing(PolicyTable::name))
                                .toList(),
                        ranges)
                .text();
    }

    private String text() {
        Isolation ingress = isolation(Direction.INGRESS);
        Isolation egress = isolation(Direction.EGRESS);
        List<String> strangers = strangers();
        List<String> forward =
                new ArrayList<>(List.of("type filter hook forward priority filter - 10; policy accept;"));
        forward.addAll(REPLIES);
        forward.addAll(strangers);
        forward.addAll(jumps(egress.addresses(), "saddr", "egress"));
        forward.addAll(jumps(ingress.addresses(), "daddr", "ingress"));
        List<String> input = new ArrayList<>(List.of("type filter hook input priority filter - 10; policy accept;"));
        input.addAll(REPLIES);
        input.addAll(strangers.stream().filter(line -> line.contains(" saddr ")).toList());
        input.addAll(jumps(egress.addresses(), "saddr", "egress"));
        return "add table inet " + NAME + "\ndelete table inet " + NAME + "\ntable inet " + NAME + " {\n"
                + chain(
                        "refuse",
                        List.of(
                                "counter",
                                "meta l4proto tcp reject with tcp reset",
                                "reject with icmpx admin-prohibited"))
                + chain("ingress", ending(ingress.lines()))
                + chain("egress", ending(egress.lines()))
                // An address of another needs no right in IPv6 (IPV6_FREEBIND), and would get around all that follows.
                + chain(
                        "spoofed",
                        List.of(
                                "type filter hook prerouting priority filter - 10; policy accept;",
                                NEIGHBOURS,
                                "iifname \"veth*\" fib saddr . iif oif missing drop"))
                + chain("input", input)
                + chain("forward", forward)
                + "}\n";
    }

    private static List<String> ending(List<String> lines) {
        return Stream.concat(lines.stream(), Stream.of("goto refuse")).toList();
    }

    private static String chain(String name, List<String> lines) {
        return "\tchain " + name + " {\n"
                + lines.stream().map(line -> "\t\t" + line + "\n").collect(Collectors.joining())
                + "\t}\n";
    }

    private List<String> strangers() {
        List<String> lines = new ArrayList<>();
        List<String> all =
                pods.stream().flatMap(pod -> pod.addresses().stream()).toList();
        for (String range : ranges) {
            String family = family(range);
            List<String> known =
                    Stream.concat(all.stream(), Stream.of(first(range))).toList();
            for (String side : List.of("saddr", "daddr")) {
                lines.add("%1$s %2$s %3$s %1$s %2$s != %4$s goto refuse"
                        .formatted(family, side, range, set(known, family)));
            }
        }
        return lines;
    }

    private static List<String> jumps(List<String> addresses, String side, String chain) {
        return FAMILIES.stream()
                .filter(family ->
                        addresses.stream().anyMatch(address -> family(address).equals(family)))
                .map(family -> family + " " + side + " " + set(addresses, family) + " jump " + chain)
                .toList();
    }

    /** All policies of one direction: what any of them lets through passes, and who is selected by none is not shut. */
    private Isolation isolation(Direction direction) {
        List<String> addresses = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (NetworkPolicy policy : policies) {
            NetworkPolicySpec spec = policy.getSpec();
            String namespace = policy.getMetadata().getNamespace();
            List<PolicyPod> selected = pods.stream()
                    .filter(pod ->
                            pod.namespace().equals(namespace) && Selectors.matches(spec.getPodSelector(), pod.labels()))
                    .toList();
            if (types(spec).contains(direction.type)) {
                selected.forEach(pod -> addresses.addAll(pod.addresses()));
                for (Rule rule : rules(spec, direction)) {
                    lines.addAll(lines(rule, selected, namespace, direction, name(policy)));
                }
            }
        }
        return new Isolation(addresses, lines);
    }

    /** Without types: ingress always, egress where there are rules for it. */
    private static List<String> types(NetworkPolicySpec spec) {
        if (!orEmpty(spec.getPolicyTypes()).isEmpty()) {
            return spec.getPolicyTypes();
        }
        return orEmpty(spec.getEgress()).isEmpty() ? List.of("Ingress") : List.of("Ingress", "Egress");
    }

    private static List<Rule> rules(NetworkPolicySpec spec, Direction direction) {
        return switch (direction) {
            case INGRESS ->
                orEmpty(spec.getIngress()).stream()
                        .map((NetworkPolicyIngressRule rule) ->
                                new Rule(orEmpty(rule.getFrom()), orEmpty(rule.getPorts())))
                        .toList();
            case EGRESS ->
                orEmpty(spec.getEgress()).stream()
                        .map((NetworkPolicyEgressRule rule) ->
                                new Rule(orEmpty(rule.getTo()), orEmpty(rule.getPorts())))
                        .toList();
        };
    }

    private List<String> lines(
            Rule rule, List<PolicyPod> selected, String namespace, Direction direction, String policy) {
        List<String> lines = new ArrayList<>();
        for (Far far : far(rule.peers(), namespace, direction)) {
            List<PolicyPod> destinations =
                    switch (direction) {
                        case INGRESS -> selected;
                        case EGRESS -> far instanceof Far.Pods named ? named.pods() : pods;
                    };
            for (PortMatch port : ports(rule.ports(), destinations)) {
                List<PolicyPod> own =
                        direction == Direction.INGRESS ? port.destinations().orElse(selected) : selected;
                Far other = direction == Direction.EGRESS
                        ? port.destinations()
                                .<Far>map(only -> narrowed(far, only))
                                .orElse(far)
                        : far;
                for (String family : FAMILIES) {
                    lines.addAll(line(family, own, other, port.text(), direction, policy));
                }
            }
        }
        return lines;
    }

    /** A named port of nobody's but pods: a block that has pods in it means them. */
    private static Far narrowed(Far far, List<PolicyPod> only) {
        return far instanceof Far.Block block ? block : new Far.Pods(only);
    }

    private static List<String> line(
            String family, List<PolicyPod> own, Far far, String port, Direction direction, String policy) {
        List<String> mine = addresses(own, family);
        Optional<String> other =
                switch (far) {
                    case Far.Anyone _ -> Optional.of("");
                    case Far.Block block ->
                        Optional.of(block.match())
                                .filter(match -> block.family().equals(family));
                    case Far.Pods named ->
                        addresses(named.pods(), family).isEmpty()
                                ? Optional.empty()
                                : Optional.of(family + " " + direction.far + " "
                                        + set(addresses(named.pods(), family), family) + " ");
                };
        return mine.isEmpty() || other.isEmpty()
                ? List.of()
                : List.of(family + " " + direction.own + " " + set(mine, family) + " " + other.get() + port
                        + "return comment \"" + policy + "\"");
    }

    /** No peers mean anyone. */
    private List<Far> far(List<NetworkPolicyPeer> peers, String namespace, Direction direction) {
        if (peers.isEmpty()) {
            return List.of(new Far.Anyone());
        }
        return peers.stream()
                .map(peer -> peer.getIpBlock() != null
                        ? block(peer.getIpBlock(), direction.far)
                        : new Far.Pods(named(peer, namespace)))
                .toList();
    }

    private static Far block(IPBlock block, String side) {
        String family = family(block.getCidr());
        String except = orEmpty(block.getExcept()).isEmpty()
                ? ""
                : family + " " + side + " != { " + String.join(", ", block.getExcept()) + " } ";
        return new Far.Block(family, family + " " + side + " " + block.getCidr() + " " + except);
    }

    /** Without a namespace selector: of the policy's own; without a pod selector: all of them. */
    private List<PolicyPod> named(NetworkPolicyPeer peer, String namespace) {
        return pods.stream()
                .filter(pod -> peer.getNamespaceSelector() == null
                        ? pod.namespace().equals(namespace)
                        : Selectors.matches(
                                peer.getNamespaceSelector(), namespaces.getOrDefault(pod.namespace(), Map.of())))
                .filter(pod -> peer.getPodSelector() == null || Selectors.matches(peer.getPodSelector(), pod.labels()))
                .toList();
    }

    /** No ports mean all of every protocol; a name means what each destination calls so. */
    private static List<PortMatch> ports(List<NetworkPolicyPort> ports, List<PolicyPod> destinations) {
        if (ports.isEmpty()) {
            return List.of(new PortMatch("", Optional.empty()));
        }
        List<PortMatch> matches = new ArrayList<>();
        for (NetworkPolicyPort port : ports) {
            String protocol = Objects.requireNonNullElse(port.getProtocol(), "TCP");
            String transport = protocol.toLowerCase(Locale.ROOT);
            if (port.getPort() == null) {
                matches.add(new PortMatch("meta l4proto " + transport + " ", Optional.empty()));
            } else if (port.getPort().getIntVal() != null) {
                String end = port.getEndPort() == null ? "" : "-" + port.getEndPort();
                matches.add(new PortMatch(
                        transport + " dport " + port.getPort().getIntVal() + end + " ", Optional.empty()));
            } else {
                NamedPort name = new NamedPort(port.getPort().getStrVal(), protocol);
                destinations.stream()
                        .filter(pod -> pod.ports().containsKey(name))
                        .collect(Collectors.groupingBy(
                                pod -> Objects.requireNonNull(pod.ports().get(name)),
                                java.util.TreeMap::new,
                                Collectors.toList()))
                        .forEach((number, having) ->
                                matches.add(new PortMatch(transport + " dport " + number + " ", Optional.of(having))));
            }
        }
        return matches;
    }

    private static List<String> addresses(List<PolicyPod> of, String family) {
        return of.stream()
                .flatMap(pod -> pod.addresses().stream())
                .filter(address -> family(address).equals(family))
                .toList();
    }

    private static String set(List<String> addresses, String family) {
        return addresses.stream()
                .filter(address -> family(address).equals(family))
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(TreeSet::new), all -> "{ " + String.join(", ", all) + " }"));
    }

    private static String family(String address) {
        return address.contains(":") ? "ip6" : "ip";
    }

    /** A range begins with its network's address, which ends in 0 or ::. */
    private static String first(String range) {
        String network = range.substring(0, range.indexOf('/'));
        return network.endsWith("::")
                ? network + "1"
                : network.substring(0, network.lastIndexOf('.') + 1)
                        + (Integer.parseInt(network.substring(network.lastIndexOf('.') + 1)) + 1);
    }

    private static String name(NetworkPolicy policy) {
        return policy.getMetadata().getNamespace() + "/" + policy.getMetadata().getName();
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
