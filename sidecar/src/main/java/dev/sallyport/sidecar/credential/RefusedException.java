package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.audit.Reason;

/** Why a request can't get its credential. */
final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** The message is shown to the agent. */
    RefusedException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    Injection.Refused refused() {
        return new Injection.Refused(reason, String.valueOf(getMessage()));
    }
}
