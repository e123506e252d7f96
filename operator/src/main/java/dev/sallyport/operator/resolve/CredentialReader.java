package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.Credential;
import dev.sallyport.api.v1alpha1.CredentialKind;
import dev.sallyport.api.v1alpha1.Placeholder;
import dev.sallyport.api.v1alpha1.PlaceholderLocation;
import dev.sallyport.api.v1alpha1.SecretKeySelector;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.PlaceholderConfig;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Problem;
import java.util.List;
import java.util.Optional;

/** Reads what is put into a route's requests, and what stands for it on the agent's side. */
final class CredentialReader {

    private final AgentVariables variables;
    private final Problems problems;

    CredentialReader(AgentVariables variables, Problems problems) {
        this.variables = variables;
        this.problems = problems;
    }

    /** The credential; empty: it has a problem. */
    Optional<CredentialConfig> credential(Credential credential, String path) {
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
                        .flatMap(ref -> problems.attempt(
                                path + ".header",
                                "name a header that neither frames nor routes the message",
                                () -> new CredentialConfig.Header(
                                        header.name(), ref, Optional.ofNullable(header.prefix()))));
            case CredentialKind.Basic basic -> basic(basic, path + ".basic");
            case CredentialKind.Query query ->
                secret(query.secretKeyRef(), path + ".query.secretKeyRef")
                        .flatMap(ref -> problems.attempt(
                                path + ".query",
                                "use letters, digits, -, ., _ and ~",
                                () -> new CredentialConfig.Query(query.name(), ref)));
            case CredentialKind.OAuth2 ignored -> unsupported(path + ".oauth2");
            case CredentialKind.GitHubApp ignored -> unsupported(path + ".gitHubApp");
            case CredentialKind.AwsSigV4 ignored -> unsupported(path + ".awsSigV4");
            case CredentialKind.GoogleServiceAccount ignored -> unsupported(path + ".googleServiceAccount");
        };
    }

    /** The placeholder; empty: it has a problem. */
    Optional<PlaceholderConfig> placeholder(Placeholder placeholder, String path) {
        String token = variables.placeholder(placeholder.env(), path + ".env");
        return problems.attempt(
                path + ".in",
                "name each place once, or leave it out to get Header and Basic",
                () -> new PlaceholderConfig(
                        token,
                        placeholder.in().stream().map(CredentialReader::place).toList()));
    }

    private static Place place(PlaceholderLocation location) {
        return switch (location) {
            case Header -> Place.HEADER;
            case Basic -> Place.BASIC;
            case Query -> Place.QUERY;
            case Path -> Place.PATH;
            case Body -> Place.BODY;
        };
    }

    private Optional<CredentialConfig> basic(CredentialKind.Basic basic, String path) {
        Optional<SecretRef> password = secret(basic.passwordSecretKeyRef(), path + ".passwordSecretKeyRef");
        SecretKeySelector usernameSelector = basic.usernameSecretKeyRef();
        Optional<SecretRef> username =
                usernameSelector == null ? Optional.empty() : secret(usernameSelector, path + ".usernameSecretKeyRef");
        return password.flatMap(ref -> problems.attempt(
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
        if (Names.ALLOWED_HOSTS_KEY.equals(selector.key())) {
            problems.add(Problem.invalid(
                    path + ".key",
                    "the key " + Names.ALLOWED_HOSTS_KEY + " binds a Secret to hosts and is no credential",
                    "name the key that holds the credential"));
            return Optional.empty();
        }
        return problems.attempt(
                path, "name a Secret and a key of it", () -> new SecretRef(selector.name(), selector.key()));
    }
}
