package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in the agent's pod. */
class ModelsKT extends Models {

    ModelsKT(Installation installation) {
        super(installation, "models", Placement.Sidecar);
    }
}
