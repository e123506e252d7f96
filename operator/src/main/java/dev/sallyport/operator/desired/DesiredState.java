package dev.sallyport.operator.desired;

import dev.sallyport.contract.config.AdminAccess;
import dev.sallyport.operator.model.Sandbox;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * All objects of one sandbox in the placement Sidecar.
 *
 * @param account what the pod runs as; it may do nothing and has no token
 * @param config the proxy's configuration
 * @param policy what may enter and leave the pod
 * @param claims volumes that outlive the pod
 * @param pod the agent behind its proxy
 */
public record DesiredState(
        ServiceAccount account, ConfigMap config, NetworkPolicy policy, List<PersistentVolumeClaim> claims, Pod pod) {

    public static DesiredState of(Sandbox sandbox, AdminAccess admin, Platform platform) {
        String config = ProxyConfigMap.text(sandbox, admin);
        return new DesiredState(
                SandboxServiceAccount.of(sandbox),
                ProxyConfigMap.of(sandbox, config, platform),
                SandboxNetworkPolicy.of(sandbox, platform),
                SandboxClaims.of(sandbox),
                SandboxPod.of(sandbox, Fingerprint.of(config), platform));
    }

    /** All but the pod, in the order in which they should come to be: the pod needs every one of them. */
    public List<HasMetadata> prerequisites() {
        List<HasMetadata> all = new ArrayList<>(List.of(account, config, policy));
        all.addAll(claims);
        return all;
    }
}
