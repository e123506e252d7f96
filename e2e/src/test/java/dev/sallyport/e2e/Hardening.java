package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.Condition;
import dev.sallyport.api.v1alpha1.Placement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What the operator gives to a container whose template says nothing, as its processes find it. */
abstract class Hardening extends Placed {

    private static final String MODELS = "curl -sS -o /dev/null -w '%{http_code}' --retry 30 --retry-delay 1"
            + " --retry-all-errors -H anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models";

    private final String name;

    Hardening(Installation installation, String name, Placement placement) {
        super(installation, placement);
        this.name = name;
    }

    @Test
    void anAgentRunsWithoutRightsAndWithinLimits() {
        Sandbox sandbox = started(name, true);

        List<String> status = sandbox.shell("cat /proc/self/status").lines().toList();
        assertThat(status)
                .contains(
                        "Uid:\t1000\t1000\t1000\t1000",
                        "Gid:\t1000\t1000\t1000\t1000",
                        "CapInh:\t0000000000000000",
                        "CapPrm:\t0000000000000000",
                        "CapEff:\t0000000000000000",
                        "CapBnd:\t0000000000000000",
                        "CapAmb:\t0000000000000000",
                        "NoNewPrivs:\t1",
                        "Seccomp:\t2");
        // The chart's agent.resources: 4 GiB, 2 processors; as version 2 of cgroups has them, or version 1.
        assertThat(sandbox.shell("cd /sys/fs/cgroup; cat memory.max 2>/dev/null || cat memory/memory.limit_in_bytes"))
                .isEqualTo("4294967296");
        assertThat(
                        sandbox.shell(
                                "cd /sys/fs/cgroup; cat cpu.max 2>/dev/null || echo $(cat cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us)"))
                .isEqualTo("200000 100000");
        assertThat(sandbox.shell("ls /var/run/secrets 2>&1 || echo none")).endsWith("none");
        assertThat(sandbox.shell("ps -e -o args= 2>/dev/null || cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'"))
                .as("processes of other containers")
                .doesNotContain("java", "pause");
        sandbox.delete();
    }

    @Test
    void anAgentMayHaveUsersOfItsOwn() {
        Assumptions.assumeTrue(
                installation.client().nodes().list().getItems().stream()
                        .flatMap(node -> node.getStatus().getRuntimeHandlers().stream())
                        .anyMatch(handler -> handler.getFeatures() != null
                                && Boolean.TRUE.equals(handler.getFeatures().getUserNamespaces())),
                "no node of this cluster has a container runtime with user namespaces");
        Sandbox sandbox = started(name + "-users", false);

        Condition proved = sandbox.awaitCondition("EgressEnforced", "True");

        assertThat(proved.reason()).isEqualTo("Proved");
        assertThat(sandbox.shell("cat /proc/self/uid_map").strip().split(" +"))
                .as("the namespace's users, whose they are on the node, and how many")
                .hasSize(3)
                .satisfies(map -> assertThat(map[1]).isNotEqualTo("0"));
        assertThat(sandbox.shell(MODELS)).isEqualTo("200");
        sandbox.delete();
    }

    private Sandbox started(String namespace, boolean hostUsers) {
        Sandbox sandbox = new Sandbox(installation, installation.namespace(namespace, labels()), namespace);
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        sandbox.apply(
                "sandbox/demo.yaml",
                Map.of(
                        "IMAGE",
                        Installation.image("demoAgent"),
                        "PLACEMENT",
                        placement.name(),
                        "HOST_USERS",
                        String.valueOf(hostUsers)));
        sandbox.awaitReady();
        return sandbox;
    }
}
