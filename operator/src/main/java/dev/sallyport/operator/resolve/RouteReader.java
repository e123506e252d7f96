package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.BaseUrl;
import dev.sallyport.api.v1alpha1.ConfigMapKeySelector;
import dev.sallyport.api.v1alpha1.Credential;
import dev.sallyport.api.v1alpha1.CredentialKind;
import dev.sallyport.api.v1alpha1.Limits;
import dev.sallyport.api.v1alpha1.Route;
import dev.sallyport.api.v1alpha1.Rule;
import dev.sallyport.api.v1alpha1.SecretKeySelector;
import dev.sallyport.contract.config.Addresses;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.PathPattern;
import dev.sallyport.contract.config.QueryLogging;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.contract.config.TlsMode;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Problem;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads routes into the proxy's own records. Their constructors are the check: what the operator writes, the proxy will
 * read.
 */
final class RouteReader {

    private final Map<ConfigMapKeySelector, Reference> references;
    private final List<Problem> problems;
    private final SortedMap<String, String> baseUrls = new TreeMap<>();
    private final Set<String> names = new HashSet<>();

    RouteReader(Map<ConfigMapKeySelector, Reference> references, List<Problem> problems) {
        this.references = references;
        this.problems = problems;
    }

    /** The routes without problems; problems of the others are added to the list. */
    List<RouteConfig> read(List<Route> routes) {
        List<RouteConfig> read = new ArrayList<>();
        for (int i = 0; i < routes.size(); i++) {
            read(routes.get(i), "spec.routes[" + i + "]").ifPresent(read::add);
        }
        return read;
    }

    /** The variables that the routes read so far ask for. */
    SortedMap<String, String> baseUrls() {
        return baseUrls;
    }

    private Optional<RouteConfig> read(Route route, String path) {
        int before = problems.size();
        if (!names.add(route.name())) {
            problems.add(Problem.conflict(
                    path + ".name", "another route has the name " + route.name(), "give each route a name of its own"));
        }
        refuseUnsupported(route, path);
        List<HostPattern> hosts = hosts(route, path);
        Optional<CredentialConfig> credential = credential(route.credential(), path + ".credential");
        Scheme scheme =
                switch (route.scheme()) {
                    case HTTPS -> Scheme.HTTPS;
                    case HTTP -> Scheme.HTTP;
                };
        if (scheme == Scheme.HTTP && route.credential() != null) {
            problems.add(Problem.invalid(
                    path + ".credential",
                    "a credential is never sent over plain HTTP",
                    "use scheme HTTPS, or take the credential away"));
        }
        Optional<String> certificates = certificates(route, scheme, path + ".tls.caConfigMapRef");
        Optional<HostPattern> baseUrlHost = baseUrl(route, hosts, scheme, path + ".baseUrl");
        List<RuleConfig> rules = rules(route, path);
        Optional<RouteLimits> limits = limits(route.limits(), path + ".limits");
        if (problems.size() > before) {
            return Optional.empty();
        }
        return attempt(
                path,
                "correct the field that is named",
                () -> new RouteConfig(
                        route.name(),
                        scheme,
                        hosts,
                        switch (route.addresses()) {
                            case Public -> Addresses.PUBLIC;
                            case Private -> Addresses.PRIVATE;
                        },
                        certificates,
                        credential,
                        baseUrlHost,
                        rules,
                        limits.orElse(RouteLimits.NONE),
                        TlsMode.INTERCEPT,
                        Optional.empty(),
                        RedactResponses.NONE,
                        QueryLogging.NAMES));
    }

    private void refuseUnsupported(Route route, String path) {
        if (route.tlsMode() == dev.sallyport.api.v1alpha1.TlsMode.Passthrough) {
            problems.add(Problem.notSupported(
                    path + ".tls.mode", "this release has no Passthrough", "use Intercept, or leave it out"));
        }
        var redaction = route.redactResponses();
        if (redaction != null && redaction != dev.sallyport.api.v1alpha1.RedactResponses.None) {
            problems.add(Problem.notSupported(
                    path + ".redactResponses",
                    "this release does not redact responses",
                    "leave it out, or set it to None"));
        }
        if (route.queryLogging() == dev.sallyport.api.v1alpha1.QueryLogging.Values) {
            problems.add(Problem.notSupported(
                    path + ".audit.query",
                    "this release does not log values of queries",
                    "use Names, or leave it out"));
        }
    }

