package dev.sallyport.api.v1alpha1;

/** Whether the sandbox has a pod. */
public enum OperatingMode {
    Running,
    /** The pod is deleted; the volumes made from the claim templates stay. */
    Suspended
}
