package dev.sallyport.standin.journal;

/** How an exchange ended. */
public enum Outcome {
    /** It has not ended yet. */
    IN_PROGRESS,
    /** The whole answer was handed to the connection. */
    ANSWERED,
    /** The client went before the answer was complete: it closed the connection, or reset the stream. */
    CLIENT_GONE,
    /** The stand-in broke the answer off, as the request had asked for. */
    BROKEN_OFF
}
