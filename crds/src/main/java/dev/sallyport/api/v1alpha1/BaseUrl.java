package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A route's reverse form, {@code http://<proxy>/<route name>}; at least one component is set. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "has(self.env) || has(self.host)",
        reason = "FieldValueRequired",
        message = "baseUrl needs env, host or both; without either leave baseUrl out")
@ValidationRule(
        value = "!has(self.path) || has(self.env)",
        fieldPath = ".env",
        reason = "FieldValueRequired",
        message = "path is appended to the variable's value: name the variable in env or leave path out")
public record BaseUrl(
        @JsonPropertyDescription("The variable that gets http://<proxy>/<route name> in every container of the agent.")
        @Pattern(Patterns.C_IDENTIFIER) @Size(min = 1, max = 128) @Nullable String env,

        @JsonPropertyDescription("Which of the route's hosts is meant, in their spelling, a wildcard filled in. "
                + "Needed where the route has several hosts or a wildcard.")
        @Pattern(Patterns.HOST) @Size(min = 1, max = 261) @Nullable String host,

        @JsonPropertyDescription("Appended to the variable's value, for clients whose base URL has a path: /v1.")
        @Pattern(Patterns.PATH) @Size(min = 1, max = 128) @Nullable String path) {}
