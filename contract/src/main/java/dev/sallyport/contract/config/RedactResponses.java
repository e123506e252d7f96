package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a credential that the upstream sends back is masked. */
public enum RedactResponses {
    /** Nowhere: answers pass unchanged. */
    @JsonProperty("None")
    NONE,
    /** In fields and trailers. */
    @JsonProperty("Headers")
    HEADERS,
    /** In bodies and WebSocket messages too; the upstream is asked for the identity coding. */
    @JsonProperty("Full")
    FULL
}
