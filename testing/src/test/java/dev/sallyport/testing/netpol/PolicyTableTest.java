package dev.sallyport.testing.netpol;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of each field of a NetworkPolicy. Whether the node understands it so is shown on a cluster. */
final class PolicyTableTest {

    private static final List<Namespace> NAMESPACES =
            List.of(namespace("blue", "{team: blue, kind: shop}"), namespace("red", "{team: red}"));

    private static final List<Pod> PODS = List.of(
            pod("blue", "web", "{app: web, tier: front}", "10.42.0.11", "{name: http, containerPort: 8080}"),
            pod("blue", "api", "{app: api}", "10.42.0.12", "{name: http, containerPort: 9090}"),
            pod("red", "web", "{app: web}", "10.42.0.21", "{name: http, containerPort: 8080}"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Who is selected is shut, in the directions that the types say.
                "podSelector: {}, policyTypes: [Ingress] | ingress: 10.42.0.11 10.42.0.12 | ''",
                "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress] | egress: 10.42.0.11 | ''",
                "podSelector: {matchLabels: {app: web}} | ingress: 10.42.0.11 | ''",
                "podSelector: {matchLabels: {app: web}}, egress: [{}] | ingress: 10.42.0.11 egress: 10.42.0.11 | egress ip saddr { 10.42.0.11 } return",
                "podSelector: {matchLabels: {app: none}}, policyTypes: [Ingress, Egress] | '' | ''",
                "podSelector: {matchExpressions: [{key: app, operator: In, values: [api, db]}]} | ingress: 10.42.0.12 | ''",
                "podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [api]}]} | ingress: 10.42.0.11 | ''",
                "podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [back]}]} | ingress: 10.42.0.11 10.42.0.12 | ''",
                "podSelector: {matchExpressions: [{key: tier, operator: Exists}]} | ingress: 10.42.0.11 | ''",
                "podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]} | ingress: 10.42.0.12 | ''",
                // Whom a rule lets through.
                "podSelector: {matchLabels: {app: api}}, ingress: [{}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{from: []}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } ip saddr { 10.42.0.11 } return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {}}]}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } ip saddr { 10.42.0.11, 10.42.0.12, 10.42.0.21 } return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}}]}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } ip saddr { 10.42.0.21 } return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {tier: front}}}]}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } ip saddr { 10.42.0.11 } return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: none}}}]}] | ingress: 10.42.0.12 | ''",
                "podSelector: {matchLabels: {app: api}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.42.0.0/24, 10.1.0.0/16]}}]}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } ip saddr 10.0.0.0/8 ip saddr != { 10.42.0.0/24, 10.1.0.0/16 } return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{from: [{ipBlock: {cidr: 'fd00::/8'}}]}] | ingress: 10.42.0.12 | ''",
                "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: api}}}]}] | egress: 10.42.0.11 | egress ip saddr { 10.42.0.11 } ip daddr { 10.42.0.12 } return",
                // Ports.
                "podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 80}]}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } tcp dport 80 return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 53, protocol: UDP}]}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } udp dport 53 return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{protocol: TCP}]}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } meta l4proto tcp return",
                "podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 80, endPort: 90}]}] | ingress: 10.42.0.12 | ingress ip daddr { 10.42.0.12 } tcp dport 80-90 return",
                "podSelector: {}, ingress: [{ports: [{port: http}]}] | ingress: 10.42.0.11 10.42.0.12 | ingress ip daddr { 10.42.0.11 } tcp dport 8080 return / ingress ip daddr { 10.42.0.12 } tcp dport 9090 return",
                "podSelector: {}, ingress: [{ports: [{port: http, protocol: UDP}]}] | ingress: 10.42.0.11 10.42.0.12 | ''",
                "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: http}]}] | egress: 10.42.0.11 | egress ip saddr { 10.42.0.11 } ip daddr { 10.42.0.11, 10.42.0.21 } tcp dport 8080 return / egress ip saddr { 10.42.0.11 } ip daddr { 10.42.0.12 } tcp dport 9090 return",
                "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 443}]}] | egress: 10.42.0.11 | egress ip saddr { 10.42.0.11 } tcp dport 443 return",
            })
    void aSpecMeans(String spec, String isolated, String lets) {
        String table = table(policy("blue", "p", spec));

        assertThat(isolated(table, "ingress")).as(table).isEqualTo(part(isolated, "ingress: ([0-9. ]+)"));
        assertThat(isolated(table, "egress")).as(table).isEqualTo(part(isolated, "egress: ([0-9. ]+)"));
        assertThat(Stream.concat(lets(table, "ingress"), lets(table, "egress")))
                .as(table)
                .containsExactlyElementsOf(lets.isEmpty() ? List.of() : List.of(lets.split(" / ")));
    }

    @Test
    void policiesAddUp() {
        String table = table(
                policy("blue", "b", "podSelector: {}, ingress: [{ports: [{port: 80}]}]"),
                policy("blue", "a", "podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 90}]}]"),
                policy("red", "c", "podSelector: {}"));

        assertThat(isolated(table, "ingress")).isEqualTo("10.42.0.11 10.42.0.12 10.42.0.21");
        assertThat(lets(table, "ingress"))
                .containsExactly(
                        "ingress ip daddr { 10.42.0.11 } tcp dport 90 return",
                        "ingress ip daddr { 10.42.0.11, 10.42.0.12 } tcp dport 80 return");
    }

