package dev.sallyport.sidecar.redact;

/** What the upstream sends can't be masked, so that none of it may pass. */
public final class RedactionImpossibleException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The message says what is wrong, without anything of what was sent. */
    RedactionImpossibleException(String message) {
        super(message, null, false, false);
    }
}
