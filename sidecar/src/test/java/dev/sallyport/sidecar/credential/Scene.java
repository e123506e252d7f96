package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.config.Addresses;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.PathPattern;
import dev.sallyport.contract.config.PlaceholderConfig;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.contract.config.QueryLogging;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.contract.config.TlsMode;
import dev.sallyport.contract.status.ProxyReport.CredentialState.State;
import dev.sallyport.sidecar.policy.Permit;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.policy.PolicyRequest;
import dev.sallyport.sidecar.policy.when.InvalidConditionException;
import dev.sallyport.sidecar.policy.when.RequestFacts;
import dev.sallyport.sidecar.route.AmbiguousPathException;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.RequestPath;
import dev.sallyport.sidecar.route.Route;
import dev.sallyport.sidecar.route.RouteTable;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A route with a credential, its Secret values, and a request to it that the policy permits. */
final class Scene {

    static final String TOKEN = "slp_0123456789abcdefghij-KLM";
    static final SecretRef REF = new SecretRef("work", "token");
    static final SecretRef USER = new SecretRef("work", "user");
    static final CredentialConfig BEARER = new CredentialConfig.Bearer(REF);
    static final CredentialConfig HEADER = new CredentialConfig.Header("X-Api-Key", REF, Optional.empty());
    static final CredentialConfig QUERY = new CredentialConfig.Query("key", REF);
    static final CredentialConfig BASIC = new CredentialConfig.Basic(Optional.of("git"), Optional.empty(), REF);

    private final Map<SecretRef, SecretValue> values = new HashMap<>();
    private Optional<CredentialConfig> credential;
    private Optional<PlaceholderConfig> placeholder = Optional.empty();
    private RedactResponses redact = RedactResponses.HEADERS;
    private List<RuleConfig> rules = List.of();
    private Enforcement enforcement = Enforcement.ENFORCE;
    private String path = "/v1/x";
    private String query = "";
    private final HttpHeaders fields = new DefaultHttpHeaders();
    private Optional<byte[]> body = Optional.empty();
    private String contentType = "";

    private Scene(Optional<CredentialConfig> credential) {
        this.credential = credential;
    }

    static Scene uncredentialed() {
        return new Scene(Optional.empty());
    }

    static Scene of(CredentialConfig credential, String secret) {
        return new Scene(Optional.of(credential)).secret(REF, secret);
    }

    Scene secret(SecretRef ref, String value) {
        return secret(ref, value.getBytes(StandardCharsets.UTF_8), Optional.empty());
    }

    Scene secret(SecretRef ref, byte[] value, Optional<List<HostPattern>> allowedHosts) {
        values.put(
                ref,
                new SecretValue.Usable(
                        new Secret(value),
                        String.format("%016x", ref.key().hashCode()),
                        allowedHosts,
                        Optional.empty()));
        return this;
    }

    Scene unbound(SecretRef ref) {
        values.put(ref, new SecretValue.Unbound());
        return this;
    }

    Scene unusable(SecretRef ref) {
        values.put(ref, new SecretValue.Unusable(State.MISSING, "the Secret is not there, or not mounted yet"));
        return this;
    }

    Scene placeholder(Place... in) {
        return placeholder(new PlaceholderConfig(TOKEN, List.of(in)));
    }

    Scene placeholder(PlaceholderConfig config) {
        placeholder = Optional.of(config);
        return this;
    }

    Scene redact(RedactResponses where) {
        redact = where;
        return this;
    }

    /** As if the policy had refused it, but were not enforced. */
    Scene wouldBeDenied() {
        enforcement = Enforcement.AUDIT;
        rules = List.of(new RuleConfig(List.of("GET"), List.of(new PathPattern("/nowhere")), Optional.empty()));
        return this;
    }

    Scene path(String text) {
        path = text;
        return this;
    }

    Scene query(String text) {
        query = text;
        return this;
    }

    Scene field(String name, String value) {
        fields.add(name, value);
        return this;
    }

    Scene body(String type, String text) {
        return body(type, text.getBytes(StandardCharsets.UTF_8));
    }

    Scene body(String type, byte[] octets) {
        contentType = type;
        body = Optional.of(octets);
        return this;
    }

    RouteConfig route() {
        return new RouteConfig(
                "work",
                Scheme.HTTPS,
                List.of(HostPattern.parse("api.example.com")),
                Addresses.PUBLIC,
                Optional.empty(),
                credential,
                Optional.empty(),
                rules,
                RouteLimits.NONE,
                TlsMode.INTERCEPT,
                placeholder,
                redact,
                QueryLogging.NAMES);
    }

    Credentials credentials() {
        return new Credentials(List.copyOf(values.keySet()), values);
    }

    Injection inject() {
        return Injector.inject(
                permit(route(), path, enforcement),
                credentials(),
                new Draft("GET", path, query, fields, body, contentType));
    }

    /** The request's own fields. */
    HttpHeaders fields() {
        return fields;
    }

    Draft draft() {
        return ((Injection.Done) inject()).rewritten();
    }

    Injection.Refused refused() {
        return (Injection.Refused) inject();
    }

    /** A request to the route, with these values. */
    static Draft inject(RouteConfig config, Credentials credentials) {
        Draft draft = new Draft("GET", "/", "", new DefaultHttpHeaders(), Optional.empty(), "");
        return ((Injection.Done) Injector.inject(permit(config, "/", Enforcement.ENFORCE), credentials, draft))
                .rewritten();
    }

    private static Permit permit(RouteConfig config, String path, Enforcement enforcement) {
        try {
            Route route = new RouteTable(List.of(config)).named("work").orElseThrow();
            Origin origin = route.baseUrl().orElseThrow();
            RequestPath normal = RequestPath.parse(path);
            RequestFacts facts =
                    new RequestFacts("GET", origin.host(), normal.normal(), "", List.of(), Optional.empty());
            return (Permit) new Policy(() -> 0)
                    .judge(
                            new PolicyRequest(route, origin, normal, facts, OptionalLong.empty(), true),
                            enforcement,
                            RouteLimits.NONE);
        } catch (AmbiguousPathException | InvalidConditionException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
