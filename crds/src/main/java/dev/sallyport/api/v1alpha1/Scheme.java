package dev.sallyport.api.v1alpha1;

/** How the proxy talks to the upstream. */
public enum Scheme {
    HTTPS,
    /** Plain text; never with a credential. */
    HTTP
}
