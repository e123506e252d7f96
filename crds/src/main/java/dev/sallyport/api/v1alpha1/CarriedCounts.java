package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** Counts of counter files that no proxy writes any more. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record CarriedCounts(
        @Required @JsonPropertyDescription("Requests that were let out.") @Min(0) long allowed,

        @Required @JsonPropertyDescription("Requests that were refused.") @Min(0) long denied,

        @Required @JsonPropertyDescription("Permitted requests that failed.") @Min(0) long failed,

        @Required @JsonPropertyDescription("Requests that a credential was put into.") @Min(0) long credentialed,

        @JsonPropertyDescription("The same counts for each route.") @Size(max = 1024) List<RouteCounts> routes) {

    public CarriedCounts {
        routes = Absent.asEmpty(routes);
    }
}
