package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in the agent's pod. */
class HardeningKT extends Hardening {

    HardeningKT(Installation installation) {
        super(installation, "hardening", Placement.Sidecar);
    }
}
