package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;

/** With the proxy in the agent's pod. */
class ProfilesKT extends Profiles {

    ProfilesKT(Installation installation) {
        super(installation, "profiles", Placement.Sidecar);
    }
}
