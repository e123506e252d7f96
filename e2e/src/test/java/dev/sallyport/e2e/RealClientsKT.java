package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in the agent's pod. */
class RealClientsKT extends RealClients {

    RealClientsKT(Installation installation) {
        super(installation, "clients", Placement.Sidecar);
    }
}
