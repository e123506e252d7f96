package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Counts of one route. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RouteCounts(
        @Required @JsonPropertyDescription("The route's name.") @Size(min = 1, max = 63) String name,

        @Required @JsonPropertyDescription("Requests that were let out.") @Min(0) long allowed,

        @Required @JsonPropertyDescription("Requests that were refused.") @Min(0) long denied,

        @Required @JsonPropertyDescription("Permitted requests that failed.") @Min(0) long failed,

        @Required @JsonPropertyDescription("Requests that a credential was put into.") @Min(0) long credentialed) {}
