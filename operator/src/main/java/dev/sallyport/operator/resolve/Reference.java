package dev.sallyport.operator.resolve;

/** What a reference led to. */
public sealed interface Reference {

    /** The value. */
    record Found(String value) implements Reference {}

    /** Neither the object nor the key need exist: the message says which is missing. */
    record NotFound(String message) implements Reference {}
}
