package dev.sallyport.operator.model;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.SecretRef;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplate;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * @param baseUrls variables for the agent's containers, by name
 * @param enforcement what happens to a request that no route allows
 * @param proxyResources the proxy container's; empty: the operator's default
 */
public record Sandbox(
        SandboxId id,
        PodTemplateSpec template,
        List<PersistentVolumeClaimTemplate> claims,
        List<RouteConfig> routes,
        SortedMap<String, String> baseUrls,
        Enforcement enforcement,
        Optional<ResourceRequirements> proxyResources) {

    public Sandbox {
        claims = List.copyOf(claims);
        routes = List.copyOf(routes);
        baseUrls = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(baseUrls));
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

    /** The variables that a container gets: those that it does not set itself. */
    public Map<String, String> baseUrlsFor(java.util.Collection<String> ownNames) {
        SortedMap<String, String> rest = new TreeMap<>(baseUrls);
        rest.keySet().removeAll(ownNames);
        return rest;
    }
}
