package dev.sallyport.sidecar.policy.when;

/** A container whose comparison may have to walk through all that is in it. */
sealed interface Weighted permits JsonObject, JsonArray {

    /** Values in it at any depth, itself included, and one more for every 64 characters of text. */
    long weight();
}
