package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.testing.Cluster;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One cluster with Sallyport and the provider stand-in on it, for all tests of this JVM: what
 * {@code helm install} and {@code kubectl apply} make of a fresh cluster.
 */
final class Installation {

    static final String SYSTEM_NAMESPACE = "sallyport-system";

    /** A ConfigMap with the platform's profiles, which nobody has made yet. */
    static final String PROFILES = "agent-profiles";

    private final Cluster cluster;
    private final Tool kubectl;
    private final Tool helm;
    private final Provider provider;
    private final Set<String> loaded = new HashSet<>();
    private final Set<String> namespaces = new HashSet<>();

    Installation(Cluster cluster) {
        this.cluster = cluster;
        Map<String, String> environment =
                Map.of("KUBECONFIG", kubeconfig(cluster).toString());
        this.kubectl = new Tool(property("sallyport.bin.kubectl"), environment);
        this.helm = new Tool(property("sallyport.bin.helm"), environment);
        for (String image : new String[] {"operator", "proxy", "guard", "demoAgent", "attacker", "standin"}) {
            cluster.load(image(image));
        }
        helm.run(
                "install",
                "sallyport",
                property("sallyport.chart"),
                "--namespace=" + SYSTEM_NAMESPACE,
                "--create-namespace",
                "--wait",
                "--timeout=2m",
                "--set-string=image.repository=" + repository("operator"),
                "--set-string=image.tag=" + tag("operator"),
                "--set-string=proxy.image.repository=" + repository("proxy"),
                "--set-string=proxy.image.tag=" + tag("proxy"),
                "--set-string=guard.image.repository=" + repository("guard"),
                "--set-string=guard.image.tag=" + tag("guard"),
                "--set-string=agent.profilesConfigMap=" + PROFILES,
                "--set=image.pullPolicy=Never",
                "--set=guard.image.pullPolicy=Never",
                "--set=proxy.image.pullPolicy=Never");
        this.provider = Provider.deploy(this, image("standin"));
    }

    Cluster cluster() {
        return cluster;
    }

    KubernetesClient client() {
        return cluster.client();
    }

    Tool kubectl() {
        return kubectl;
    }

    Tool helm() {
        return helm;
    }

    Provider provider() {
        return provider;
    }

    /** A new namespace of that name, empty but for the provider's certificate authority. */
    String namespace(String name) {
        return namespace(name, Map.of());
    }

    /** The same with labels, such as the Pod Security Standard that it enforces. */
    String namespace(String name, Map<String, String> labels) {
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .create();
        namespaces.add(name);
        provider.publishAuthority(name);
        return name;
    }

    /**
     * Deletes all namespaces made until now, and is back when their pods are gone: what they ask of the node's processors is
     * needed by the next tests.
     */
    void deleteNamespaces() {
        if (namespaces.isEmpty()) {
            return;
        }
        List<String> arguments = new ArrayList<>(List.of("delete", "namespace", "--timeout=3m"));
        arguments.addAll(namespaces);
        namespaces.clear();
        kubectl.run(arguments.toArray(String[]::new));
    }

    /** Kills, by SIGKILL, the processes of a user in a pod. */
    void killOnNode(Pod pod, int uid) {
        assertThat(onProcesses(pod, ofUser(uid), "kill -KILL \"${process#/proc/}\""))
                .as("processes of user %d in %s", uid, pod.getMetadata().getName())
                .isTrue();
    }

    /** Kills a pod's first process, which holds its network: kubelet makes all of the pod anew, in the same place. */
    void killPodSandbox(Pod pod) {
        assertThat(onProcesses(pod, "[ \"$(cat \"$process/comm\")\" = pause ]", "kill -KILL \"${process#/proc/}\""))
                .as("the first process of %s", pod.getMetadata().getName())
                .isTrue();
    }

    /** Whether a file or directory is there for a process of this user in a pod. */
    boolean isThere(Pod pod, int uid, String path) {
        return onProcesses(pod, ofUser(uid), "[ -e \"$process/root" + path + "\" ]");
    }

    private static String ofUser(int uid) {
        return "[ \"$(stat -c %u \"$process\")\" = " + uid + " ]";
    }

    /** Does something, by the node's shell, to those processes of a pod for which a condition holds; true: it succeeded for one. */
    private boolean onProcesses(Pod pod, String condition, String action) {
        String script = """
                for process in /proc/[0-9]*; do
                  grep -q "pod$1" "$process/cgroup" 2>/dev/null || continue
                  %s && %s && echo done
                done
                exit 0
                """.formatted(condition, action);
        return cluster.onNode("bash", "-c", script, "sh", pod.getMetadata().getUid())
                .out()
                .contains("done");
    }

    /** Runs a program on the node, as root; a failure is a failure of the test. */
    void onNode(String... command) {
        Cluster.Output output = cluster.onNode(command);
        if (output.exitCode() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + output.err());
        }
    }

    /** A volume for a claim, where the cluster makes none by itself. */
    void volumeWithoutProvisioner(String volume) {
        boolean provisioned = client().storage().v1().storageClasses().list().getItems().stream()
                .anyMatch(found -> found.getMetadata().getAnnotations() != null
                        && "true"
                                .equals(found.getMetadata()
                                        .getAnnotations()
                                        .get("storageclass.kubernetes.io/is-default-class")));
        if (!provisioned) {
            onNode("mkdir", "-p", "-m", "777", "/var/lib/" + volume);
            client().resource(new PersistentVolumeBuilder()
                            .withNewMetadata()
                            .withName(volume)
                            .endMetadata()
                            .withNewSpec()
                            .withAccessModes("ReadWriteOnce")
                            .addToCapacity("storage", new Quantity("5Gi"))
                            .withNewHostPath()
                            .withPath("/var/lib/" + volume)
                            .endHostPath()
                            .endSpec()
                            .build())
                    .create();
        }
    }

    /** Replaces the operator's pod, as an upgrade or a drained node does. */
    void restartOperator() {
        kubectl.run("-n", SYSTEM_NAMESPACE, "rollout", "restart", "deployment");
        kubectl.run("-n", SYSTEM_NAMESPACE, "rollout", "status", "deployment", "--timeout=120s");
    }

    /** Brings an image that only some tests need onto the cluster, and gives its name as {@code repository:tag}. */
    String load(String name) {
        if (loaded.add(image(name))) {
            cluster.load(image(name));
        }
        return image(name);
    }

    /** A named image under test, as {@code repository:tag}. */
    static String image(String name) {
        return property("sallyport.images." + name);
    }

    private static String repository(String name) {
        return image(name).substring(0, image(name).lastIndexOf(':'));
    }

    private static String tag(String name) {
        return image(name).substring(image(name).lastIndexOf(':') + 1);
    }

    private static String property(String name) {
        return Objects.requireNonNull(
                System.getProperty(name), () -> "-D" + name + " is not set: cluster tests are run by ./dev/test");
    }

    private static Path kubeconfig(Cluster cluster) {
        try {
            Path file = Files.createTempFile("sallyport-e2e", ".kubeconfig");
            file.toFile().deleteOnExit();
            return Files.writeString(file, cluster.kubeconfig(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