    @Test
    void withoutPoliciesNothingIsShutButToStrangers() {
        String table = table();

        assertThat(table).doesNotContain("jump");
        assertThat(chain(table, "forward"))
                .contains(
                        "ip saddr 10.42.0.0/24 ip saddr != { 10.42.0.1, 10.42.0.11, 10.42.0.12, 10.42.0.21 } goto refuse")
                .contains(
                        "ip daddr 10.42.0.0/24 ip daddr != { 10.42.0.1, 10.42.0.11, 10.42.0.12, 10.42.0.21 } goto refuse");
    }

    @Test
    void repliesPassBeforeAnythingIsAsked() {
        for (String hook : List.of("forward", "input")) {
            assertThat(chain(table(policy("blue", "p", "podSelector: {}")), hook)
                            .lines()
                            .skip(1))
                    .first()
                    .isEqualTo("ct state established,related accept");
        }
    }

    @Test
    void anOpenedDirectionOfOneEndIsNoneOfTheOthers() {
        String table = table(
                policy("blue", "out", "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{}]"),
                policy("blue", "in", "podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]"));

        // A chain that lets something through returns, and the other direction is asked next.
        assertThat(chain(table, "forward"))
                .containsSubsequence("ip saddr { 10.42.0.11 } jump egress", "ip daddr { 10.42.0.12 } jump ingress");
        assertThat(chain(table, "egress")).doesNotContain("accept");
    }

    @Test
    void whoHasNoAddressOfItsOwnIsNoPod() {
        Pod onHost = pod("blue", "host", "{app: web}", "10.0.0.1", "{containerPort: 1}");
        onHost.getSpec().setHostNetwork(true);
        Pod ended = pod("blue", "ended", "{app: web}", "10.42.0.31", "{containerPort: 1}");
        ended.getStatus().setPhase("Succeeded");
        Pod young = pod("blue", "young", "{app: web}", "10.42.0.32", "{containerPort: 1}");
        young.getStatus().setPodIPs(List.of());

        String table = PolicyTable.render(
                List.of(onHost, ended, young), NAMESPACES, List.of(policy("blue", "p", "podSelector: {}")), List.of());

        assertThat(table).doesNotContain("10.0.0.1", "10.42.0.31", "jump");
    }

    @Test
    void bothFamiliesOfAPodAreShut() {
        Pod dual = pod("blue", "dual", "{app: dual}", "10.42.0.41", "{containerPort: 1}");
        dual.getStatus()
                .setPodIPs(List.of(
                        new io.fabric8.kubernetes.api.model.PodIP("10.42.0.41"),
                        new io.fabric8.kubernetes.api.model.PodIP("fd00:42::41")));

        String table = PolicyTable.render(
                List.of(dual),
                NAMESPACES,
                List.of(policy("blue", "p", "podSelector: {}, ingress: [{ports: [{port: 80}]}]")),
                List.of("10.42.0.0/24", "fd00:42::/64"));

        assertThat(chain(table, "forward"))
                .contains("ip daddr { 10.42.0.41 } jump ingress", "ip6 daddr { fd00:42::41 } jump ingress")
                .contains("ip6 saddr fd00:42::/64 ip6 saddr != { fd00:42::1, fd00:42::41 } goto refuse");
        assertThat(lets(table, "ingress"))
                .containsExactly(
                        "ingress ip daddr { 10.42.0.41 } tcp dport 80 return",
                        "ingress ip6 daddr { fd00:42::41 } tcp dport 80 return");
    }

    private static String table(NetworkPolicy... policies) {
        return PolicyTable.render(PODS, NAMESPACES, List.of(policies), List.of("10.42.0.0/24"));
    }

    private static String isolated(String table, String direction) {
        return chain(table, "forward")
                .lines()
                .filter(line -> line.endsWith("jump " + direction))
                .map(line -> line.replaceAll(".*\\{ | }.*", "").replace(",", ""))
                .findFirst()
                .orElse("");
    }

    private static Stream<String> lets(String table, String chain) {
        return chain(table, chain)
                .lines()
                .filter(line -> line.contains(" return "))
                .map(line -> chain + " " + line.replaceAll(" comment .*", ""));
    }

    private static String chain(String table, String name) {
        int begin = table.indexOf("chain " + name + " {\n") + ("chain " + name + " {\n").length();
        return table.substring(begin, table.indexOf("\n\t}", begin)).replace("\t", "");
    }

    private static String part(String text, String pattern) {
        java.util.regex.Matcher found = java.util.regex.Pattern.compile(pattern).matcher(text);
        return found.find() ? found.group(1).strip() : "";
    }

    private static NetworkPolicy policy(String namespace, String name, String spec) {
        return Serialization.unmarshal(
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: %s, name: %s}\nspec: {%s}"
                        .formatted(namespace, name, spec),
                NetworkPolicy.class);
    }

    private static Pod pod(String namespace, String name, String labels, String address, String port) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {namespace: %s, name: %s, labels: %s}
                spec: {containers: [{name: c, image: i, ports: [%s]}]}
                status: {phase: Running, podIP: %s, podIPs: [{ip: %s}]}
                """.formatted(namespace, name, labels, port, address, address), Pod.class);
    }

    private static Namespace namespace(String name, String labels) {
        return Serialization.unmarshal(
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: %s}".formatted(name, labels),
                Namespace.class);
    }
}
