package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sallyport.testing.Cluster;
import dev.sallyport.testing.OnCluster;
import dev.sallyport.testing.netpol.Enforcement;
import dev.sallyport.testing.netpol.NetworkPolicyEnforcer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * NetworkPolicies on the cluster of the tests do what Kubernetes says they do, whoever enforces them. What other tests prove
 * behind such policies rests on this.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/network-policies/">Network policies</a>
 */
@OnCluster
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkPolicyKT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Cluster cluster;
    private Enforcement enforcement;

    NetworkPolicyKT(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void startPods() throws JsonProcessingException {
        enforcement = NetworkPolicyEnforcer.start(cluster);
        String image = Installation.image("demoAgent");
        cluster.load(image);
        String program = new ObjectMapper().writeValueAsString(Sandbox.resource("netpol/listen.py"));
        cluster.copyToNode(
                Sandbox.resource("netpol/pods.yaml").replace("$IMAGE", image).replace("$LISTEN", program),
                "/tmp/netpol-pods.yaml");
        run("apply", "-f", "/tmp/netpol-pods.yaml");
        for (String pod : List.of("blue/web", "blue/api", "red/guest")) {
            cluster.client()
                    .pods()
                    .inNamespace(namespace(pod))
                    .withName(name(pod))
                    .waitUntilReady(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void forgetPolicies() {
        cluster.client()
                .network()
                .v1()
                .networkPolicies()
                .inNamespace("netpol-blue")
                .delete();
        awaitAnswers("blue/api", "open", "tcp:blue/web:8081");
        awaitAnswers("blue/web", "open", "tcp:blue/api:8081");
    }

    @AfterAll
    void removePods() {
        cluster.client().namespaces().withName("netpol-blue").delete();
        cluster.client().namespaces().withName("netpol-red").delete();
        enforcement.close();
    }

    /** Each case: a policy of namespace blue, and from whom what is open and what is shut once it is in force. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "who is selected by none is open | podSelector: {matchLabels: {app: none}}, policyTypes: [Ingress, Egress] "
                        + "| blue/api | tcp:blue/web:8080 udp:blue/web:5353 | ''",
                "who is selected is shut | podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress] "
                        + "| blue/api | tcp:red/guest:8080 | tcp:blue/web:8080 udp:blue/web:5353",
                "ingress alone leaves egress open | podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress] "
                        + "| blue/web | tcp:blue/api:8080 tcp:red/guest:8080 | ''",
                "egress alone leaves ingress open | podSelector: {matchLabels: {app: web}}, policyTypes: [Egress] "
                        + "| blue/api | tcp:blue/web:8080 | ''",
                "egress shut | podSelector: {matchLabels: {app: web}}, policyTypes: [Egress] "
                        + "| blue/web | '' | tcp:blue/api:8080 tcp:red/guest:8080 udp:blue/api:5353",
                "types by default | podSelector: {matchLabels: {app: web}}, egress: [{to: [{podSelector: {}}]}] "
                        + "| blue/web | tcp:blue/api:8080 | tcp:red/guest:8080",
                "a pod selector means the policy's own namespace | podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}] "
                        + "| blue/web | tcp:blue/api:8080 | ''",
                "and no other | podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}] "
                        + "| red/guest | tcp:blue/web:8080 | tcp:blue/api:8080",
                "a namespace selector | podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}}]}] "
                        + "| red/guest | tcp:blue/api:8080 | ''",
                "is not the policy's own namespace | podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}}]}] "
                        + "| blue/web | '' | tcp:blue/api:8080",
                "both selectors must fit | podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {tier: front}}}]}] "
                        + "| red/guest | '' | tcp:blue/api:8080",
                "an address block | podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}] "
                        + "| blue/web | tcp:blue/api:8080 | ''",
                "but for a part of it | podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [$blue/api/32]}}]}] "
                        + "| blue/web | tcp:red/guest:8080 | tcp:blue/api:8080",
                "a port by number | podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 8080}]}] "
                        + "| blue/web | tcp:blue/api:8080 | tcp:blue/api:8081 udp:blue/api:5353",
                "ports from and to | podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 8080, endPort: 8085}]}] "
                        + "| blue/web | tcp:blue/api:8080 tcp:blue/api:8081 | tcp:blue/api:8090",
                "a port by name is each pod's own | podSelector: {}, ingress: [{ports: [{port: site}]}] "
                        + "| red/guest | tcp:blue/web:8080 tcp:blue/api:8081 | tcp:blue/web:8081 tcp:blue/api:8080",
                "a port by name on the way out | podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}], ports: [{port: site}]}] "
                        + "| blue/web | tcp:blue/api:8081 | tcp:blue/api:8080",
                "a port of UDP | podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 5353, protocol: UDP}]}] "
                        + "| blue/web | udp:blue/api:5353 | tcp:blue/api:8080",
            })
    void aPolicyLetsThroughWhatItSays(String what, String spec, String from, String open, String shut) {
        create("case", spec);

        awaitAnswers(from, "shut", targets(shut));
        awaitAnswers(from, "open", targets(open));
    }

    @Test
    void policiesAddUp() {
        create("one", "podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 8080}]}]");
        create("two", "podSelector: {}, ingress: [{ports: [{port: 8081}]}]");

        awaitAnswers("blue/web", "shut", "tcp:blue/api:8090");
        awaitAnswers("blue/web", "open", "tcp:blue/api:8080", "tcp:blue/api:8081");
    }

    @Test
    void whatLeavesOnePodMustMayEnterTheOther() {
        create("out", "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{}]");
        create("in", "podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]");

        awaitAnswers("blue/web", "shut", "tcp:blue/api:8080");
        awaitAnswers("blue/web", "open", "tcp:red/guest:8080");
    }

    @Test
    void kubeletsProbesPassAndAPodThatMayNotGoOutMayAnswer() {
        create("all", "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {}}]}]");

        awaitAnswers("blue/web", "shut", "tcp:blue/api:8080");
        awaitAnswers("red/guest", "open", "tcp:blue/web:8080");
        create("shut", "podSelector: {}, policyTypes: [Ingress]");
        run("-n", "netpol-blue", "delete", "networkpolicy", "all");
        awaitAnswers("red/guest", "shut", "tcp:blue/web:8080");

        run("-n", "netpol-blue", "delete", "pod", "web", "--wait=true");
        run("apply", "-f", "/tmp/netpol-pods.yaml");
        Pod again = cluster.client()
                .pods()
                .inNamespace("netpol-blue")
                .withName("web")
                .waitUntilReady(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(again.getStatus().getPodIP()).isNotEmpty();
        awaitAnswers("red/guest", "shut", "tcp:blue/web:8080");
    }

    @Test
    void theNodeIsOutOfReachOfAPodThatMayNotGoOut() {
        String node = Objects.requireNonNull(pod("blue/web").getStatus().getHostIP());
        assertThat(answers("blue/web", "tcp:" + node + ":10250", "tcp:" + node + ":6443"))
                .containsExactly("open", "open");

        create("out", "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]");

        awaitAnswers("blue/web", "shut", "tcp:" + node + ":10250", "tcp:" + node + ":6443", "tcp:10.43.0.1:443");
    }

    private void create(String name, String spec) {
        String address = Objects.requireNonNull(pod("blue/api").getStatus().getPodIP());
        cluster.client()
                .resource(Serialization.unmarshal(
                        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: netpol-blue, name: "
                                + name + "}\nspec: {" + spec.replace("$blue/api", address) + "}\n",
                        NetworkPolicy.class))
                .create();
    }

    private void awaitAnswers(String from, String answer, String... targets) {
        if (targets.length > 0) {
            await(from + " finds " + String.join(", ", targets) + " " + answer)
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(answers(from, targets)).containsOnly(answer));
        }
    }

    private List<String> answers(String from, String... targets) {
        List<String> arguments = new ArrayList<>(List.of(
                "-n", namespace(from), "exec", name(from), "--", "python3", "-c", Sandbox.resource("netpol/reach.py")));
        for (String target : targets) {
            String[] parts = target.split(":", -1);
            String address = parts[1].contains("/")
                    ? Objects.requireNonNull(pod(parts[1]).getStatus().getPodIP())
                    : parts[1];
            arguments.add(parts[0] + ":" + address + ":" + parts[2]);
        }
        return run(arguments.toArray(String[]::new)).lines().toList();
    }

    private static String[] targets(String text) {
        return text.isEmpty() ? new String[0] : text.split(" ", -1);
    }

    private Pod pod(String which) {
        return Objects.requireNonNull(cluster.client()
                .pods()
                .inNamespace(namespace(which))
                .withName(name(which))
                .get());
    }

    private static String namespace(String pod) {
        return "netpol-" + pod.substring(0, pod.indexOf('/'));
    }

    private static String name(String pod) {
        return pod.substring(pod.indexOf('/') + 1);
    }

    private String run(String... arguments) {
        Cluster.Output output = cluster.kubectl(arguments);
        assertThat(output.exitCode()).as(output.err()).isZero();
        return output.out();
    }
}
