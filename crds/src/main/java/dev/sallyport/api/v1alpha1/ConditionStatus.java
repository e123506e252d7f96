package dev.sallyport.api.v1alpha1;

/** A condition's truth, spelled as in the Kubernetes API conventions. */
public enum ConditionStatus {
    True,
    False,
    Unknown
}
