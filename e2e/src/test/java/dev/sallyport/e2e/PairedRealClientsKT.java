package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in a pod of its own. */
class PairedRealClientsKT extends RealClients {

    PairedRealClientsKT(Installation installation) {
        super(installation, "paired-clients", Placement.PairedPod);
    }
}
