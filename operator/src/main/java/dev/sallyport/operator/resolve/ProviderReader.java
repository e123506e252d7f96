package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.BaseUrl;
import dev.sallyport.api.v1alpha1.Credential;
import dev.sallyport.api.v1alpha1.Route;
import dev.sallyport.api.v1alpha1.Scheme;
import dev.sallyport.api.v1alpha1.TlsMode;
import dev.sallyport.operator.model.AgentSetup;
import dev.sallyport.operator.model.CredentialName;
import dev.sallyport.operator.model.Profile;
import dev.sallyport.operator.model.Profile.BaseUrlVariable;
import dev.sallyport.operator.model.Profile.KeyVariable;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds among the routes the providers of the profiles, and with them what their variables hold. */
final class ProviderReader {

    private final ChosenProfiles profiles;
    private final AgentVariables variables;
    private final SortedMap<String, String> baseUrls = new TreeMap<>();
    private final SortedMap<String, String> keys = new TreeMap<>();

    /**
     * Before any route is looked at.
     *
     * @param variables what the routes themselves ask for, which stands
     */
    ProviderReader(ChosenProfiles profiles, AgentVariables variables) {
        this.profiles = profiles;
        this.variables = variables;
    }

    AgentSetup read(List<Route> routes) {
        baseUrls.putAll(variables.completed());
        profiles.providers().forEach(provider -> route(provider, routes).ifPresent(route -> read(provider, route)));
        return new AgentSetup(
                profiles.names(),
                profiles.distinctVariables(),
                baseUrls,
                keys,
                profiles.distinctFiles(),
                profiles.trustBundles());
    }

    private static Optional<Route> route(Profile.Provider provider, List<Route> routes) {
        return provider.baseUrl()
                .map(BaseUrlVariable::env)
                .flatMap(env -> routes.stream()
                        .filter(route -> Optional.ofNullable(route.baseUrl())
                                .map(BaseUrl::env)
                                .filter(env::equals)
                                .isPresent())
                        .findFirst())
                .or(() -> routes.stream()
                        .filter(route -> leadsTo(route, provider.host()))
                        .findFirst());
    }

    /** To this host and no other, so that a base URL of it needs no word of the user's. */
    private static boolean leadsTo(Route route, String host) {
        return route.scheme() == Scheme.HTTPS
                && route.tlsMode() == TlsMode.Intercept
                && (route.hosts().equals(List.of(host)) || route.hosts().equals(List.of(host + ":443")));
    }

    private void read(Profile.Provider provider, Route route) {
        provider.baseUrl()
                .filter(baseUrl -> !variables.isTaken(baseUrl.env()))
                .ifPresent(baseUrl -> baseUrls.putIfAbsent(
                        baseUrl.env(), "/" + route.name() + baseUrl.path().orElse("")));
        Credential credential = route.credential();
        // With a placeholder only requests that carry it get the credential: what else is in them is the user's to say.
        if (credential != null && credential.placeholder() == null) {
            List<CredentialName> kinds =
                    credential.kinds().stream().map(CredentialName::of).toList();
            for (KeyVariable key : provider.keys()) {
                if (kinds.stream().anyMatch(key.credentials()::contains) && !variables.isTaken(key.env())) {
                    keys.put(key.env(), key.dummy());
                }
            }
        }
    }
}
