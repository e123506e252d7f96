package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in a pod of its own. */
class PairedCountsKT extends Counts {

    PairedCountsKT(Installation installation) {
        super(installation, "paired-counts", Placement.PairedPod);
    }
}
