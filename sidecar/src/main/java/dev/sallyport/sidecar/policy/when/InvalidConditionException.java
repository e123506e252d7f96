package dev.sallyport.sidecar.policy.when;

/** An expression that can't be a condition. The message says where (line and column, from 1) and why. */
public final class InvalidConditionException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidConditionException(String message) {
        super(message);
    }

    /** The same, whose message begins with where the expression stands in the configuration. */
    public InvalidConditionException in(String place) {
        return new InvalidConditionException(place + ": " + getMessage());
    }
}
