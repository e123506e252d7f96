package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in the agent's pod. */
class CredentialedAnswerKT extends CredentialedAnswer {

    CredentialedAnswerKT(Installation installation) {
        super(installation, "answer", Placement.Sidecar);
    }
}
