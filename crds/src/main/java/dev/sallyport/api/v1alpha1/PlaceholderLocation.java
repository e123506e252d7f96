package dev.sallyport.api.v1alpha1;

/** Where in a request a placeholder is looked for. */
public enum PlaceholderLocation {
    /** Any header's value. */
    Header,
    /** User name or password inside {@code Authorization: Basic}. */
    Basic,
    /** A query parameter's value. */
    Query,
    /** A path segment. */
    Path,
    /** A JSON or form body of at most {@code limits.requestBodyBytes}. */
    Body
}
