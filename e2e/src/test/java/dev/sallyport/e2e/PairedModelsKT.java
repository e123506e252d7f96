package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in a pod of its own. */
class PairedModelsKT extends Models {

    PairedModelsKT(Installation installation) {
        super(installation, "paired-models", Placement.PairedPod);
    }
}
