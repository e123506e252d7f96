package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a Secret must say, by its key {@code allowed-hosts}, where it may be sent. */
public enum AllowedHosts {
    /** One that does not say goes to the hosts of each route that names it. */
    @JsonProperty("Optional")
    OPTIONAL,
    /** One that does not say goes nowhere. */
    @JsonProperty("Required")
    REQUIRED
}
