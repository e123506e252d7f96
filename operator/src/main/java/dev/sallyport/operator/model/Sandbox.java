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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
 * @param setup what its profiles give the agent's containers
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
        AgentSetup setup,
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

    /** The pod's own name, as it finds it in its {@code /etc/hosts}. */
    public String hostname() {
        String given = template.getSpec().getHostname();
        return given == null || given.isEmpty() ? id.name() : given;
    }

    /**
     * The variables that a container gets, in the order in which they are set: those that it does not set itself, in whatever
     * case, for tools differ in which they read first.
     *
     * @param home the container's; empty: not known
     */
    public Map<String, String> variablesFor(Set<String> ownNames, ProxyAddress address, Optional<String> home) {
        Set<String> taken = ownNames.stream().map(Sandbox::folded).collect(Collectors.toSet());
        SortedMap<String, String> ofRoutes = new TreeMap<>(suffixes());
        ofRoutes.replaceAll((name, suffix) -> address.baseUrl() + suffix);
        ofRoutes.putAll(setup.keys());
        ofRoutes.keySet().removeIf(name -> taken.contains(folded(name)));
        ofRoutes.putAll(placeholders);
        Map<String, String> all = new LinkedHashMap<>(ofRoutes);
        for (Profile.Variable variable : setup.variables()) {
            variable.value()
                    .fill(name -> meaning(name, address, home))
                    .filter(value -> !value.isEmpty() && !taken.contains(folded(variable.name())))
                    .ifPresent(value -> all.put(variable.name(), value));
        }
        return all;
    }

    /** The profiles' files by path, with their contents; those that refer to a base URL that there is not are left out. */
    public SortedMap<String, SeedFile> filesFor(ProxyAddress address) {
        SortedMap<String, SeedFile> files = new TreeMap<>();
        for (Profile.SettingsFile file : setup.files()) {
            file.content()
                    .fill(name -> meaning(name, address, Optional.empty()))
                    .ifPresent(content -> files.put(file.path(), new SeedFile(content, file.permissions())));
        }
        return files;
    }

    /**
     * A file as it is made.
     *
     * @param content what it holds
     * @param mode its permissions, four octal digits
     */
    public record SeedFile(String content, String mode) {}

    private SortedMap<String, String> suffixes() {
        SortedMap<String, String> suffixes = new TreeMap<>(baseUrls);
        suffixes.putAll(setup.baseUrls());
        return suffixes;
    }

    private Optional<String> meaning(String name, ProxyAddress address, Optional<String> home) {
        return switch (name) {
            case "home" -> home;
            case "proxy.url" -> Optional.of(address.proxyUrl());
            case "proxy.bypass" -> Optional.of(address.bypass(hostname()));
            case "proxy.trustedHost" -> Optional.of(address.trustedHost());
            case "proxy.java" -> Optional.of(address.javaOptions(hostname()));
            case "trust.bundle" -> Optional.of(Trust.BUNDLE);
            case "trust.authority" -> Optional.of(Trust.AUTHORITY);
            case "trust.store" -> Optional.of(Trust.STORE);
            default ->
                Optional.ofNullable(suffixes().get(name.substring(ProfileText.BASE_URL.length())))
                        .map(suffix -> address.baseUrl() + suffix);
        };
    }

    private static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
