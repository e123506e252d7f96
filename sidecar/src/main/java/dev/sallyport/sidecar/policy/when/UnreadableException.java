package dev.sallyport.sidecar.policy.when;

/** A part of a request that can't be read in one way only. Without a stack trace: an agent may cause any number of them. */
final class UnreadableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param explanation a clause such as "its body is empty"; quotes nothing of the request */
    UnreadableException(String explanation) {
        super(explanation, null, false, false);
    }

    String explanation() {
        return String.valueOf(getMessage());
    }
}
