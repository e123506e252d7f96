package dev.sallyport.api.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A route's TLS, on the agent's side ({@code mode}) and on the upstream's ({@code caConfigMapRef}). */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "self.mode != 'Passthrough' || !has(self.caConfigMapRef)",
        fieldPath = ".caConfigMapRef",
        reason = "FieldValueForbidden",
        message = "in a Passthrough tunnel the agent verifies the upstream itself: "
                + "use mode Intercept or leave caConfigMapRef out")
public record Tls(
        @JsonPropertyDescription("Intercept ends the agent's TLS with a certificate of the sandbox's own authority, "
                + "so that each request is checked. Passthrough tunnels it after its server name is checked, "
                + "for clients that pin certificates: what is inside is not seen, "
                + "so it takes no credential, rules or request limits.")
        @Default("Intercept")
        TlsMode mode,

        @JsonPropertyDescription("PEM certificates of authorities to trust for the upstream, "
                + "besides the public roots: a key of a ConfigMap in the sandbox's namespace.")
        @Nullable ConfigMapKeySelector caConfigMapRef) {

    public Tls {
        mode = requireNonNullElse(mode, TlsMode.Intercept);
    }
}
