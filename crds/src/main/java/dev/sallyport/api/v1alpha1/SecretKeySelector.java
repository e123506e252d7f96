package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One value of a Secret: kubelet mounts it for the proxy, the operator only names it. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record SecretKeySelector(
        @Required
        @JsonPropertyDescription("The Secret's name, in the sandbox's namespace.")
        @Pattern(Patterns.DNS_SUBDOMAIN) @Size(min = 1, max = 253) String name,

        @Required
        @JsonPropertyDescription("The key of the Secret's data.")
        @Pattern(Patterns.DATA_KEY) @Size(min = 1, max = 253) String key) {}
