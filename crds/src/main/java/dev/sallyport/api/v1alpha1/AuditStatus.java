package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests counted since the sandbox was created; totals never go back. {@code counterEpoch} and {@code carried} are the
 * operator's bookkeeping: a total is what {@code carried} holds plus the counts of the file that {@code counterEpoch}
 * names, so that a total survives a new pod and a restart of the operator.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record AuditStatus(
        @Required @JsonPropertyDescription("Requests that were let out and answered by the upstream.") @Min(0) long allowed,

        @Required @JsonPropertyDescription("Requests that the policy or a limit refused.") @Min(0) long denied,

        @Required @JsonPropertyDescription("Permitted requests that got no whole answer from the upstream.") @Min(0) long failed,

        @Required @JsonPropertyDescription("Requests that a credential was put into.") @Min(0) long credentialed,

        @JsonPropertyDescription("The newest refusal. Unset: none yet.") @Nullable LastDenied lastDenied,

        @JsonPropertyDescription("The same counts for each route, those removed since included.") @Size(max = 1024) List<RouteCounts> routes,

        @JsonPropertyDescription("Which of the proxy's counter files the newest counts came from.")
        @Size(min = 1, max = 128) @Nullable String counterEpoch,

        @JsonPropertyDescription("Counts of earlier counter files, included in the totals.") @Nullable CarriedCounts carried) {

    public AuditStatus {
        routes = Absent.asEmpty(routes);
    }
}
