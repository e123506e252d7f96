package dev.sallyport.e2e;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What lies outside of a sandbox's fence: live machines at every address that an agent would try, and a plain pod that
 * reaches them all.
 */
final class Outside {

    /** Of the internet and of clouds: the node has them while the tests run, so that something answers there. */
    private static final List<String> FOREIGN = List.of("169.254.169.254", "1.1.1.1", "8.8.8.8");

    private static final String OUTSIDER = "outsider";

    private final Installation installation;
    private final String namespace;

    private Outside(Installation installation, String namespace) {
        this.installation = installation;
        this.namespace = namespace;
    }

    static Outside deploy(Installation installation, String namespace) {
        Outside outside = new Outside(installation, namespace);
        for (String address : FOREIGN) {
            outside.installation.onNode("ip", "address", "replace", address + "/32", "dev", "lo");
        }
        Tool.Result applied = installation
                .kubectl()
                .attempt(
                        Sandbox.resource("attack/world.yaml")
                                .replace("$NAMESPACE", namespace)
                                .replace("$IMAGE", Installation.image("attacker")),
                        "apply",
                        "-f",
                        "-");
        if (applied.exitCode() != 0) {
            throw new AssertionError(applied.output());
        }
        installation.client().resource(outside.outsider()).create();
        outside.kubectl(namespace, "wait", "pod", "neighbour", "internet", "--for=condition=Ready", "--timeout=120s");
        outside.kubectl(outsidersNamespace(), "wait", "pod", OUTSIDER, "--for=condition=Ready", "--timeout=120s");
        await("listeners")
                .atMost(Duration.ofMinutes(1))
                .until(() -> Stream.of("neighbour", "internet")
                        .allMatch(pod -> outside.log(pod).contains("listening")));
        return outside;
    }

    /** Among the operator's pods: a NetworkPolicy lets these, and nobody else, to a proxy's admin port. */
    private Pod outsider() {
        Map<String, String> labels = new TreeMap<>(operator().getMetadata().getLabels());
        labels.remove("pod-template-hash");
        return new PodBuilder()
                .withNewMetadata()
                .withName(OUTSIDER)
                .withNamespace(outsidersNamespace())
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(0L)
                .addNewContainer()
                .withName(OUTSIDER)
                .withImage(Installation.image("attacker"))
                .withImagePullPolicy("Never")
                .endContainer()
                .endSpec()
                .build();
    }

    private static String outsidersNamespace() {
        return Installation.SYSTEM_NAMESPACE;
    }

    private Pod operator() {
        return installation.client().pods().inNamespace(Installation.SYSTEM_NAMESPACE).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getLabels().containsKey("pod-template-hash"))
                .findFirst()
                .orElseThrow();
    }

    /** What the words of attempts stand for. */
    Map<String, String> values(Pod sandbox) {
        Service neighbour = service(namespace, "neighbour");
        Map<String, String> values = new TreeMap<>();
        values.put("SERVICE", service("default", "kubernetes").getSpec().getClusterIP());
        values.put("NODE", sandbox.getStatus().getHostIP());
        values.put("GATEWAY", run("ip -4 route show default | cut -d' ' -f3"));
        values.put("POD", address());
        values.put("CLUSTERIP", neighbour.getSpec().getClusterIP());
        values.put(
                "NODEPORT",
                neighbour.getSpec().getPorts().getFirst().getNodePort().toString());
        values.put("DNS", run("sed -n 's/^nameserver //p' /etc/resolv.conf | head -1"));
        values.put("OPERATOR", operator().getStatus().getPodIP());
        values.put("PROVIDER", service("provider", "provider").getSpec().getClusterIP());
        values.put("SELF", sandbox.getStatus().getPodIP());
        return values;
    }

    private Service service(String of, String name) {
        return Objects.requireNonNull(
                installation.client().services().inNamespace(of).withName(name).get(), name);
    }

    /** The address of a machine that answers everybody on port 9000, and writes down who came. */
    String address() {
        return pod(namespace, "neighbour").getStatus().getPodIP();
    }

    /** The address of the pod that attempts are tried from outside. */
    String outsidersAddress() {
        return pod(outsidersNamespace(), OUTSIDER).getStatus().getPodIP();
    }

    private Pod pod(String of, String name) {
        return Objects.requireNonNull(
                installation.client().pods().inNamespace(of).withName(name).get(), name);
    }

    /** Runs the attack program in a plain pod. */
    Tool.Result attack(String input, String... arguments) {
        String[] command = {"-n", outsidersNamespace(), "exec", "-i", OUTSIDER, "--", "attack"};
        return installation
                .kubectl()
                .attempt(
                        input,
                        Stream.concat(Stream.of(command), Stream.of(arguments)).toArray(String[]::new));
    }

    private String run(String script) {
        return kubectl(outsidersNamespace(), "exec", OUTSIDER, "--", "sh", "-c", script)
                .strip();
    }

    /** Who came to these machines, a line each: how, from where, with what. */
    List<String> visits() {
        return Stream.of("neighbour", "internet")
                .flatMap(pod -> log(pod).lines())
                .toList();
    }

    private String log(String pod) {
        return kubectl(namespace, "logs", pod);
    }

    private String kubectl(String of, String... arguments) {
        return installation
                .kubectl()
                .run(Stream.concat(Stream.of("-n", of), Stream.of(arguments)).toArray(String[]::new));
    }

    /** Takes away what no other test may meet. */
    void remove() {
        kubectl(outsidersNamespace(), "delete", "pod", OUTSIDER, "--wait=true");
        kubectl(namespace, "delete", "pod", "neighbour", "internet", "--wait=true");
        for (String address : FOREIGN) {
            installation.onNode("ip", "address", "delete", address + "/32", "dev", "lo");
        }
    }
}
