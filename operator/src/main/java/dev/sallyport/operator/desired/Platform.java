package dev.sallyport.operator.desired;

import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What is the same for all sandboxes of one operator.
 *
 * @param proxyImage the proxy's image, with tag or digest
 * @param proxyPullPolicy {@code Always}, {@code IfNotPresent} or {@code Never}
 * @param proxyPullSecrets Secrets in the sandboxes' namespaces with which kubelet pulls the proxy's image; empty: none
 * @param proxyResources what the proxy's container gets where the resource says nothing
 * @param guardImage the egress guard's image, with tag or digest
 * @param guardPullPolicy as the proxy's
 * @param agentResources what a container of the agent gets of each resource of which its template says nothing
 * @param live an address and port of the operator itself that answers: one more that no agent may reach; empty: not known
 * @param nameservers addresses of DNS servers that the proxy asks: the pod itself has none
 * @param dns which pods answer behind them, for the NetworkPolicy
 * @param operator which pods may reach the admin port
 */
public record Platform(
        String proxyImage,
        String proxyPullPolicy,
        List<LocalObjectReference> proxyPullSecrets,
        ResourceRequirements proxyResources,
        String guardImage,
        String guardPullPolicy,
        ResourceRequirements agentResources,
        Optional<String> live,
        List<String> nameservers,
        Peer dns,
        Peer operator) {

    public Platform {
        proxyPullSecrets = List.copyOf(proxyPullSecrets);
        nameservers = List.copyOf(nameservers);
        if (nameservers.isEmpty()) {
            throw new IllegalArgumentException("nameservers: none, so that no proxy could find a host");
        }
    }

    /**
     * Pods as a NetworkPolicy names them.
     *
     * @param namespace their namespace
     * @param labels all of which they have; empty: every pod of the namespace
     */
    public record Peer(String namespace, SortedMap<String, String> labels) {}
}
