package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The counts in the status are right, and stay right whatever dies. */
abstract class Counts extends Placed {

    private final String name;

    /** 60 answered, 25 refused, 15 that the provider breaks off: in one connection each, in turn. */
    private static final String HUNDRED_MIXED_REQUESTS = """
            for i in $(seq 60); do curl -s -o /dev/null -H anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models; done
            for i in $(seq 10); do curl -s -o /dev/null -X DELETE $ANTHROPIC_BASE_URL/v1/models; done
            for i in $(seq 10); do curl -s -o /dev/null $ANTHROPIC_BASE_URL/v1/organizations; done
            for i in $(seq 5); do curl -s -o /dev/null ${ANTHROPIC_BASE_URL%/*}/elsewhere; done
            for i in $(seq 15); do curl -s -o /dev/null $ANTHROPIC_BASE_URL/fault/close || true; done
            """;

    Counts(Installation installation, String name, Placement placement) {
        super(installation, placement);
        this.name = name;
    }

    @Test
    void countsSurviveAKilledProxyAndARestartedOperator() {
        Sandbox sandbox = new Sandbox(installation, installation.namespace(name, labels()), name);
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        sandbox.apply(
                "sandbox/demo.yaml", Map.of("IMAGE", Installation.image("demoAgent"), "PLACEMENT", placement.name()));
        sandbox.awaitReady();

        sandbox.shell(HUNDRED_MIXED_REQUESTS);

        AuditStatus counted = sandbox.awaitAudit(
                "100 requests counted", audit -> audit.allowed() + audit.denied() + audit.failed() >= 100);
        assertCounts(counted, 60, 25, 15);
        assertThat(counted.credentialed()).isEqualTo(75);
        assertThat(counted.lastDenied()).isNotNull();
        assertThat(counted.routes()).singleElement().satisfies(route -> {
            assertThat(route.name()).isEqualTo("anthropic");
            assertThat(route.allowed()).isEqualTo(60);
            assertThat(route.denied()).isEqualTo(20);
            assertThat(route.failed()).isEqualTo(15);
        });

        sandbox.killProxy();
        sandbox.awaitReady();
        sandbox.shell(
                "curl -sS --retry 20 --retry-delay 1 --retry-all-errors -o /dev/null -H anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models");

        AuditStatus afterKill = sandbox.awaitAudit("one more after the kill", audit -> audit.allowed() >= 61);
        assertCounts(afterKill, 61, 25, 15);

        installation.restartOperator();
        sandbox.shell("curl -sS -o /dev/null -H anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models");

        AuditStatus afterRestart = sandbox.awaitAudit("one more after the restart", audit -> audit.allowed() >= 62);
        assertCounts(afterRestart, 62, 25, 15);
    }

    @Test
    void countsGoOnWhenThePodIsReplaced() {
        Sandbox sandbox = new Sandbox(installation, installation.namespace(name + "-replaced", labels()), "replaced");
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        sandbox.apply(
                "sandbox/demo.yaml", Map.of("IMAGE", Installation.image("demoAgent"), "PLACEMENT", placement.name()));
        sandbox.awaitReady();
        Pod first = sandbox.pod();
        sandbox.shell(
                "for i in $(seq 7); do curl -sS -o /dev/null -H anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models; done");
        sandbox.awaitAudit("the first pod's counts", audit -> audit.allowed() == 7);

        sandbox.patch("{\"spec\":{\"podTemplate\":{\"metadata\":{\"labels\":{\"round\":\"two\"}}}}}");
        sandbox.awaitPodOtherThan(first);
        sandbox.awaitReady();
        sandbox.shell(
                "for i in $(seq 3); do curl -sS -o /dev/null -H anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models; done");

        AuditStatus counted = sandbox.awaitAudit("both pods' counts", audit -> audit.allowed() >= 10);
        assertCounts(counted, 10, 0, 0);
    }

    private static void assertCounts(AuditStatus audit, long allowed, long denied, long failed) {
        assertThat(audit.allowed()).as("allowed").isEqualTo(allowed);
        assertThat(audit.denied()).as("denied").isEqualTo(denied);
        assertThat(audit.failed()).as("failed").isEqualTo(failed);
    }

    static int restarts(Pod pod) {
        return Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream())
                .mapToInt(ContainerStatus::getRestartCount)
                .sum();
    }
}
