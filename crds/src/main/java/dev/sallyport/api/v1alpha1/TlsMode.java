package dev.sallyport.api.v1alpha1;

/** What the proxy does with an agent's TLS connection. */
public enum TlsMode {
    /** Ends it with a certificate of the sandbox's own CA, so that each request is checked and counted. */
    Intercept,
    /** Tunnels it after its server name is checked: the requests inside are neither seen, checked nor counted. */
    Passthrough
}
