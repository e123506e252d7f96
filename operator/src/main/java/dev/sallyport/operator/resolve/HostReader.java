package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.BaseUrl;
import dev.sallyport.api.v1alpha1.Route;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.operator.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads which hosts a route leads to, and which of them its base URL means. */
final class HostReader {

    private final AgentVariables variables;
    private final Problems problems;

    HostReader(AgentVariables variables, Problems problems) {
        this.variables = variables;
        this.problems = problems;
    }

    List<HostPattern> hosts(Route route, String path) {
        List<HostPattern> hosts = new ArrayList<>();
        if (route.hosts().isEmpty()) {
            problems.add(Problem.invalid(path, "there is none", "name at least one host"));
        }
        for (int i = 0; i < route.hosts().size(); i++) {
            String text = route.hosts().get(i);
            problems.attempt(
                            path + "[" + i + "]",
                            "write api.example.com, *.example.com or an address, with :port where it is not the default",
                            () -> HostPattern.parse(text))
                    .ifPresent(hosts::add);
        }
        return hosts;
    }

    /** The host that the base URL names; empty: there is no base URL, or it means the route's only host. */
    Optional<HostPattern> baseUrl(Route route, List<HostPattern> hosts, Scheme scheme, String path) {
        BaseUrl baseUrl = route.baseUrl();
        if (baseUrl == null) {
            return Optional.empty();
        }
        String hostText = baseUrl.host();
        Optional<HostPattern> host = hostText == null
                ? Optional.empty()
                : problems.attempt(path + ".host", "write one of the route's hosts", () -> HostPattern.parse(hostText));
        boolean known = host.isEmpty() || hosts.stream().anyMatch(pattern -> covers(pattern, host.get(), scheme));
        if (!known) {
            problems.add(Problem.invalid(
                    path + ".host", "it is none of the route's hosts", "name one of spec.routes[].hosts"));
        }
        boolean unique = hosts.size() == 1 && hosts.getFirst().isLiteral();
        if (hostText == null && !unique && !hosts.isEmpty()) {
            problems.add(Problem.invalid(
                    path + ".host",
                    "the route has several hosts or a wildcard, so that a base URL could mean any",
                    "name the host that the base URL reaches"));
        }
        String env = baseUrl.env();
        if (env != null) {
            variables.baseUrl(env, route, Optional.ofNullable(baseUrl.path()), path + ".env");
        }
        return host;
    }

    private static boolean covers(HostPattern pattern, HostPattern host, Scheme scheme) {
        int patternPort = pattern.port().orElse(scheme.defaultPort());
        int hostPort = host.port().orElse(scheme.defaultPort());
        if (!host.isLiteral() || patternPort != hostPort) {
            return false;
        }
        if (pattern.isLiteral()) {
            return pattern.host().equals(host.host());
        }
        int dot = host.host().indexOf('.');
        return dot > 0 && host.host().substring(dot + 1).equals(pattern.host());
    }
}
