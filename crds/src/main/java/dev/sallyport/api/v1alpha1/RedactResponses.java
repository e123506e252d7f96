package dev.sallyport.api.v1alpha1;

/** How a credential that the upstream echoes is kept from the agent. */
public enum RedactResponses {
    /** Responses pass unchanged. */
    None,
    /** Masked in response headers and trailers. */
    Headers,
    /** Masked in bodies and WebSocket messages too; asks the upstream for the identity encoding. */
    Full
}
