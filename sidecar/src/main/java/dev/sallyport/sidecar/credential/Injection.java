package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.audit.AuditedRequest.CredentialUse;
import dev.sallyport.contract.audit.Reason;
import java.util.Optional;

/** What becomes of a permitted request's credential. */
public sealed interface Injection {

    /** The route has none, or the policy withholds it: the request goes without. */
    enum None implements Injection {
        /** The route has none: what the client sent of its own passes. */
        UNCREDENTIALED_ROUTE,
        /** The route has one, which this request does not get; what the client sent is removed all the same. */
        WITHHELD
    }

    /** A field to set. */
    record Field(String name, String value, CredentialUse use) implements Injection {
        @Override
        public String toString() {
            return "Field[" + name + ", " + use + "]";
        }
    }

    /** A query parameter to set; the value is encoded. */
    record Query(String name, String value, CredentialUse use) implements Injection {
        @Override
        public String toString() {
            return "Query[" + name + ", " + use + "]";
        }
    }

    /** What becomes of a whole request. */
    sealed interface Outcome {}

    /** The request must not go. */
    record Refused(Reason reason, String message) implements Injection, Outcome {}

    /**
     * The request may go.
     *
     * @param rewritten with the credential in it, and without the client's own; the body may have another length
     * @param use which credential it has; empty: none, as the route has none or the policy withholds it
     */
    record Done(Draft rewritten, Optional<CredentialUse> use) implements Outcome {
        /** Without the request. */
        @Override
        public String toString() {
            return "Done[" + use + "]";
        }
    }
}
