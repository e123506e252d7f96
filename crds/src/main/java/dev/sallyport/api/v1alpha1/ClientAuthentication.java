package dev.sallyport.api.v1alpha1;

/** How an OAuth client shows its secret to the token endpoint (RFC 6749 section 2.3.1). */
public enum ClientAuthentication {
    /** HTTP Basic. */
    ClientSecretBasic,
    /** Form parameters of the token request. */
    ClientSecretPost
}
