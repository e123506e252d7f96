package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the proxy does with a client's TLS connection to a route's host. */
public enum TlsMode {
    /** Ends it with a certificate of the sandbox's own authority, so that each request is checked, counted and recorded. */
    @JsonProperty("Intercept")
    INTERCEPT,
    /** Tunnels it after its server name is checked: what is inside is not seen. */
    @JsonProperty("Passthrough")
    PASSTHROUGH
}
