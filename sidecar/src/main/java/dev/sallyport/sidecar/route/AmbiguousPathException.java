package dev.sallyport.sidecar.route;

/** A path that two readers could read in two ways. The message says why, as the end of a sentence, and quotes nothing. */
public final class AmbiguousPathException extends Exception {

    private static final long serialVersionUID = 1L;

    AmbiguousPathException(String message) {
        super(message, null, false, false);
    }

    static void unless(boolean condition, String message) throws AmbiguousPathException {
        if (!condition) {
            throw new AmbiguousPathException(message);
        }
    }
}
