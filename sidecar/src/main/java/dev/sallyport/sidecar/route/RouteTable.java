package dev.sallyport.sidecar.route;

import dev.sallyport.contract.config.RouteConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All routes of one configuration. */
public final class RouteTable {

    private final Map<String, Route> byName;

    public RouteTable(List<RouteConfig> routes) {
        byName =
                routes.stream().map(Route::new).collect(Collectors.toUnmodifiableMap(Route::name, Function.identity()));
    }

    /** The route with this name: the reverse form's first segment, byte for byte. */
    public Optional<Route> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
