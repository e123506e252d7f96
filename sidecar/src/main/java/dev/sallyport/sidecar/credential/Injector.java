package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.audit.AuditedRequest.CredentialUse;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.sidecar.policy.Permit;
import dev.sallyport.sidecar.redact.Needles;
import dev.sallyport.sidecar.route.Origin;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Turns a permit and the current values into what is put into the request. */
public final class Injector {

    private static final String AUTHORIZATION = "Authorization";

    private Injector() {}

    /** The injection for one permitted request. */
    public static Injection inject(Permit permit, Credentials credentials) {
        Optional<CredentialConfig> config = permit.route().config().credential();
        if (config.isEmpty()) {
            return Injection.None.UNCREDENTIALED_ROUTE;
        }
        if (permit.wouldDeny().isPresent()) {
            return Injection.None.WITHHELD;
        }
        for (SecretRef ref : config.get().secrets()) {
            Optional<Injection> refusal = refusal(ref, credentials.get(ref), permit.origin());
            if (refusal.isPresent()) {
                return refusal.get();
            }
        }
        return injection(config.get(), credentials);
    }

    /**
     * Puts the credential into one permitted request, in the place of its placeholder where the route has one, and takes the
     * client's own credentials out. A request to a route without a credential stays as it is; one that the policy would have
     * refused gets none, and loses the client's own and the placeholder where they stand in fields and query.
     */
    public static Injection.Outcome inject(Permit permit, Credentials credentials, Draft draft) {
        RouteConfig route = permit.route().config();
        if (route.credential().isEmpty()) {
            return new Injection.Done(draft, Optional.empty());
        }
        CredentialConfig config = route.credential().get();
        if (permit.wouldDeny().isPresent()) {
            return new Injection.Done(ClientCredentials.strip(draft, config, route.placeholder()), Optional.empty());
        }
        for (SecretRef ref : config.secrets()) {
            if (refusal(ref, credentials.get(ref), permit.origin()).orElse(null) instanceof Injection.Refused refused) {
                return refused;
            }
        }
        SecretRef ref = main(config);
        SecretValue.Usable value = usable(ref, credentials);
        if (route.redactResponses() != RedactResponses.NONE && !value.secret().isMaskable()) {
            return new Injection.Refused(
                    Reason.CREDENTIAL_UNAVAILABLE,
                    "The Secret value " + ref.display() + " is shorter than " + Needles.SHORTEST + " or longer than "
                            + Needles.LONGEST
                            + " bytes, so that it can't be masked in answers: take another one, or set"
                            + " the route's redactResponses to None.");
        }
        try {
            Draft rewritten = route.placeholder().isPresent()
                    ? new Substitution(route.placeholder().get(), config, value.secret(), ref.display()).apply(draft)
                    : set(ClientCredentials.strip(draft, config, Optional.empty()), injection(config, credentials));
            return new Injection.Done(rewritten, Optional.of(use(ref, value)));
        } catch (RefusedException e) {
            return e.refused();
        }
    }

    private static Draft set(Draft draft, Injection injection) throws RefusedException {
        return switch (injection) {
            case Injection.Field field -> {
                draft.fields().add(field.name(), field.value());
                yield draft;
            }
            case Injection.Query query -> draft.withQuery(FormValues.with(draft.query(), query.name(), query.value()));
            case Injection.Refused refused -> throw new RefusedException(refused.reason(), refused.message());
            case Injection.None none -> draft;
        };
    }

    /** The value that is the secret itself: for Basic the password. */
    private static SecretRef main(CredentialConfig config) {
        return switch (config) {
            case CredentialConfig.Bearer bearer -> bearer.token();
            case CredentialConfig.Header header -> header.value();
            case CredentialConfig.Basic basic -> basic.password();
            case CredentialConfig.Query query -> query.value();
        };
    }

    private static Optional<Injection> refusal(SecretRef ref, SecretValue value, Origin origin) {
        return switch (value) {
            case SecretValue.Unusable unusable ->
                Optional.of(new Injection.Refused(
                        Reason.CREDENTIAL_UNAVAILABLE,
                        "The Secret value " + ref.display() + " that the route needs cannot be used: "
                                + unusable.message() + "."));
            case SecretValue.Usable usable ->
                usable.allowedHosts()
                        .filter(patterns -> patterns.stream().noneMatch(origin::matches))
                        .map(patterns -> new Injection.Refused(
                                Reason.CREDENTIAL_HOST_NOT_ALLOWED,
                                "The Secret " + ref.secret()
                                        + " does not let itself be sent to this host; its key allowed-hosts must name"
                                        + " it."));
        };
    }

    private static Injection injection(CredentialConfig config, Credentials credentials) {
        return switch (config) {
            case CredentialConfig.Bearer bearer -> {
                SecretValue.Usable token = usable(bearer.token(), credentials);
                yield new Injection.Field(
                        AUTHORIZATION, "Bearer " + token.secret().fieldText(), use(bearer.token(), token));
            }
            case CredentialConfig.Header header -> {
                SecretValue.Usable value = usable(header.value(), credentials);
                yield new Injection.Field(
                        header.name(),
                        header.prefix().orElse("") + value.secret().fieldText(),
                        use(header.value(), value));
            }
            case CredentialConfig.Basic basic -> basic(basic, credentials);
            case CredentialConfig.Query query -> {
                SecretValue.Usable value = usable(query.value(), credentials);
                yield new Injection.Query(query.name(), value.secret().queryText(), use(query.value(), value));
            }
        };
    }

    private static Injection basic(CredentialConfig.Basic basic, Credentials credentials) {
        byte[] username;
        if (basic.usernameSecret().isPresent()) {
            Secret secret = usable(basic.usernameSecret().get(), credentials).secret();
            if (secret.holds(':')) {
                return new Injection.Refused(
                        Reason.CREDENTIAL_UNAVAILABLE,
                        "The Secret value " + basic.usernameSecret().get().display()
                                + " has a colon, which no user name may have (RFC 7617).");
            }
            username = secret.octets();
        } else {
            username = basic.username().orElse("").getBytes(StandardCharsets.UTF_8);
        }
        SecretValue.Usable password = usable(basic.password(), credentials);
        return new Injection.Field(
                AUTHORIZATION, "Basic " + password.secret().basicText(username), use(basic.password(), password));
    }

    private static SecretValue.Usable usable(SecretRef ref, Credentials credentials) {
        if (credentials.get(ref) instanceof SecretValue.Usable usable) {
            return usable;
        }
        throw new IllegalStateException("An unusable value was not refused");
    }

    private static CredentialUse use(SecretRef ref, SecretValue.Usable value) {
        return new CredentialUse(ref.display(), value.fingerprint());
    }
}
