package dev.sallyport.operator.model;

import dev.sallyport.api.v1alpha1.Placement;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.SecretRef;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplate;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A sandbox that may be run. Kubernetes' own types in it are copies that nobody changes.
 *
 * @param id which
 * @param template the agent's pod as the user wrote it: checked, and without the operator's defaults
 * @param claims the user's claim templates, each with a name
 * @param routes what may leave, as the proxy reads it, certificates inlined
 * @param requestLimits bounds on the requests of all routes together
 * @param baseUrls what follows the proxy's address in variables that hold a URL, by name: a slash, the route's name and
 *     perhaps a path; a container that sets one itself keeps its own
 * @param placeholders variables that hold a token, by name; no container sets one itself
 * @param enforcement what happens to a request that no route allows
 * @param allowedHosts whether its Secrets must name the hosts that may get them
 * @param placement where the proxy runs
 * @param proxyResources the proxy container's; empty: the operator's default
 */
public record Sandbox(
        SandboxId id,
        PodTemplateSpec template,
        List<PersistentVolumeClaimTemplate> claims,
        List<RouteConfig> routes,
        RouteLimits requestLimits,
        SortedMap<String, String> baseUrls,
        SortedMap<String, String> placeholders,
        Enforcement enforcement,
        AllowedHosts allowedHosts,
        Placement placement,
        Optional<ResourceRequirements> proxyResources) {

    public Sandbox {
        claims = List.copyOf(claims);
        routes = List.copyOf(routes);
        baseUrls = Collections.unmodifiableSortedMap(new TreeMap<>(baseUrls));
        placeholders = Collections.unmodifiableSortedMap(new TreeMap<>(placeholders));
    }

    /** The keys that the proxy needs, by Secret. */
    public SortedMap<String, SortedSet<String>> credentialKeys() {
        SortedMap<String, SortedSet<String>> keys = new TreeMap<>();
        for (RouteConfig route : routes) {
            for (SecretRef ref :
                    route.credential().map(CredentialConfig::secrets).orElse(List.of())) {
                keys.computeIfAbsent(ref.secret(), secret -> new TreeSet<>()).add(ref.key());
            }
        }
        return keys;
    }

    /** The variables that a container gets, in the order in which they are set: those that it does not set itself. */
    public Map<String, String> variablesFor(Set<String> ownNames, ProxyAddress address) {
        SortedMap<String, String> ofRoutes = new TreeMap<>(baseUrls);
        ofRoutes.replaceAll((name, suffix) -> address.baseUrl() + suffix);
        ofRoutes.putAll(placeholders);
        ofRoutes.keySet().removeAll(ownNames);
        Map<String, String> all = new LinkedHashMap<>(ofRoutes);
        all.putAll(AgentEnvironment.without(ownNames.stream(), address));
        return all;
    }
}
