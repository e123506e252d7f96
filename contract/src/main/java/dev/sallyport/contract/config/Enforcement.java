package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to a request that the policy refuses. */
public enum Enforcement {
    /** It is answered with the refusal. */
    @JsonProperty("Enforce")
    ENFORCE,
    /** It passes without a credential and is marked in the audit log; what would endanger the proxy is still refused. */
    @JsonProperty("Audit")
    AUDIT
}
