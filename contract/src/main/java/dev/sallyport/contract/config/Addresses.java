package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which addresses a route's names may resolve to. Loopback, link-local and metadata addresses are never among them. */
public enum Addresses {
    /** Only globally reachable ones, by IANA's special-purpose address registries. */
    @JsonProperty("Public")
    PUBLIC,
    /** Those, and the private ranges: RFC 1918, RFC 4193 and RFC 6598. */
    @JsonProperty("Private")
    PRIVATE
}
