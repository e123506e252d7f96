package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;
import dev.sallyport.testing.netpol.Enforcement;
import dev.sallyport.testing.netpol.NetworkPolicyEnforcer;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * Tests that hold wherever the proxy is: the agent does not notice. For a proxy in a pod of its own the cluster's policies are
 * in force meanwhile, and the namespace takes restricted pods only.
 */
@Installed
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Placed {

    final Installation installation;
    final Placement placement;
    private Optional<Enforcement> enforcement = Optional.empty();

    Placed(Installation installation, Placement placement) {
        this.installation = installation;
        this.placement = placement;
    }

    @BeforeAll
    void enforcePolicies() {
        if (placement == Placement.PairedPod) {
            enforcement = Optional.of(NetworkPolicyEnforcer.start(installation.cluster()));
        }
    }

    @AfterAll
    void forgetPolicies() {
        enforcement.ifPresent(Enforcement::close);
    }

    /** Of the namespace. */
    Map<String, String> labels() {
        return switch (placement) {
            case Sidecar -> Map.of();
            case PairedPod -> Map.of("pod-security.kubernetes.io/enforce", "restricted");
        };
    }
}
