package dev.sallyport.api.v1alpha1;

/** A GitHub App permission's level. */
public enum PermissionAccess {
    Read,
    Write,
    Admin
}
