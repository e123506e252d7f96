package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The proxy as the operator last observed it. Times are RFC 3339. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ProxyStatus(
        @JsonPropertyDescription("The proxy's own version.") @Size(min = 1, max = 64) @Nullable String version,

        @Required @JsonPropertyDescription("Whether it serves with its current config and all credentials.")
        boolean ready,

        @Required @JsonPropertyDescription("Restarts of the container in the current pod.") @Min(0) long restarts,

        @JsonPropertyDescription("When the running process started (RFC 3339).") @Nullable String startedAt,

        @JsonPropertyDescription("The generation of the spec that the config it serves was made from.")
        @Min(0) @Nullable Long configGeneration,

        @JsonPropertyDescription("When the proxy last answered the operator (RFC 3339).") @Nullable String lastObservedTime) {}
