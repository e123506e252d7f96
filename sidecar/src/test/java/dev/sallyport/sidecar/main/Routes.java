package dev.sallyport.sidecar.main;

import dev.sallyport.contract.config.Addresses;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.PathPattern;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.sidecar.testing.TestAuthority;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Routes for tests. */
final class Routes {

    private Routes() {}

    static RouteConfig https(String name, int port) {
        return new RouteConfig(
                name,
                Scheme.HTTPS,
                List.of(HostPattern.parse("api.test:" + port)),
                Addresses.PUBLIC,
                Optional.of(TestAuthority.pem()),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                RouteLimits.NONE);
    }

    static CredentialConfig.Header apiKey() {
        return new CredentialConfig.Header("x-api-key", new SecretRef("anthropic", "api-key"), Optional.empty());
    }

    static RouteConfig with(RouteConfig route, CredentialConfig credential) {
        return new RouteConfig(
                route.name(),
                route.scheme(),
                route.hosts(),
                route.addresses(),
                route.trustedCertificates(),
                Optional.of(credential),
                route.baseUrlHost(),
                route.rules(),
                route.limits());
    }

    static RouteConfig with(RouteConfig route, RuleConfig... rules) {
        return new RouteConfig(
                route.name(),
                route.scheme(),
                route.hosts(),
                route.addresses(),
                route.trustedCertificates(),
                route.credential(),
                route.baseUrlHost(),
                List.of(rules),
                route.limits());
    }

    static RouteConfig with(RouteConfig route, RouteLimits limits) {
        return new RouteConfig(
                route.name(),
                route.scheme(),
                route.hosts(),
                route.addresses(),
                route.trustedCertificates(),
                route.credential(),
                route.baseUrlHost(),
                route.rules(),
                limits);
    }

    static RuleConfig rule(List<String> methods, String... paths) {
        return new RuleConfig(
                methods, List.of(paths).stream().map(PathPattern::new).toList());
    }

    static RouteLimits limits(int perMinute, int concurrent, long bodyBytes) {
        return new RouteLimits(
                perMinute == 0 ? OptionalInt.empty() : OptionalInt.of(perMinute),
                concurrent == 0 ? OptionalInt.empty() : OptionalInt.of(concurrent),
                bodyBytes < 0 ? OptionalLong.empty() : OptionalLong.of(bodyBytes));
    }
}
