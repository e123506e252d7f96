package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sallyport.api.v1alpha1.Condition;
import dev.sallyport.testing.netpol.Enforcement;
import dev.sallyport.testing.netpol.NetworkPolicyEnforcer;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A proxy in a pod of its own: what fences the agent is the network's doing, and shown before the agent starts. */
@Installed
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PairedPodKT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Map<String, String> RESTRICTED = Map.of("pod-security.kubernetes.io/enforce", "restricted");

    private static final String MODELS =
            "curl -s -o /dev/null -w '%{http_code}' --retry 30 --retry-delay 1 --retry-all-errors -H anthropic-version:2023-06-01 ";

    private static final String BY_TUNNEL = "https://provider.provider.svc.cluster.local:8443/v1/models";

    private final Installation installation;
    private Optional<Enforcement> enforcement = Optional.empty();

    PairedPodKT(Installation installation) {
        this.installation = installation;
    }

    @BeforeAll
    void enforcePolicies() {
        enforcement = Optional.of(NetworkPolicyEnforcer.start(installation.cluster()));
    }

    @AfterAll
    void forgetPolicies() {
        enforcement.ifPresent(Enforcement::close);
    }

    @Test
    void anAgentAndItsProxyAreAdmittedWhereOnlyRestrictedPodsAre() {
        Sandbox sandbox = paired("paired");
        sandbox.awaitReady();

        Condition proved = sandbox.awaitCondition("EgressEnforced", "True");
        Pod agent = sandbox.pod();
        assertThat(proved.reason()).isEqualTo("Proved");
        assertThat(Stream.concat(
                        agent.getSpec().getInitContainers().stream(), agent.getSpec().getContainers().stream()))
                .allSatisfy(PairedPodKT::hasNoRight);
        assertThat(agent.getSpec().getVolumes())
                .noneMatch(volume -> volume.getName().contains("credential"));
        assertThat(sandbox.shell(MODELS + "$ANTHROPIC_BASE_URL/v1/models")).isEqualTo("200");
        assertThat(sandbox.shell(MODELS + BY_TUNNEL)).isEqualTo("200");
        assertThat(sandbox.shell(MODELS + "${ANTHROPIC_BASE_URL/http:/https:}/v1/models"))
                .as("TLS on the data port, with the sandbox's own authority")
                .isEqualTo("200");
        assertThat(sandbox.shell("getent hosts provider.provider.svc.cluster.local || echo no name"))
                .isEqualTo("no name");
        assertThat(sandbox.shell("curl -sS --noproxy '*' -m 5 -o /dev/null https://"
                        + sandbox.proxyPod().getStatus().getPodIP() + ":15002/livez 2>&1 || echo shut"))
                .endsWith("shut");
        sandbox.delete();
        await("both pods are gone").atMost(PATIENCE).until(() -> !sandbox.hasPod());
    }

    @Test
    void anotherPodIsNobodysAgent() {
        Sandbox sandbox = paired("neighbours");
        sandbox.awaitReady();
        String proxy = sandbox.proxyPod().getStatus().getPodIP();

        String neighbour = fromAnotherPod("neighbours", proxy);

        assertThat(neighbour).as("the policy of the proxy's pod").contains("shut");
        sandbox.delete();
    }

    @Test
    void whenTheProxysPodIsReplacedTheAgentGoesOn() {
        Sandbox sandbox = paired("moved");
        sandbox.awaitReady();
        Pod agent = sandbox.pod();
        Pod proxy = sandbox.proxyPod();
        assertThat(sandbox.shell(MODELS + BY_TUNNEL)).isEqualTo("200");

        installation.client().resource(proxy).delete();
        await("another pod of the proxy").atMost(PATIENCE).until(() -> {
            Pod now = installation.client().resource(proxy).get();
            return now != null
                    && !now.getMetadata().getUid().equals(proxy.getMetadata().getUid());
        });
        sandbox.awaitReady();

        assertThat(sandbox.pod().getMetadata().getUid())
                .as("the agent")
                .isEqualTo(agent.getMetadata().getUid());
        assertThat(restarts(sandbox.pod())).isEqualTo(restarts(agent));
        assertThat(sandbox.shell(MODELS + "$ANTHROPIC_BASE_URL/v1/models")).isEqualTo("200");
        assertThat(sandbox.shell(MODELS + BY_TUNNEL))
                .as("the new proxy's authority is trusted")
                .isEqualTo("200");
        sandbox.delete();
    }

    @Test
    void bothPodsEndAndComeBackTogether() {
        Sandbox sandbox = paired("asleep");
        sandbox.awaitReady();
        sandbox.shell(MODELS + "$ANTHROPIC_BASE_URL/v1/models");
        sandbox.awaitAudit("its count", audit -> audit.allowed() == 1);

        sandbox.patch("{\"spec\":{\"operatingMode\":\"Suspended\"}}");
        sandbox.awaitCondition("Suspended", "True");
        assertThat(sandbox.hasPod()).isFalse();

        sandbox.patch("{\"spec\":{\"operatingMode\":\"Running\"}}");
        sandbox.awaitReady();
        sandbox.shell(MODELS + "$ANTHROPIC_BASE_URL/v1/models");
        sandbox.awaitAudit("both counts", audit -> audit.allowed() == 2);
        sandbox.delete();
    }

    @Test
    void aNetworkThatIgnoresPoliciesIsFoundOutAndNoAgentStarts() {
        Assumptions.assumeFalse(
                installation.cluster().enforcesNetworkPolicies(),
                "this cluster's network enforces policies by itself, and can't be told not to");
        enforcement.ifPresent(Enforcement::close);
        enforcement = Optional.empty();
        try {
            Sandbox sandbox = paired("ignored");

            Condition open = sandbox.awaitCondition("EgressEnforced", "False");

            assertThat(open.reason()).isEqualTo("WayOpen");
            assertThat(open.message()).contains("api-server");
            assertThat(sandbox.awaitCondition("Ready", "False").reason()).isEqualTo("WayOpen");
            assertThat(sandbox.pod().getStatus().getContainerStatuses())
                    .as("the agent has not started")
                    .isNotEmpty()
                    .allMatch(
                            container -> container.getState().getWaiting() != null && container.getRestartCount() == 0);
            assertThat(fromAnotherPod("ignored", sandbox.proxyPod().getStatus().getPodIP()))
                    .as("another pod that the network lets through")
                    .contains("407")
                    .contains("ProxyCredentialRequired");
            sandbox.delete();
        } finally {
            enforcement = Optional.of(NetworkPolicyEnforcer.start(installation.cluster()));
        }
    }

    private Sandbox paired(String name) {
        installation.namespace(name, RESTRICTED);
        Sandbox sandbox = new Sandbox(installation, name, name);
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        return sandbox.apply(
                "sandbox/demo.yaml", Map.of("IMAGE", Installation.image("demoAgent"), "PLACEMENT", "PairedPod"));
    }

    private static void hasNoRight(Container container) {
        assertThat(container.getSecurityContext().getCapabilities().getAdd()).isEmpty();
        assertThat(container.getSecurityContext().getRunAsNonRoot()).isTrue();
    }

    private static int restarts(Pod pod) {
        return Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .filter(container -> !container.getName().startsWith("egress-"))
                .mapToInt(ContainerStatus::getRestartCount)
                .sum();
    }

    /** What a pod of somebody else's in the same namespace gets of a proxy. */
    private String fromAnotherPod(String namespace, String proxy) {
        Tool.Result applied = installation
                .kubectl()
                .attempt("""
                apiVersion: v1
                kind: Pod
                metadata: {name: neighbour}
                spec:
                  terminationGracePeriodSeconds: 0
                  restartPolicy: Never
                  containers:
                  - name: c
                    image: %s
                    imagePullPolicy: Never
                    command: [bash, -c, "curl -sS -m 10 -i http://%s:15001/anthropic/v1/models 2>&1 || echo shut"]
                    securityContext:
                      runAsUser: 1000
                      runAsNonRoot: true
                      allowPrivilegeEscalation: false
                      capabilities: {drop: [ALL]}
                      seccompProfile: {type: RuntimeDefault}
                """.formatted(Installation.image("demoAgent"), proxy), "-n", namespace, "apply", "-f", "-");
        assertThat(applied.exitCode()).as(applied.output()).isZero();
        await("the neighbour's end")
                .atMost(PATIENCE)
                .until(() -> installation
                        .kubectl()
                        .run("-n", namespace, "get", "pod", "neighbour", "-o", "jsonpath={.status.phase}")
                        .contains("Succeeded"));
        return installation.kubectl().run("-n", namespace, "logs", "neighbour");
    }
}
