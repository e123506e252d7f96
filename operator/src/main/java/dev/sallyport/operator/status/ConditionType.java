package dev.sallyport.operator.status;

/** The conditions of a sandbox, in the order in which they are listed. */
public enum ConditionType {
    /** The spec was understood and is acted on. */
    Accepted,
    /** Every Secret value that a route names is there and usable. */
    CredentialsResolved,
    /** The proxy takes requests by the newest configuration. */
    ProxyReady,
    /** The agent was shown to have no way out but the proxy. */
    EgressEnforced,
    /** The agent runs behind a working proxy. */
    Ready,
    /** There is no pod because none is wanted. */
    Suspended,
    /** The agent's containers ended and will not run again. */
    Finished
}
