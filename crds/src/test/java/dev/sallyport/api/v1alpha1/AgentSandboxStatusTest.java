package dev.sallyport.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentSandboxStatusTest {
    private static final String COMPLETE = """
            observedGeneration: 3
            podName: claude
            conditions:
            - type: Ready
              status: "True"
              observedGeneration: 3
              lastTransitionTime: "2030-01-31T12:00:00Z"
              reason: ProxyServes
              message: ""
            proxy:
              version: 1.0.0
              ready: true
              restarts: 0
              startedAt: "2030-01-31T11:59:58Z"
              configGeneration: 3
              lastObservedTime: "2030-01-31T12:00:00Z"
            audit:
              allowed: 4182
              denied: 3
              failed: 1
              credentialed: 4100
              lastDenied:
                time: "2030-01-31T12:00:00Z"
                route: anthropic
                method: DELETE
                host: api.anthropic.com
                reason: MethodNotAllowed
              routes:
              - name: anthropic
                allowed: 4100
                denied: 3
                failed: 1
                credentialed: 4100
              counterEpoch: 5a1c5c37-52a5-4b0e-8d2e-6f1f6b8d7c11
              carried:
                allowed: 82
                denied: 0
                failed: 0
                credentialed: 0
                routes:
                - name: packages
                  allowed: 82
                  denied: 0
                  failed: 0
                  credentialed: 0
            """;

    @Test
    void a_complete_status_reads_and_writes_back_unchanged() {
        AgentSandboxStatus status = Serialization.unmarshal(COMPLETE, AgentSandboxStatus.class);

        String written = Serialization.asYaml(status);

        assertThat(Serialization.unmarshal(written, Object.class))
                .isEqualTo(Serialization.unmarshal(COMPLETE, Object.class));
    }

    @Test
    void zero_and_false_are_written_for_they_are_findings() {
        AgentSandboxStatus status = new AgentSandboxStatus(
                1L,
                null,
                List.of(),
                new ProxyStatus(null, false, 0, null, null, null),
                new AuditStatus(0, 0, 0, 0, null, List.of(), null, null));

        String written = Serialization.asJson(status);

        assertThat(written)
                .isEqualTo("{\"observedGeneration\":1,\"proxy\":{\"ready\":false,\"restarts\":0},"
                        + "\"audit\":{\"allowed\":0,\"denied\":0,\"failed\":0,\"credentialed\":0}}");
    }

    @Test
    void what_was_never_observed_is_not_written() {
        AgentSandboxStatus status = new AgentSandboxStatus(null, null, List.of(), null, null);

        assertThat(Serialization.asJson(status)).isEqualTo("{}");
    }

    @Test
    void fields_of_a_later_version_are_passed_over() {
        AgentSandboxStatus status =
                Serialization.unmarshal("--- {podName: claude, later: {field: 1}}", AgentSandboxStatus.class);

        assertThat(status.podName()).isEqualTo("claude");
    }
}