    private List<HostPattern> hosts(Route route, String path) {
        List<HostPattern> hosts = new ArrayList<>();
        if (route.hosts().isEmpty()) {
            problems.add(Problem.invalid(path + ".hosts", "there is none", "name at least one host"));
        }
        for (int i = 0; i < route.hosts().size(); i++) {
            String text = route.hosts().get(i);
            attempt(
                            path + ".hosts[" + i + "]",
                            "write api.example.com, *.example.com or an address, with :port where it is not the default",
                            () -> HostPattern.parse(text))
                    .ifPresent(hosts::add);
        }
        return hosts;
    }

    private Optional<CredentialConfig> credential(@Nullable Credential credential, String path) {
        if (credential == null) {
            return Optional.empty();
        }
        if (credential.placeholder() != null) {
            problems.add(Problem.notSupported(
                    path + ".placeholder",
                    "this release has no placeholders",
                    "leave it out: the credential then goes into every permitted request"));
        }
        List<CredentialKind> kinds = credential.kinds();
        if (kinds.size() != 1) {
            problems.add(Problem.invalid(
                    path,
                    kinds.isEmpty() ? "it has no kind" : "it has " + kinds.size() + " kinds",
                    "set exactly one of bearer, header, basic and query"));
            return Optional.empty();
        }
        return switch (kinds.getFirst()) {
            case CredentialKind.Bearer bearer ->
                secret(bearer.secretKeyRef(), path + ".bearer.secretKeyRef").map(CredentialConfig.Bearer::new);
            case CredentialKind.Header header ->
                secret(header.secretKeyRef(), path + ".header.secretKeyRef")
                        .flatMap(ref -> attempt(
                                path + ".header",
                                "name a header that neither frames nor routes the message",
                                () -> new CredentialConfig.Header(
                                        header.name(), ref, Optional.ofNullable(header.prefix()))));
            case CredentialKind.Basic basic -> basic(basic, path + ".basic");
            case CredentialKind.Query query ->
                secret(query.secretKeyRef(), path + ".query.secretKeyRef")
                        .flatMap(ref -> attempt(
                                path + ".query",
                                "use letters, digits, -, ., _ and ~",
                                () -> new CredentialConfig.Query(query.name(), ref)));
            case CredentialKind.OAuth2 ignored -> unsupported(path + ".oauth2");
            case CredentialKind.GitHubApp ignored -> unsupported(path + ".gitHubApp");
            case CredentialKind.AwsSigV4 ignored -> unsupported(path + ".awsSigV4");
            case CredentialKind.GoogleServiceAccount ignored -> unsupported(path + ".googleServiceAccount");
        };
    }

    private Optional<CredentialConfig> basic(CredentialKind.Basic basic, String path) {
        Optional<SecretRef> password = secret(basic.passwordSecretKeyRef(), path + ".passwordSecretKeyRef");
        SecretKeySelector usernameSelector = basic.usernameSecretKeyRef();
        Optional<SecretRef> username =
                usernameSelector == null ? Optional.empty() : secret(usernameSelector, path + ".usernameSecretKeyRef");
        return password.flatMap(ref -> attempt(
                path,
                "set username, or usernameSecretKeyRef",
                () -> new CredentialConfig.Basic(Optional.ofNullable(basic.username()), username, ref)));
    }

    private Optional<CredentialConfig> unsupported(String path) {
        problems.add(Problem.notSupported(
                path, "this release's proxy cannot do this kind of credential", "use bearer, header, basic or query"));
        return Optional.empty();
    }

    private Optional<SecretRef> secret(SecretKeySelector selector, String path) {
        return attempt(path, "name a Secret and a key of it", () -> new SecretRef(selector.name(), selector.key()));
    }

