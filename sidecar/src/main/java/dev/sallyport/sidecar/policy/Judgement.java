package dev.sallyport.sidecar.policy;

/** A decision, or that there is none without the request's body. */
public sealed interface Judgement permits Decision, Judgement.NeedsBody {

    /** A rule's condition reads the body; ask again with it. Nothing of any limit is used up. */
    enum NeedsBody implements Judgement {
        TO_DECIDE
    }
}
