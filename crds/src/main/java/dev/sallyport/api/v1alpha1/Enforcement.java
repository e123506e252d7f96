package dev.sallyport.api.v1alpha1;

/** What happens to a request that the policy forbids. */
public enum Enforcement {
    /** It is refused. */
    Enforce,
    /** It passes without a credential and is marked in the audit log as a denial that would have been. */
    Audit
}
