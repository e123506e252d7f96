package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A metav1.Condition, by the Kubernetes API conventions. Times are RFC 3339. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
        @Required
        @JsonPropertyDescription("The condition's type, in PascalCase.")
        @Pattern("^[A-Z][A-Za-z0-9]*$") @Size(min = 1, max = 316) String type,

        @Required @JsonPropertyDescription("True, False or Unknown.")
        ConditionStatus status,

        @JsonPropertyDescription("The generation of the spec that the condition was set for.") @Min(0) @Nullable Long observedGeneration,

        @Required @JsonPropertyDescription("When status last changed (RFC 3339).")
        String lastTransitionTime,

        @Required
        @JsonPropertyDescription("Why, as a PascalCase word for programs.")
        @Pattern(Patterns.REASON) @Size(min = 1, max = 1024) String reason,

        @Required @JsonPropertyDescription("Why, for people; may be empty.") @Size(max = 32768) String message) {}
