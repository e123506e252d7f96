package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** One refused request. What could not be read of it is null; what the agent sent is cut to the bounds. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record LastDenied(
        @Required @JsonPropertyDescription("When (RFC 3339).")
        String time,

        @JsonPropertyDescription("The route that refused it. Unset: no route knew the host.") @Size(max = 63) @Nullable String route,

        @JsonPropertyDescription("The request's method. Unset: it could not be read.") @Size(max = 32) @Nullable String method,

        @JsonPropertyDescription("The host that was asked for. Unset: it could not be read.") @Size(max = 261) @Nullable String host,

        @Required
        @JsonPropertyDescription("The stable reason code: MethodNotAllowed.")
        @Pattern(Patterns.REASON) @Size(min = 1, max = 128) String reason) {}
