package dev.sallyport.standin.auth;

import com.fasterxml.jackson.annotation.JsonValue;

/** The place in a request where a credential travels. */
public enum Carrier {
    X_API_KEY("x-api-key"),
    API_KEY("api-key"),
    X_GOOG_API_KEY("x-goog-api-key"),
    /** {@code Authorization: Bearer …} (RFC 6750). */
    BEARER("bearer"),
    /** The password, or where that is empty the user, of {@code Authorization: Basic …} (RFC 7617). */
    BASIC("basic"),
    /** An {@code Authorization} of another scheme, or one that can't be parsed; the value is the whole field. */
    OTHER_AUTHORIZATION("authorization"),
    PROXY_AUTHORIZATION("proxy-authorization"),
    /** The query parameter {@code key}. */
    QUERY_KEY("key");

    private final String label;

    Carrier(String label) {
        this.label = label;
    }

    /** The name in the journal and on the command line. */
    @JsonValue
    public String label() {
        return label;
    }
}
