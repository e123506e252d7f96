package dev.sallyport.contract.config;

import dev.sallyport.contract.json.Require;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One way out: hosts, what may be asked of them, and with which credential.
 *
 * @param name a DNS label (RFC 1123): also the first path segment of the reverse form
 * @param scheme how the hosts are spoken to; absent: HTTPS
 * @param hosts 1 to 64
 * @param addresses where the hosts' names may resolve to; absent: public addresses
 * @param trustedCertificates PEM certificates of further authorities that the hosts' certificates may come from,
 *     besides the public roots; absent: none
 * @param credential what is put into permitted requests; absent: nothing, and the client's own credentials pass
 * @param baseUrlHost which host the reverse form reaches, {@code name} or {@code name:port}; absent: the only host,
 *     where there is one and it is no wildcard, otherwise none
 * @param rules what may be asked, at most 64; empty: everything
 * @param limits bounds; absent: none but the proxy's own
 * @param tlsMode what is done with a client's TLS; absent: intercepted. Passthrough takes no credential, no rules, no base
 *     URL and no limits but {@code concurrentRequests}, as what is inside is not seen
 * @param placeholder what stands for the credential on the agent's side; absent: the credential goes into every
 *     permitted request
 * @param redactResponses where an echoed credential is masked; absent: in headers; of no effect without a credential
 * @param queryLogging how much of a query the audit log shows; absent: the parameters' names
 */
public record RouteConfig(
        String name,
        Scheme scheme,
        List<HostPattern> hosts,
        Addresses addresses,
        Optional<String> trustedCertificates,
        Optional<CredentialConfig> credential,
        Optional<HostPattern> baseUrlHost,
        List<RuleConfig> rules,
        RouteLimits limits,
        TlsMode tlsMode,
        Optional<PlaceholderConfig> placeholder,
        RedactResponses redactResponses,
        QueryLogging queryLogging) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    public RouteConfig {
        Require.that(NAME.matcher(Require.present(name, "name")).matches(), "name: not a DNS label");
        scheme = Require.orElse(scheme, Scheme.HTTPS);
        hosts = List.copyOf(Require.present(hosts, "hosts"));
        Require.range(hosts.size(), 1, 64, "hosts: their number");
        addresses = Require.orElse(addresses, Addresses.PUBLIC);
        trustedCertificates = Require.orElse(trustedCertificates, Optional.empty());
        credential = Require.orElse(credential, Optional.empty());
        baseUrlHost = Require.orElse(baseUrlHost, Optional.empty());
        rules = List.copyOf(Require.orElse(rules, List.of()));
        limits = Require.orElse(limits, RouteLimits.NONE);
        tlsMode = Require.orElse(tlsMode, TlsMode.INTERCEPT);
        placeholder = Require.orElse(placeholder, Optional.empty());
        redactResponses = Require.orElse(redactResponses, RedactResponses.HEADERS);
        queryLogging = Require.orElse(queryLogging, QueryLogging.NAMES);
        Require.that(rules.size() <= 64, "rules: more than 64");
        Require.that(credential.isEmpty() || scheme == Scheme.HTTPS, "credential: none over plain HTTP");
        Require.that(
                trustedCertificates.isEmpty() || scheme == Scheme.HTTPS,
                "trustedCertificates: of no use over plain HTTP");
        Require.that(baseUrlHost.isEmpty() || baseUrlHost.get().isLiteral(), "baseUrlHost: a wildcard");
        Require.that(placeholder.isEmpty() || credential.isPresent(), "placeholder: stands for no credential");
        if (tlsMode == TlsMode.PASSTHROUGH) {
            Require.that(scheme == Scheme.HTTPS, "tlsMode: plain HTTP has no TLS to pass through");
            Require.that(
                    credential.isEmpty() && rules.isEmpty() && baseUrlHost.isEmpty() && trustedCertificates.isEmpty(),
                    "tlsMode: Passthrough takes no credential, rules, baseUrlHost or trustedCertificates");
            Require.that(
                    limits.requestsPerMinute().isEmpty()
                            && limits.requestBodyBytes().isEmpty(),
                    "tlsMode: Passthrough takes no limits but concurrentRequests");
        }
    }
}
