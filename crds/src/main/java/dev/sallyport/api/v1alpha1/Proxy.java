package dev.sallyport.api.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import org.jspecify.annotations.Nullable;

/** The sandbox's proxy. Its image is the operator's to choose: who writes a manifest must not replace the guard. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Proxy(
        @JsonPropertyDescription("Sidecar runs the proxy in the agent's pod, behind an nftables guard that needs "
                + "NET_ADMIN while the pod starts. PairedPod runs it as a pod of its own, "
                + "for namespaces that enforce the restricted Pod Security Standard.")
        @Default("Sidecar")
        Placement placement,

        @JsonPropertyDescription("The proxy container's resources. Unset: the operator's default.") @Nullable ResourceRequirements resources) {

    public Proxy {
        placement = requireNonNullElse(placement, Placement.Sidecar);
    }
}
