package dev.sallyport.operator.desired;

import dev.sallyport.api.v1alpha1.Placement;
import dev.sallyport.contract.config.AdminAccess;
import dev.sallyport.operator.model.Sandbox;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All objects of one sandbox but its Service.
 *
 * @param prerequisites what the pods need, in the order in which it should come to be: service account, the proxy's
 *     configuration, NetworkPolicies, volumes that outlive the pods
 * @param proxy the proxy's own pod, which comes first; empty: the proxy is in the agent's
 * @param pod the agent
 */
public record DesiredState(List<HasMetadata> prerequisites, Optional<Pod> proxy, Pod pod) {

    /** By which a paired proxy is found: it has to be there before the rest is known. Empty: the proxy needs none. */
    public static Optional<Service> service(Sandbox sandbox) {
        return sandbox.placement() == Placement.PairedPod ? Optional.of(SandboxService.of(sandbox)) : Optional.empty();
    }

    /**
     * In the placement Sidecar.
     *
     * @param admin whose questions the proxy answers
     */
    public static DesiredState sidecar(Sandbox sandbox, AdminAccess admin, Platform platform) {
        String config = ProxyConfigMap.text(sandbox, admin, Optional.empty());
        return new DesiredState(
                prerequisites(sandbox, config, platform, List.of(SandboxNetworkPolicy.sidecar(sandbox, platform))),
                Optional.empty(),
                SandboxPod.sidecar(sandbox, Fingerprint.of(config), platform));
    }

    /**
     * In the placement PairedPod.
     *
     * @param admin whose questions the proxy answers
     * @param token by which the proxy knows its agent
     * @param service the address that its Service was given
     */
    public static DesiredState paired(
            Sandbox sandbox, AdminAccess admin, String token, String service, Platform platform) {
        String config =
                ProxyConfigMap.text(sandbox, admin, Optional.of(ProxyConfigMap.paired(sandbox.id(), service, token)));
        return new DesiredState(
                prerequisites(
                        sandbox,
                        config,
                        platform,
                        List.of(
                                SandboxNetworkPolicy.pairedProxy(sandbox, platform),
                                SandboxNetworkPolicy.pairedAgent(sandbox))),
                Optional.of(ProxyPod.of(sandbox, Fingerprint.of(config), platform)),
                SandboxPod.paired(sandbox, service, token, platform));
    }

    private static List<HasMetadata> prerequisites(
            Sandbox sandbox, String config, Platform platform, List<? extends HasMetadata> policies) {
        List<HasMetadata> all = new ArrayList<>();
        all.add(SandboxServiceAccount.of(sandbox));
        all.add(ProxyConfigMap.of(sandbox, config, platform));
        all.addAll(policies);
        all.addAll(SandboxClaims.of(sandbox));
        return List.copyOf(all);
    }
}
