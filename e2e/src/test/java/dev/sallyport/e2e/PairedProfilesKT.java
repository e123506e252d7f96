package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in a pod of its own. */
class PairedProfilesKT extends Profiles {

    PairedProfilesKT(Installation installation) {
        super(installation, "paired-profiles", Placement.PairedPod);
    }
}
