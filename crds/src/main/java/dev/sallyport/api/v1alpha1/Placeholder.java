package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** A random token, made once per sandbox, that stands for the credential on the agent's side. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Placeholder(
        @Required
        @JsonPropertyDescription("The variable that holds the token in every container of the agent. "
                + "Routes that name the same variable share the token.")
        @Pattern(Patterns.C_IDENTIFIER) @Size(min = 1, max = 128) String env,

        @JsonPropertyDescription("Where the token is looked for. Query, Path and Body let the agent place the "
                + "credential where the upstream may store or show it: name them only for an API that needs it.")
        @Default("[\"Header\", \"Basic\"]")
        @Size(min = 1, max = 5) List<PlaceholderLocation> in) {

    public Placeholder {
        in = in == null ? List.of(PlaceholderLocation.Header, PlaceholderLocation.Basic) : List.copyOf(in);
    }
}
