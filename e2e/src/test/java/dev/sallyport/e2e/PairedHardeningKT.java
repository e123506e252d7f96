package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in a pod of its own. */
class PairedHardeningKT extends Hardening {

    PairedHardeningKT(Installation installation) {
        super(installation, "paired-hardening", Placement.PairedPod);
    }
}
