package dev.sallyport.api.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way out of the sandbox. No {@code rules} means every method and path; no {@code credential}, {@code limits} or
 * {@code baseUrl} means none.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "self.hosts.all(h, !h.substring(1).contains('*'))",
        fieldPath = ".hosts",
        reason = "FieldValueInvalid",
        message = "a wildcard stands only for the whole left-most label: write *.example.com")
@ValidationRule(
        value = "self.scheme != 'HTTP' || !has(self.credential)",
        fieldPath = ".credential",
        reason = "FieldValueForbidden",
        message = "a credential never leaves unencrypted: use scheme HTTPS or leave the credential out")
@ValidationRule(
        value = "self.scheme != 'HTTP' || !has(self.tls)",
        fieldPath = ".tls",
        reason = "FieldValueForbidden",
        message = "scheme HTTP has no TLS: use scheme HTTPS or leave tls out")
@ValidationRule(
        value = "!has(self.tls) || self.tls.mode != 'Passthrough' || !has(self.credential)",
        fieldPath = ".credential",
        reason = "FieldValueForbidden",
        message = "nothing can be put into a Passthrough tunnel: use tls.mode Intercept or leave the credential out")
@ValidationRule(
        value = "!has(self.tls) || self.tls.mode != 'Passthrough' || !has(self.baseUrl)",
        fieldPath = ".baseUrl",
        reason = "FieldValueForbidden",
        message = "a base URL has no TLS to pass through: use tls.mode Intercept or leave baseUrl out")
@ValidationRule(
        value = "!has(self.tls) || self.tls.mode != 'Passthrough' || !has(self.rules) || self.rules.size() == 0",
        fieldPath = ".rules",
        reason = "FieldValueForbidden",
        message = "requests in a Passthrough tunnel are not seen: use tls.mode Intercept or leave the rules out")
@ValidationRule(
        value = "!has(self.tls) || self.tls.mode != 'Passthrough' || !has(self.limits) || "
                + "(!has(self.limits.requestsPerMinute) && !has(self.limits.requestBodyBytes))",
        fieldPath = ".limits",
        reason = "FieldValueForbidden",
        message = "requests in a Passthrough tunnel are not counted: use tls.mode Intercept or leave out "
                + "requestsPerMinute and requestBodyBytes; concurrentRequests bounds the tunnels")
@ValidationRule(
        value = "!has(self.baseUrl) || has(self.baseUrl.host) || "
                + "(self.hosts.size() == 1 && !self.hosts[0].startsWith('*'))",
        fieldPath = ".baseUrl",
        reason = "FieldValueRequired",
        message = "a base URL leads to one host: say which in baseUrl.host, "
                + "since the route has several or a wildcard")
@ValidationRule(
        value = "!has(self.baseUrl) || !has(self.baseUrl.host) || self.hosts.exists(h, h == self.baseUrl.host || "
                + "(h.startsWith('*.') && self.baseUrl.host.contains('.') && "
                + "self.baseUrl.host.substring(self.baseUrl.host.indexOf('.')) == h.substring(1)))",
        fieldPath = ".baseUrl.host",
        reason = "FieldValueInvalid",
        message = "baseUrl.host must be one of the route's hosts, or match a wildcard of them, port included")
public record Route(
        @Required
        @JsonPropertyDescription("Unique in the sandbox: it names the route in the audit log, in the status and, "
                + "as the first path segment, under the proxy's base URL.")
        @Pattern(Patterns.DNS_LABEL) @Size(min = 1, max = 63) String name,

        @Required
        @JsonPropertyDescription("Hosts in lower case, each with an optional port: api.example.com, "
                + "*.example.com for exactly one left-most label, an IPv4 or a bracketed IPv6 address. "
                + "The port defaults to 443, with scheme HTTP to 80.")
        @Size(min = 1, max = 32) List<@Pattern(Patterns.HOST_PATTERN) @Size(min = 1, max = 261) String> hosts,

        @JsonPropertyDescription("How the proxy talks to the hosts. HTTP is refused on a route with a credential.")
        @Default("HTTPS")
        Scheme scheme,

        @JsonPropertyDescription("Which addresses the hosts may resolve to. Public: globally reachable ones. "
                + "Private: private and cluster addresses too, never loopback, link-local or a metadata service.")
        @Default("Public")
        Addresses addresses,

        @JsonPropertyDescription(
                "What is done with the agent's TLS, and whom the proxy trusts. Unset: intercepted, public roots.")
        @Nullable Tls tls,

        @JsonPropertyDescription("What the proxy puts into each permitted request: exactly one kind. "
                + "Unset: requests pass with what the agent sent.")
        @Nullable Credential credential,

        @JsonPropertyDescription("How agents that take a base URL learn of the route.") @Nullable BaseUrl baseUrl,

        @JsonPropertyDescription("A request is permitted if one rule matches. Empty: every method and path.")
        @Size(max = 32) List<Rule> rules,

        @JsonPropertyDescription("Bounds on what the agent may send through this route. Unset: none.") @Nullable Limits limits,

        @JsonPropertyDescription("How an echoed credential is kept from the agent. None changes nothing, Headers masks "
                + "it in response headers, Full in bodies and WebSocket messages too. "
                + "Unset: Headers on a route with a credential, else None.")
        @Nullable RedactResponses redactResponses,

        @JsonPropertyDescription("What the audit log shows of this route's requests. "
                + "Unset: a query's parameter names without their values.")
        @Nullable RouteAudit audit) {

    public Route {
        hosts = Absent.asEmpty(hosts);
        scheme = requireNonNullElse(scheme, Scheme.HTTPS);
        addresses = requireNonNullElse(addresses, Addresses.Public);
        rules = Absent.asEmpty(rules);
    }

    /** {@code tls.mode}, or its default where {@code tls} is unset. */
    public TlsMode tlsMode() {
        return tls == null ? TlsMode.Intercept : tls.mode();
    }

    /** {@code redactResponses}, or what being unset means for this route. */
    public RedactResponses redaction() {
        if (redactResponses != null) {
            return redactResponses;
        }
        return credential == null ? RedactResponses.None : RedactResponses.Headers;
    }

    /** {@code audit.query}, or its default where {@code audit} is unset. */
    public QueryLogging queryLogging() {
        return audit == null ? QueryLogging.Names : audit.query();
    }
}
