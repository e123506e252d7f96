package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.json.Require;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that one proxy serves by. Immutable: a change is a new value, swapped in whole.
 *
 * @param schema the document's version, always {@value #SCHEMA}
 * @param generation the {@code metadata.generation} of the resource that this was computed from, from 0
 * @param sandbox whose proxy this is
 * @param enforcement what happens to a request that the policy refuses; absent: it is refused
 * @param allowedHosts whether a Secret must name the hosts that may get it; absent: it need not
 * @param admin who may ask the admin port for the status; empty: nobody may
 * @param agent how the agent is known on the data port; empty: whoever reaches the port is the agent
 * @param limits bounds on what all clients together can make the proxy hold; absent: {@link ProxyLimits#DEFAULTS}
 * @param requestLimits bounds on the requests of all routes together, besides each route's own; absent: none
 * @param routes what may leave, at most {@value #MAX_ROUTES}, unique by name; empty: nothing may
 */
public record ProxyConfig(
        String schema,
        @JsonProperty(required = true) long generation,
        SandboxRef sandbox,
        Enforcement enforcement,
        AllowedHosts allowedHosts,
        Optional<AdminAccess> admin,
        Optional<AgentAccess> agent,
        ProxyLimits limits,
        RouteLimits requestLimits,
        List<RouteConfig> routes) {

    public static final String SCHEMA = "sallyport.dev/proxy-config/v1";

    public static final int MAX_ROUTES = 128;

    public ProxyConfig {
        Require.that(SCHEMA.equals(schema), "schema: not " + SCHEMA);
        Require.that(generation >= 0, "generation: negative");
        sandbox = Require.present(sandbox, "sandbox");
        enforcement = Require.orElse(enforcement, Enforcement.ENFORCE);
        allowedHosts = Require.orElse(allowedHosts, AllowedHosts.OPTIONAL);
        admin = Require.orElse(admin, Optional.empty());
        agent = Require.orElse(agent, Optional.empty());
        limits = Require.orElse(limits, ProxyLimits.DEFAULTS);
        requestLimits = Require.orElse(requestLimits, RouteLimits.NONE);
        routes = List.copyOf(Require.present(routes, "routes"));
        Require.that(routes.size() <= MAX_ROUTES, "routes: more than " + MAX_ROUTES);
        Set<String> names = new HashSet<>();
        for (RouteConfig route : routes) {
            Require.that(names.add(route.name()), "routes: a name is there twice");
        }
    }
}
