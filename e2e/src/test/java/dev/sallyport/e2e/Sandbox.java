package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.api.v1alpha1.AgentSandboxStatus;
import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.api.v1alpha1.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One AgentSandbox on the cluster, as its user sees it. */
final class Sandbox {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Installation installation;
    private final String namespace;
    private final String name;

    Sandbox(Installation installation, String namespace, String name) {
        this.installation = installation;
        this.namespace = namespace;
        this.name = name;
    }

    /** Applies a manifest of this test's resources, with its {@code $NAME} filled in, and what has a default. */
    Sandbox apply(String resource, Map<String, String> values) {
        String manifest = resource(resource).replace("$NAME", name);
        for (Map.Entry<String, String> value : values.entrySet()) {
            manifest = manifest.replace("$" + value.getKey(), value.getValue());
        }
        manifest = manifest.replace("$PLACEMENT", "Sidecar").replace("$HOST_USERS", "true");
        Tool.Result applied = installation.kubectl().attempt(manifest, "-n", namespace, "apply", "-f", "-");
        assertThat(applied.exitCode()).as(applied.output()).isZero();
        return this;
    }

    /** Creates or replaces a Secret of one key. */
    void secret(String secretName, String key, String value) {
        secret(installation, namespace, secretName, key, value);
    }

    static void secret(Installation installation, String namespace, String secretName, String key, String value) {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName(secretName)
                .withNamespace(namespace)
                .endMetadata()
                .addToStringData(key, value)
                .build();
        installation.client().resource(secret).createOr(existing -> existing.update());
    }

    AgentSandbox get() {
        return Objects.requireNonNull(
                installation
                        .client()
                        .resources(AgentSandbox.class)
                        .inNamespace(namespace)
                        .withName(name)
                        .get(),
                "the sandbox is gone");
    }

    /** Applies a JSON merge patch, as {@code kubectl patch --type=merge} does. */
    void patch(String merge) {
        installation.kubectl().run("-n", namespace, "patch", "agentsandbox", name, "--type=merge", "-p", merge);
    }

    Sandbox awaitReady() {
        awaitCondition("Ready", "True");
        return this;
    }

    /** Waits until a condition of the newest generation has that status, and gives it. */
    Condition awaitCondition(String type, String status) {
        return await("condition " + type + "=" + status)
                .atMost(PATIENCE)
                .conditionEvaluationListener(new LastStatus(this))
                .until(
                        () -> current(type),
                        found -> found != null && found.status().name().equals(status));
    }

    /** The audit counts, once they fulfil what the test expects. */
    AuditStatus awaitAudit(String what, Predicate<AuditStatus> expected) {
        return Objects.requireNonNull(await(what)
                .atMost(PATIENCE)
                .conditionEvaluationListener(new LastStatus(this))
                .until(this::audit, audit -> audit != null && expected.test(audit)));
    }

    private @Nullable AuditStatus audit() {
        AgentSandboxStatus status = get().getStatus();
        return status == null ? null : status.audit();
    }

    private @Nullable Condition current(String type) {
        AgentSandbox sandbox = get();
        AgentSandboxStatus status = sandbox.getStatus();
        if (status == null
                || !Objects.equals(
                        status.observedGeneration(), sandbox.getMetadata().getGeneration())) {
            return null;
        }
        return status.conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .orElse(null);
    }

    Pod pod() {
        AgentSandboxStatus status = Objects.requireNonNull(get().getStatus());
        return Objects.requireNonNull(
                installation
                        .client()
                        .pods()
                        .inNamespace(namespace)
                        .withName(status.podName())
                        .get(),
                "no pod");
    }

    /** The pod that the proxy is in: a paired one has its own. */
    Pod proxyPod() {
        Pod own = installation
                .client()
                .pods()
                .inNamespace(namespace)
                .withName(name + "-sallyport")
                .get();
        return own == null ? pod() : own;
    }

    boolean hasPod() {
        return !installation
                .client()
                .pods()
                .inNamespace(namespace)
                .withLabel("sallyport.dev/sandbox", name)
                .list()
                .getItems()
                .isEmpty();
    }

    void awaitPodOtherThan(Pod old) {
        await("another pod")
                .atMost(PATIENCE)
                .until(
                        () -> installation
                                .client()
                                .pods()
                                .inNamespace(namespace)
                                .withName(old.getMetadata().getName())
                                .get(),
                        pod -> pod != null
                                && !pod.getMetadata()
                                        .getUid()
                                        .equals(old.getMetadata().getUid()));
    }

    /** Kills the proxy's process from the node, as the kernel would for want of memory: it can say nothing more. */
    void killProxy() {
        int before = Counts.restarts(proxyPod());
        installation.killOnNode(proxyPod(), 65533);
        await("the proxy's restart").atMost(PATIENCE).until(() -> Counts.restarts(proxyPod()) > before);
    }

    String name() {
        return name;
    }

    /** Runs a program in the agent container, as the agent. */
    Tool.Result exec(String stdin, String... command) {
        return execIn("agent", stdin, command);
    }

    /** The same in another of the agent's containers. */
    Tool.Result execIn(String container, String stdin, String... command) {
        String[] arguments = new String[7 + command.length];
        arguments[0] = "-n";
        arguments[1] = namespace;
        arguments[2] = "exec";
        arguments[3] = "-i";
        arguments[4] = pod().getMetadata().getName();
        arguments[5] = "--container=" + container;
        arguments[6] = "--";
        System.arraycopy(command, 0, arguments, 7, command.length);
        return installation.kubectl().attempt(stdin, arguments);
    }

    /** Runs a shell script in the agent container and gives what it printed; its failure is the test's. */
    String shell(String script, String... arguments) {
        Tool.Result result = exec(
                script,
                Stream.concat(Stream.of("bash", "-s"), Arrays.stream(arguments)).toArray(String[]::new));
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output().strip();
    }

    void delete() {
        installation.kubectl().run("-n", namespace, "delete", "agentsandbox", name, "--wait=true", "--timeout=60s");
    }

    static String resource(String path) {
        try (InputStream in = Sandbox.class.getResourceAsStream("/" + path)) {
            return new String(Objects.requireNonNull(in, path).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
