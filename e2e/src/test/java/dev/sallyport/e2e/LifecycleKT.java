package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sallyport.api.v1alpha1.Condition;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From nothing to a sandbox, through what goes wrong on the way, and back to nothing. */
@Installed
class LifecycleKT {

    private final Installation installation;

    private static final String KINDS = "pods,configmaps,serviceaccounts,networkpolicies,services,"
            + "persistentvolumeclaims,secrets,roles,rolebindings,replicasets,deployments,jobs";

    LifecycleKT(Installation installation) {
        this.installation = installation;
    }

    @Test
    void deletionLeavesNothingBehind() {
        String namespace = installation.namespace("deletion");
        Sandbox sandbox = new Sandbox(installation, namespace, "gone");
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        String before = everythingIn(namespace);
        sandbox.apply("sandbox/demo.yaml", Map.of("IMAGE", Installation.image("demoAgent")));
        sandbox.awaitReady();
        assertThat(everythingIn(namespace)).as("a sandbox owns something").isNotEqualTo(before);

        sandbox.delete();

        await("only what was there before")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(everythingIn(namespace)).isEqualTo(before));
    }

    @Test
    void aMissingSecretIsNamedAndTheAgentWaitsForIt() {
        String namespace = installation.namespace("missing");
        Sandbox sandbox = new Sandbox(installation, namespace, "waiting");
        sandbox.apply("sandbox/demo.yaml", Map.of("IMAGE", Installation.image("demoAgent")));

        Condition missing = sandbox.awaitCondition("CredentialsResolved", "False");

        assertThat(missing.message()).contains("anthropic").contains("api-key");
        assertThat(sandbox.pod().getStatus().getContainerStatuses())
                .as("the agent has not started")
                .allMatch(container -> container.getState().getWaiting() != null);

        sandbox.secret("anthropic", "api-key", installation.provider().key(1));

        sandbox.awaitCondition("CredentialsResolved", "True");
        sandbox.awaitReady();
        assertThat(
                        sandbox.shell(
                                "curl -sS -o /dev/null -w '%{http_code}' -H anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models"))
                .isEqualTo("200");
    }

    @Test
    void aRefusedChangeKeepsThePodOfTheLastGoodGeneration() {
        String namespace = installation.namespace("kept");
        Sandbox sandbox = new Sandbox(installation, namespace, "kept");
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        sandbox.apply("sandbox/demo.yaml", Map.of("IMAGE", Installation.image("demoAgent")));
        sandbox.awaitReady();
        String uid = sandbox.pod().getMetadata().getUid();

        sandbox.patch("{\"spec\":{\"podTemplate\":{\"spec\":{\"volumes\":[{\"name\":\"leak\","
                + "\"secret\":{\"secretName\":\"anthropic\"}}]}}}}");

        Condition refused = sandbox.awaitCondition("Accepted", "False");
        assertThat(refused.message())
                .contains("spec.podTemplate.spec.volumes[0]")
                .contains("anthropic");
        assertThat(sandbox.pod().getMetadata().getUid()).isEqualTo(uid);
        assertThat(
                        sandbox.shell(
                                "curl -sS -o /dev/null -w '%{http_code}' -H anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models"))
                .isEqualTo("200");
    }

    private String everythingIn(String namespace) {
        return installation.kubectl().run("-n", namespace, "get", KINDS + ",agentsandboxes", "-o", "name");
    }
}
