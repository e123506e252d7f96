package dev.sallyport.e2e;

import dev.sallyport.testing.Cluster;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * One cluster with Sallyport and the provider stand-in on it, for all tests of this JVM: what
 * {@code helm install} and {@code kubectl apply} make of a fresh cluster.
 */
final class Installation {

    static final String SYSTEM_NAMESPACE = "sallyport-system";

    private final Cluster cluster;
    private final Tool kubectl;
    private final Tool helm;
    private final Provider provider;

    Installation(Cluster cluster) {
        this.cluster = cluster;
        Map<String, String> environment =
                Map.of("KUBECONFIG", kubeconfig(cluster).toString());
        this.kubectl = new Tool(property("sallyport.bin.kubectl"), environment);
        this.helm = new Tool(property("sallyport.bin.helm"), environment);
        for (String image : new String[] {"operator", "proxy", "guard", "demoAgent", "standin"}) {
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
                "--set=image.pullPolicy=Never",
                "--set=guard.image.pullPolicy=Never",
                "--set=proxy.image.pullPolicy=Never");
        this.provider = Provider.deploy(this, image("standin"));
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
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        provider.publishAuthority(name);
        return name;
    }

    /** Kills, by SIGKILL, the processes of a user in a pod. */
    void killOnNode(Pod pod, int uid) {
        String script = """
                for process in /proc/[0-9]*; do
                  grep -q "pod$1" "$process/cgroup" 2>/dev/null || continue
                  [ "$(stat -c %%u "$process")" = %d ] && kill -KILL "${process#/proc/}" && echo killed
                done
                exit 0
                """.formatted(uid);
        Cluster.Output killed =
                cluster.onNode("bash", "-c", script, "kill", pod.getMetadata().getUid());
        if (!killed.out().contains("killed")) {
            throw new AssertionError(
                    "no process of user " + uid + " in " + pod.getMetadata().getName());
        }
    }

    /** Replaces the operator's pod, as an upgrade or a drained node does. */
    void restartOperator() {
        kubectl.run("-n", SYSTEM_NAMESPACE, "rollout", "restart", "deployment");
        kubectl.run("-n", SYSTEM_NAMESPACE, "rollout", "status", "deployment", "--timeout=120s");
    }

    /** Brings an image that only some tests need onto the cluster, and gives its name as {@code repository:tag}. */
    String load(String name) {
        cluster.load(image(name));
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
