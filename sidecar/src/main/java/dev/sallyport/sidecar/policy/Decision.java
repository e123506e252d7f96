package dev.sallyport.sidecar.policy;

import dev.sallyport.contract.audit.Reason;
import java.util.OptionalLong;

/** What the policy says of a request. */
public sealed interface Decision extends Judgement permits Permit, Decision.Deny {

    /**
     * A refusal.
     *
     * @param reason its code
     * @param message one sentence that says what to change; quotes nothing of the client's
     * @param retryAfterSeconds when to try again, from 1; empty: never, as it is
     */
    record Deny(Reason reason, String message, OptionalLong retryAfterSeconds) implements Decision {
        public Deny(Reason reason, String message) {
            this(reason, message, OptionalLong.empty());
        }
    }
}
