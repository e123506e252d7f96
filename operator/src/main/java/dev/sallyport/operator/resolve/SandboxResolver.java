package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.api.v1alpha1.AgentSandboxSpec;
import dev.sallyport.api.v1alpha1.ConfigMapKeySelector;
import dev.sallyport.api.v1alpha1.OperatingMode;
import dev.sallyport.api.v1alpha1.Placement;
import dev.sallyport.api.v1alpha1.Route;
import dev.sallyport.api.v1alpha1.ShutdownPolicy;
import dev.sallyport.api.v1alpha1.Tls;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.operator.model.Lifecycle;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Problem;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.SandboxId;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.profile.Profiles;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a resource as a whole. */
public final class SandboxResolver {

    /** A ConfigMap holds 1 MiB; what is left over is for its metadata. */
    private static final int MOST_CERTIFICATE_CHARACTERS = 512 * 1024;

    /** RFC 1035, section 2.3.1. */
    private static final Pattern SERVICE_NAME = Pattern.compile("[a-z][-a-z0-9]{0,62}");

    private final ConfigMapValues configMaps;
    private final AllowedHostsRule allowedHosts;
    private final PlaceholderTokens tokens;
    private final Profiles profiles;

    public SandboxResolver(
            ConfigMapValues configMaps, AllowedHostsRule allowedHosts, PlaceholderTokens tokens, Profiles profiles) {
        this.configMaps = configMaps;
        this.allowedHosts = allowedHosts;
        this.tokens = tokens;
        this.profiles = profiles;
    }

    public static SandboxId id(AgentSandbox resource) {
        Long generation = resource.getMetadata().getGeneration();
        return new SandboxId(
                resource.getMetadata().getNamespace(),
                resource.getMetadata().getName(),
                resource.getMetadata().getUid(),
                generation == null ? 0 : generation);
    }

    /** Whether it should run: as good as it can be told, whatever else is wrong with the resource. */
    public static Lifecycle lifecycle(AgentSandbox resource) {
        AgentSandboxSpec spec = resource.getSpec();
        return spec == null
                ? new Lifecycle(OperatingMode.Running, Optional.empty(), ShutdownPolicy.Retain)
                : new Lifecycle(spec.operatingMode(), shutdownTime(spec.shutdownTime()), spec.shutdownPolicy());
    }

