package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator found. A null component was not observed yet. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record AgentSandboxStatus(
        @JsonPropertyDescription("The generation of the spec that the status speaks of.") @Min(0) @Nullable Long observedGeneration,

        @JsonPropertyDescription("The agent's pod. Unset: there is none.") @Size(min = 1, max = 253) @Nullable String podName,

        @JsonPropertyDescription(
                "Accepted, CredentialsResolved, ProxyReady, EgressEnforced, Ready, Suspended, Finished.")
        @Size(max = 16) List<Condition> conditions,

        @JsonPropertyDescription("The proxy as last observed.") @Nullable ProxyStatus proxy,

        @JsonPropertyDescription("Counts of requests since the sandbox was created.") @Nullable AuditStatus audit) {

    public AgentSandboxStatus {
        conditions = Absent.asEmpty(conditions);
    }
}
