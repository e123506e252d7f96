package dev.sallyport.sidecar.policy.when;

/** What a condition says to a request. */
public sealed interface Verdict {

    /** It holds. */
    record Allowed() implements Verdict {}

    /**
     * It doesn't hold, or nobody can say.
     *
     * @param explanation one sentence for the agent and its human; quotes neither the request nor a credential
     */
    record Refused(Cause cause, String explanation) implements Verdict {}

    /** Why a request was refused. */
    enum Cause {
        /** The expression is false. */
        NOT_MET,
        /** The expression reads the body, and that isn't the JSON it should be. */
        BODY_UNUSABLE,
        /** A field that isn't there, a value of another type, a result that is no boolean. */
        NOT_EVALUABLE,
        /** More work than an evaluation may take. */
        TOO_COSTLY
    }
}
