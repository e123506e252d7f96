package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.audit.AuditedRequest.CredentialUse;
import dev.sallyport.contract.audit.Reason;
import java.util.Optional;

/** What becomes of a permitted request. */
public sealed interface Injection {

    /** The request must not go. */
    record Refused(Reason reason, String message) implements Injection {}

    /**
     * The request may go.
     *
     * @param rewritten with the credential in it, and without the client's own; the body may have another length
     * @param use which credential it has; empty: none, as the route has none or the policy withholds it
     */
    record Done(Draft rewritten, Optional<CredentialUse> use) implements Injection {
        /** Without the request. */
        @Override
        public String toString() {
            return "Done[" + use + "]";
        }
    }
}