    private Optional<String> certificates(Route route, Scheme scheme, String path) {
        ConfigMapKeySelector selector = route.tls() == null ? null : route.tls().caConfigMapRef();
        if (selector == null) {
            return Optional.empty();
        }
        if (scheme == Scheme.HTTP) {
            problems.add(Problem.invalid(
                    path, "certificates are of no use over plain HTTP", "use scheme HTTPS, or leave it out"));
            return Optional.empty();
        }
        Reference reference = references.get(selector);
        return switch (reference) {
            case null -> throw new IllegalStateException("a reference that nobody looked for");
            case Reference.NotFound notFound -> {
                problems.add(Problem.notFound(path, notFound.message(), "create it; the sandbox goes on by itself"));
                yield Optional.empty();
            }
            case Reference.Found found -> {
                Optional<String> wrong = Certificates.problem(found.value());
                wrong.ifPresent(message -> problems.add(
                        Problem.invalid(path, message, "put PEM certificates of authorities into that key")));
                yield wrong.isPresent() ? Optional.empty() : Optional.of(found.value());
            }
        };
    }

    private Optional<HostPattern> baseUrl(Route route, List<HostPattern> hosts, Scheme scheme, String path) {
        BaseUrl baseUrl = route.baseUrl();
        if (baseUrl == null) {
            return Optional.empty();
        }
        String hostText = baseUrl.host();
        Optional<HostPattern> host = hostText == null
                ? Optional.empty()
                : attempt(path + ".host", "write one of the route's hosts", () -> HostPattern.parse(hostText));
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
            String url = "http://127.0.0.1:" + Names.DATA_PORT + "/" + route.name()
                    + Optional.ofNullable(baseUrl.path()).orElse("");
            if (baseUrls.putIfAbsent(env, url) != null) {
                problems.add(Problem.conflict(
                        path + ".env", "another route sets the variable " + env, "give each route its own variable"));
            }
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

    private List<RuleConfig> rules(Route route, String path) {
        List<RuleConfig> rules = new ArrayList<>();
        for (int i = 0; i < route.rules().size(); i++) {
            Rule rule = route.rules().get(i);
            String at = path + ".rules[" + i + "]";
            if (rule.when() != null) {
                problems.add(Problem.notSupported(
                        at + ".when", "this release has no expressions", "leave it out, or use methods and paths"));
            }
            List<PathPattern> paths = new ArrayList<>();
            for (int j = 0; j < rule.paths().size(); j++) {
                String text = rule.paths().get(j);
                attempt(
                                at + ".paths[" + j + "]",
                                "write /v1/messages, /v1/*/items or /v1/models/**",
                                () -> new PathPattern(text))
                        .ifPresent(paths::add);
            }
            attempt(at, "write methods in upper case", () -> new RuleConfig(rule.methods(), paths, Optional.empty()))
                    .ifPresent(rules::add);
        }
        return rules;
    }

    private Optional<RouteLimits> limits(@Nullable Limits limits, String path) {
        if (limits == null) {
            return Optional.of(RouteLimits.NONE);
        }
        return attempt(
                path,
                "write whole numbers within the bounds",
                () -> new RouteLimits(
                        number(limits.requestsPerMinute(), "requestsPerMinute"),
                        number(limits.concurrentRequests(), "concurrentRequests"),
                        bytes(limits.requestBodyBytes())));
    }

    private static OptionalInt number(@Nullable Long value, String field) {
        if (value == null) {
            return OptionalInt.empty();
        }
        if (value != value.intValue()) {
            throw new IllegalArgumentException(field + ": out of range");
        }
        return OptionalInt.of(value.intValue());
    }

    private static OptionalLong bytes(@Nullable Quantity quantity) {
        if (quantity == null) {
            return OptionalLong.empty();
        }
        BigDecimal bytes;
        try {
            bytes = quantity.getNumericalAmount();
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("requestBodyBytes: not a quantity", e);
        }
        try {
            return OptionalLong.of(bytes.longValueExact());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("requestBodyBytes: not a whole number of bytes", e);
        }
    }

    private <T> Optional<T> attempt(String path, String remedy, Supplier<? extends T> make) {
        try {
            return Optional.of(make.get());
        } catch (IllegalArgumentException e) {
            problems.add(Problem.invalid(path, String.valueOf(e.getMessage()), remedy));
            return Optional.empty();
        }
    }
}
