package dev.sallyport.sidecar.main;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.sidecar.testing.RouteBuilder;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Routes to the tests' upstream. */
final class Routes {

    private Routes() {}

    static RouteBuilder https(String name, int port) {
        return RouteBuilder.https(name, "api.test:" + port);
    }

    static CredentialConfig.Header apiKey() {
        return new CredentialConfig.Header("x-api-key", new SecretRef("anthropic", "api-key"), Optional.empty());
    }

    static RouteLimits limits(int perMinute, int concurrent, long bodyBytes) {
        return new RouteLimits(
                perMinute == 0 ? OptionalInt.empty() : OptionalInt.of(perMinute),
                concurrent == 0 ? OptionalInt.empty() : OptionalInt.of(concurrent),
                bodyBytes < 0 ? OptionalLong.empty() : OptionalLong.of(bodyBytes));
    }
}
