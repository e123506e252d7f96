package dev.sallyport.api.v1alpha1;

/** What happens to the resource when its shutdown time has come. */
public enum ShutdownPolicy {
    /** The resource goes with all that it owns. */
    Delete,
    /** The pod goes; the resource with its status and its volumes stay. */
    Retain
}
