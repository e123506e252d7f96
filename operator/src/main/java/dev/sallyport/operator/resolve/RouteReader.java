package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.ConfigMapKeySelector;
import dev.sallyport.api.v1alpha1.Credential;
import dev.sallyport.api.v1alpha1.Route;
import dev.sallyport.contract.config.Addresses;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.PlaceholderConfig;
import dev.sallyport.contract.config.QueryLogging;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.contract.config.TlsMode;
import dev.sallyport.operator.model.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads routes into the proxy's own records. Their constructors are the check: what the operator writes, the proxy will
 * read. What the parts of a route say is read by a reader each.
 */
final class RouteReader {

    private final HostReader hostReader;
    private final TlsReader tlsReader;
    private final CredentialReader credentialReader;
    private final RuleReader ruleReader;
    private final LimitsReader limitsReader;
    private final Problems problems;
    private final Set<String> names = new HashSet<>();

    RouteReader(Map<ConfigMapKeySelector, Reference> references, AgentVariables variables, Problems problems) {
        this.hostReader = new HostReader(variables, problems);
        this.tlsReader = new TlsReader(references, problems);
        this.credentialReader = new CredentialReader(variables, problems);
        this.ruleReader = new RuleReader(problems);
        this.limitsReader = new LimitsReader(problems);
        this.problems = problems;
    }

    /** The routes without problems; problems of the others are noted. */
    List<RouteConfig> read(List<Route> routes) {
        List<RouteConfig> read = new ArrayList<>();
        for (int i = 0; i < routes.size(); i++) {
            read(routes.get(i), "spec.routes[" + i + "]").ifPresent(read::add);
        }
        return read;
    }

    private Optional<RouteConfig> read(Route route, String path) {
        int before = problems.count();
        if (!names.add(route.name())) {
            problems.add(Problem.conflict(
                    path + ".name", "another route has the name " + route.name(), "give each route a name of its own"));
        }
        Scheme scheme =
                switch (route.scheme()) {
                    case HTTPS -> Scheme.HTTPS;
                    case HTTP -> Scheme.HTTP;
                };
        List<HostPattern> hosts = hostReader.hosts(route, path + ".hosts");
        TlsMode tlsMode = tlsReader.mode(route, path);
        Optional<String> certificates = tlsReader.certificates(route, path + ".tls.caConfigMapRef");
        Optional<Credential> credential = Optional.ofNullable(route.credential());
        if (scheme == Scheme.HTTP && credential.isPresent()) {
            problems.add(Problem.invalid(
                    path + ".credential",
                    "a credential is never sent over plain HTTP",
                    "use scheme HTTPS, or take the credential away"));
        }
        Optional<CredentialConfig> injected =
                credential.flatMap(given -> credentialReader.credential(given, path + ".credential"));
        Optional<PlaceholderConfig> placeholder = credential
                .map(Credential::placeholder)
                .flatMap(given -> credentialReader.placeholder(given, path + ".credential.placeholder"));
        Optional<HostPattern> baseUrlHost = hostReader.baseUrl(route, hosts, scheme, path + ".baseUrl");
        List<RuleConfig> rules = ruleReader.read(route.rules(), path + ".rules");
        RouteLimits limits = limitsReader.read(route.limits(), path + ".limits");
        if (problems.count() > before) {
            return Optional.empty();
        }
        return problems.attempt(
                path,
                "correct the field that is named",
                () -> new RouteConfig(
                        route.name(),
                        scheme,
                        hosts,
                        addresses(route),
                        certificates,
                        injected,
                        baseUrlHost,
                        rules,
                        limits,
                        tlsMode,
                        placeholder,
                        redaction(route),
                        queryLogging(route)));
    }

    private static Addresses addresses(Route route) {
        return switch (route.addresses()) {
            case Public -> Addresses.PUBLIC;
            case Private -> Addresses.PRIVATE;
        };
    }

    private static RedactResponses redaction(Route route) {
        return switch (route.redaction()) {
            case None -> RedactResponses.NONE;
            case Headers -> RedactResponses.HEADERS;
            case Full -> RedactResponses.FULL;
        };
    }

    private static QueryLogging queryLogging(Route route) {
        return switch (route.queryLogging()) {
            case Names -> QueryLogging.NAMES;
            case Values -> QueryLogging.VALUES;
        };
    }
}