    private static Optional<Instant> shutdownTime(@Nullable String text) {
        try {
            return Optional.ofNullable(text)
                    .map(time -> OffsetDateTime.parse(time).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Reads what the resource refers to, then all of its fields. */
    public Verdict resolve(AgentSandbox resource) {
        AgentSandboxSpec spec = resource.getSpec();
        if (spec == null) {
            return new Verdict.Refused(List.of(Problem.invalid("spec", "it is missing", "describe the sandbox in it")));
        }
        Map<ConfigMapKeySelector, Reference> references = references(resource, spec);
        Problems problems = new Problems();
        SandboxId id = id(resource);
        checkSandbox(id, spec, problems);
        ChosenProfiles chosen = new ProfileReader(profiles.current(), problems).read(spec.agentProfiles());
        AgentVariables variables = new AgentVariables(id.uid(), chosen, tokens, problems);
        List<RouteConfig> routes = new RouteReader(references, variables, problems).read(spec.routes());
        checkSize(routes, problems);
        checkHostname(id, spec, routes, problems);
        RouteLimits requestLimits = new LimitsReader(problems).read(spec.limits(), "spec.limits");
        Set<String> placeholders = variables.placeholders().keySet();
        AllowedHosts rule = allowedHosts.in(id.namespace());
        SecretCheck secrets = new SecretCheck(secrets(spec), rule, problems);
        new TemplateCheck(
                        spec.podTemplate(),
                        spec.volumeClaimTemplates(),
                        secrets,
                        placeholders,
                        spec.proxy().placement(),
                        problems)
                .check();
        if (problems.count() > 0) {
            return new Verdict.Refused(problems.all());
        }
        return new Verdict.Accepted(new Sandbox(
                id,
                spec.podTemplate(),
                spec.volumeClaimTemplates(),
                routes,
                requestLimits,
                variables.baseUrls(),
                variables.placeholders(),
                switch (spec.enforcement()) {
                    case Enforce -> Enforcement.ENFORCE;
                    case Audit -> Enforcement.AUDIT;
                },
                rule,
                spec.proxy().placement(),
                new ProviderReader(chosen, variables).read(spec.routes()),
                Optional.ofNullable(spec.proxy().resources())));
    }

    private Map<ConfigMapKeySelector, Reference> references(AgentSandbox resource, AgentSandboxSpec spec) {
        Map<ConfigMapKeySelector, Reference> references = new HashMap<>();
        for (Route route : spec.routes()) {
            Tls tls = route.tls();
            ConfigMapKeySelector selector = tls == null ? null : tls.caConfigMapRef();
            if (selector != null) {
                references.computeIfAbsent(
                        selector, key -> configMaps.find(resource.getMetadata().getNamespace(), key));
            }
        }
        return references;
    }

    private static void checkSandbox(SandboxId id, AgentSandboxSpec spec, Problems problems) {
        if (id.name().length() > Names.LONGEST_NAME) {
            problems.add(Problem.invalid(
                    "metadata.name",
                    "longer than " + Names.LONGEST_NAME + " characters, so that it cannot be a label",
                    "give the sandbox a shorter name"));
        }
        if (spec.proxy().placement() == Placement.PairedPod
                && !SERVICE_NAME.matcher(Names.owned(id.name())).matches()) {
            problems.add(Problem.invalid(
                    "metadata.name",
                    "with " + Names.owned("") + " behind it, it cannot name the proxy's Service",
                    "begin it with a letter, write letters, digits and hyphens, at most "
                            + (Names.LONGEST_NAME - Names.owned("").length()) + ", or use the placement Sidecar"));
        }
        if (spec.shutdownTime() != null && shutdownTime(spec.shutdownTime()).isEmpty()) {
            problems.add(
                    Problem.invalid("spec.shutdownTime", "not a time", "write it as RFC 3339: 2030-01-31T18:00:00Z"));
        }
    }

    /** What is reached without the proxy must not be what a route leads to: the name would lead nowhere. */
    private static void checkHostname(
            SandboxId id, AgentSandboxSpec spec, List<RouteConfig> routes, Problems problems) {
        String given = spec.podTemplate() == null || spec.podTemplate().getSpec() == null
                ? null
                : spec.podTemplate().getSpec().getHostname();
        boolean named = given != null && !given.isEmpty();
        String hostname = named ? given : id.name();
        for (RouteConfig route : routes) {
            for (HostPattern host : route.hosts()) {
                if (("." + host.host()).endsWith("." + hostname)) {
                    problems.add(Problem.conflict(
                            named ? "spec.podTemplate.spec.hostname" : "metadata.name",
                            "the pod's own name " + hostname
                                    + " is in NO_PROXY, so that tools would not ask the proxy for " + host.host()
                                    + " of the route " + route.name(),
                            "set another name in spec.podTemplate.spec.hostname"));
                    return;
                }
            }
        }
    }

    private static void checkSize(List<RouteConfig> routes, Problems problems) {
        int characters = routes.stream()
                .mapToInt(
                        route -> route.trustedCertificates().map(String::length).orElse(0))
                .sum();
        if (characters > MOST_CERTIFICATE_CHARACTERS) {
            problems.add(Problem.invalid(
                    "spec.routes",
                    "the routes' certificates take more than 512 KiB together",
                    "name ConfigMaps that hold only the authorities that the hosts need"));
        }
    }

    /** Every Secret that any route names, those of kinds that are refused included. */
    private static Set<String> secrets(AgentSandboxSpec spec) {
        return spec.routes().stream()
                .flatMap(route -> Optional.ofNullable(route.credential()).stream())
                .flatMap(credential -> credential.kinds().stream())
                .flatMap(kind -> kind.secretKeys().stream())
                .map(selector -> selector.name())
                .collect(Collectors.toUnmodifiableSet());
    }
}
