package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in the agent's pod. */
class CountsKT extends Counts {

    CountsKT(Installation installation) {
        super(installation, "counts", Placement.Sidecar);
    }
}
