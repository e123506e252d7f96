package dev.sallyport.api.v1alpha1;

/** Where the proxy runs. */
public enum Placement {
    /** As a native sidecar in the agent's pod, behind the egress guard. */
    Sidecar,
    /** As a pod of its own with a Service, fenced by NetworkPolicies. */
    PairedPod
}
