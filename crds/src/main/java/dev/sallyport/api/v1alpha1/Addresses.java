package dev.sallyport.api.v1alpha1;

/** Which addresses a route's hosts may resolve to. */
public enum Addresses {
    /** Those that IANA's special-purpose registries call globally reachable. */
    Public,
    /** RFC 1918, unique local and cluster addresses too; never loopback, link-local or a metadata service. */
    Private
}
