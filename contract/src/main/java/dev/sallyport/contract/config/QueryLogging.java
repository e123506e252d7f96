package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How much of a request's query the audit log shows. A credential is never shown. */
public enum QueryLogging {
    /** The parameters' names. */
    @JsonProperty("Names")
    NAMES,
    /** Their values too, which may be personal data. */
    @JsonProperty("Values")
    VALUES
}
