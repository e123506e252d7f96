package dev.sallyport.sidecar.server;

import dev.sallyport.contract.audit.Reason;

/** A request's head cannot be taken. */
final class UnreadableHeadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * @param reason what the client is told
     * @param message for the log; quotes nothing of the request
     */
    UnreadableHeadException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    static UnreadableHeadException malformed(String message) {
        return new UnreadableHeadException(Reason.MALFORMED_REQUEST, message);
    }

    static UnreadableHeadException tooLarge(String message) {
        return new UnreadableHeadException(Reason.HEAD_TOO_LARGE, message);
    }

    Reason reason() {
        return reason;
    }
}
