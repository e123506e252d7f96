package dev.sallyport.sidecar.route;

import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.contract.config.TlsMode;
import dev.sallyport.sidecar.policy.when.InvalidConditionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All routes of one configuration. Immutable. */
public final class RouteTable {

    private final List<Route> routes;
    private final Map<String, Route> byName = new HashMap<>();
    private final Map<Host, List<Integer>> byHost = new HashMap<>();

    /**
     * Prepares them.
     *
     * @param configs in their order, unique by name
     * @throws InvalidConditionException if a rule's condition can't be compiled; the message names the route and the rule
     */
    public RouteTable(List<RouteConfig> configs) throws InvalidConditionException {
        List<Route> prepared = new ArrayList<>();
        for (RouteConfig config : configs) {
            Route route = new Route(config);
            int index = prepared.size();
            prepared.add(route);
            byName.put(route.name(), route);
            config.hosts().stream()
                    .map(pattern -> Host.of(pattern, config.scheme()))
                    .distinct()
                    .forEach(host -> byHost.computeIfAbsent(host, any -> new ArrayList<>())
                            .add(index));
        }
        routes = List.copyOf(prepared);
    }

    /** The route with this name: the reverse form's first segment, byte for byte. */
    public Optional<Route> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The routes to an origin whose requests the proxy sees, in the configuration's order. */
    public List<Route> to(Origin origin) {
        return naming(origin.host(), origin.port())
                .filter(route -> route.config().scheme() == origin.scheme()
                        && route.config().tlsMode() == TlsMode.INTERCEPT)
                .toList();
    }

    /** The routes that a tunnel to this host and port may be for, whatever is spoken inside, in the configuration's order. */
    public List<Route> throughTunnel(String host, int port) {
        return naming(host, port).toList();
    }

    /** Whether a route leads to the origin's host, on whatever port, in the other scheme. */
    public boolean knowsInOtherScheme(Origin origin) {
        return routes.stream()
                .filter(route -> route.config().scheme() != origin.scheme())
                .flatMap(route -> route.config().hosts().stream())
                .anyMatch(pattern -> origin.hasHost(pattern));
    }

    private Stream<Route> naming(String host, int port) {
        List<Integer> exact = byHost.getOrDefault(new Host(host, false, port), List.of());
        int dot = host.startsWith("[") ? -1 : host.indexOf('.');
        List<Integer> wildcard =
                dot <= 0 ? List.of() : byHost.getOrDefault(new Host(host.substring(dot + 1), true, port), List.of());
        if (wildcard.isEmpty()) {
            return exact.stream().map(routes::get);
        }
        return Stream.concat(exact.stream(), wildcard.stream())
                .sorted()
                .distinct()
                .map(routes::get);
    }

    private record Host(String name, boolean wildcard, int port) {

        static Host of(HostPattern pattern, Scheme scheme) {
            return new Host(
                    Authority.canonical(pattern.host()),
                    pattern.wildcard(),
                    pattern.port().orElse(scheme.defaultPort()));
        }
    }
}
