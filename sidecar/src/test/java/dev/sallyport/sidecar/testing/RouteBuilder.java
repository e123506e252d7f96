package dev.sallyport.sidecar.testing;

import dev.sallyport.contract.config.Addresses;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.PathPattern;
import dev.sallyport.contract.config.PlaceholderConfig;
import dev.sallyport.contract.config.QueryLogging;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.contract.config.TlsMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A route for a test: all of it at its default, but for what the test is about. */
public final class RouteBuilder {

    private final String name;
    private final List<HostPattern> hosts;
    private final List<RuleConfig> rules = new ArrayList<>();
    private Scheme scheme = Scheme.HTTPS;
    private Addresses addresses = Addresses.PUBLIC;
    private Optional<String> trusted = Optional.of(TestAuthority.pem());
    private Optional<CredentialConfig> credential = Optional.empty();
    private Optional<HostPattern> baseUrlHost = Optional.empty();
    private RouteLimits limits = RouteLimits.NONE;
    private TlsMode tlsMode = TlsMode.INTERCEPT;
    private Optional<PlaceholderConfig> placeholder = Optional.empty();
    private RedactResponses redactResponses = RedactResponses.HEADERS;
    private QueryLogging queryLogging = QueryLogging.NAMES;

    private RouteBuilder(String name, List<HostPattern> hosts) {
        this.name = name;
        this.hosts = hosts;
    }

    /** An HTTPS route to these hosts that trusts the tests' authority. */
    public static RouteBuilder https(String name, String... hosts) {
        return new RouteBuilder(name, Stream.of(hosts).map(HostPattern::parse).toList());
    }

    /** A plain-text route to these hosts. */
    public static RouteBuilder http(String name, String... hosts) {
        RouteBuilder route = https(name, hosts);
        route.scheme = Scheme.HTTP;
        route.trusted = Optional.empty();
        return route;
    }

    /** A tunnelled route to these hosts. */
    public static RouteBuilder passthrough(String name, String... hosts) {
        RouteBuilder route = https(name, hosts);
        route.tlsMode = TlsMode.PASSTHROUGH;
        route.trusted = Optional.empty();
        return route;
    }

    public RouteBuilder addresses(Addresses setting) {
        addresses = setting;
        return this;
    }

    public RouteBuilder trusted(Optional<String> certificates) {
        trusted = certificates;
        return this;
    }

    public RouteBuilder credential(CredentialConfig kind) {
        credential = Optional.of(kind);
        return this;
    }

    public RouteBuilder baseUrlHost(String host) {
        baseUrlHost = Optional.of(HostPattern.parse(host));
        return this;
    }

    public RouteBuilder rule(List<String> methods, String... paths) {
        return rule(
                new RuleConfig(methods, Stream.of(paths).map(PathPattern::new).toList(), Optional.empty()));
    }

    public RouteBuilder rule(RuleConfig rule) {
        rules.add(rule);
        return this;
    }

    public RouteBuilder limits(RouteLimits bounds) {
        limits = bounds;
        return this;
    }

    public RouteBuilder placeholder(String token, PlaceholderConfig.Place... in) {
        placeholder = Optional.of(new PlaceholderConfig(
                token,
                in.length == 0 ? List.of(PlaceholderConfig.Place.HEADER, PlaceholderConfig.Place.BASIC) : List.of(in)));
        return this;
    }

    public RouteBuilder redact(RedactResponses where) {
        redactResponses = where;
        return this;
    }

    public RouteBuilder queryLogging(QueryLogging setting) {
        queryLogging = setting;
        return this;
    }

    public RouteConfig build() {
        return new RouteConfig(
                name,
                scheme,
                hosts,
                addresses,
                trusted,
                credential,
                baseUrlHost,
                rules,
                limits,
                tlsMode,
                placeholder,
                redactResponses,
                queryLogging);
    }
}
