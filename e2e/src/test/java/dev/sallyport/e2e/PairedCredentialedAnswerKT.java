package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in a pod of its own. */
class PairedCredentialedAnswerKT extends CredentialedAnswer {

    PairedCredentialedAnswerKT(Installation installation) {
        super(installation, "paired-answer", Placement.PairedPod);
    }
}
