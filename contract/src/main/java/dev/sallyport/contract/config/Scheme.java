package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the proxy speaks to a route's hosts. */
public enum Scheme {
    @JsonProperty("HTTPS")
    HTTPS(443),
    /** Plain text: never with a credential. */
    @JsonProperty("HTTP")
    HTTP(80);

    private final int defaultPort;

    Scheme(int defaultPort) {
        this.defaultPort = defaultPort;
    }

    /** The port of a host pattern that names none (RFC 9110, section 4.2). */
    public int defaultPort() {
        return defaultPort;
    }
}
