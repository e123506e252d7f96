package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.ConfigMapKeySelector;
import dev.sallyport.api.v1alpha1.Limits;
import dev.sallyport.api.v1alpha1.Route;
import dev.sallyport.api.v1alpha1.Scheme;
import dev.sallyport.api.v1alpha1.Tls;
import dev.sallyport.contract.config.TlsMode;
import dev.sallyport.operator.model.Problem;
import java.util.Map;
import java.util.Optional;

/** Reads what is done with a route's TLS, and whom the proxy trusts. */
final class TlsReader {

    private final Map<ConfigMapKeySelector, Reference> references;
    private final Problems problems;

    TlsReader(Map<ConfigMapKeySelector, Reference> references, Problems problems) {
        this.references = references;
        this.problems = problems;
    }

    /** The mode. What a tunnel makes impossible on its route are problems, as the schema's rules have it. */
    TlsMode mode(Route route, String path) {
        if (route.tls() != null && route.scheme() == Scheme.HTTP) {
            problems.add(Problem.invalid(path + ".tls", "scheme HTTP has no TLS", "use scheme HTTPS, or leave it out"));
        }
        return switch (route.tlsMode()) {
            case Intercept -> TlsMode.INTERCEPT;
            case Passthrough -> {
                passthrough(route, path);
                yield TlsMode.PASSTHROUGH;
            }
        };
    }

    private void passthrough(Route route, String path) {
        if (route.credential() != null) {
            refuse(path + ".credential", "nothing can be put into a Passthrough tunnel");
        }
        if (!route.rules().isEmpty()) {
            refuse(path + ".rules", "requests in a Passthrough tunnel are not seen");
        }
        if (route.baseUrl() != null) {
            refuse(path + ".baseUrl", "a base URL has no TLS to pass through");
        }
        if (route.tls() != null && route.tls().caConfigMapRef() != null) {
            refuse(path + ".tls.caConfigMapRef", "in a Passthrough tunnel the agent verifies the upstream itself");
        }
        Limits limits = route.limits();
        if (limits != null && (limits.requestsPerMinute() != null || limits.requestBodyBytes() != null)) {
            refuse(path + ".limits", "of a Passthrough tunnel only concurrentRequests can be bounded");
        }
    }

    private void refuse(String path, String message) {
        problems.add(Problem.invalid(path, message, "use tls.mode Intercept, or leave it out"));
    }

    /** The certificates that the route names; empty: it names none, or they have a problem. */
    Optional<String> certificates(Route route, String path) {
        Tls tls = route.tls();
        ConfigMapKeySelector selector = tls == null ? null : tls.caConfigMapRef();
        if (selector == null) {
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
}
