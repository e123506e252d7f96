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

    /**
     * Puts the credential into one permitted request, in the place of its placeholder where the route has one, and takes the
     * client's own credentials out. A request to a route without a credential stays as it is; one that the policy would have
     * refused gets none, and loses the client's own and the placeholder where they stand in fields and query.
     */
    public static Injection inject(Permit permit, Credentials credentials, Draft draft) {
        RouteConfig route = permit.route().config();
        if (route.credential().isEmpty()) {
            return new Injection.Done(draft, Optional.empty());
        }
        CredentialConfig config = route.credential().get();
        if (permit.wouldDeny().isPresent()) {
            return new Injection.Done(ClientCredentials.strip(draft, config, route.placeholder()), Optional.empty());
        }
        try {
            for (SecretRef ref : config.secrets()) {
                requireUse(ref, credentials.get(ref), permit.origin());
            }
            SecretRef ref = main(config);
            SecretValue.Usable value = usable(ref, credentials);
            requireMaskable(route, ref, value);
            Draft rewritten = route.placeholder().isPresent()
                    ? new Substitution(route.placeholder().get(), config, value.secret(), ref.display()).apply(draft)
                    : set(ClientCredentials.strip(draft, config, Optional.empty()), config, credentials);
            return new Injection.Done(rewritten, Optional.of(new CredentialUse(ref.display(), value.fingerprint())));
        } catch (RefusedException e) {
            return e.refused();
        }
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

    private static void requireUse(SecretRef ref, SecretValue value, Origin origin) throws RefusedException {
        switch (value) {
            case SecretValue.Unusable unusable ->
                throw new RefusedException(
                        Reason.CREDENTIAL_UNAVAILABLE,
                        "The Secret value " + ref.display() + " that the route needs cannot be used: "
                                + unusable.message() + ".");
            case SecretValue.Unbound ignored ->
                throw new RefusedException(
                        Reason.CREDENTIAL_HOST_NOT_ALLOWED,
                        "The Secret value " + ref.display() + " can't be sent anywhere: " + SecretValue.Unbound.MESSAGE
                                + ".");
            case SecretValue.Usable usable -> {
                if (usable.allowedHosts().isPresent()
                        && usable.allowedHosts().get().stream().noneMatch(origin::matches)) {
                    throw new RefusedException(
                            Reason.CREDENTIAL_HOST_NOT_ALLOWED,
                            "The Secret " + ref.secret()
                                    + " does not let itself be sent to this host; its key allowed-hosts must name it.");
                }
            }
        }
    }

    private static void requireMaskable(RouteConfig route, SecretRef ref, SecretValue.Usable value)
            throws RefusedException {
        if (route.redactResponses() != RedactResponses.NONE && !value.secret().isMaskable()) {
            throw new RefusedException(
                    Reason.CREDENTIAL_UNAVAILABLE,
                    "The Secret value " + ref.display() + " is shorter than " + Needles.SHORTEST + " or longer than "
                            + Needles.LONGEST
                            + " bytes, so that it can't be masked in answers: take another one, or set"
                            + " the route's redactResponses to None.");
        }
    }

    private static Draft set(Draft draft, CredentialConfig config, Credentials credentials) throws RefusedException {
        switch (config) {
            case CredentialConfig.Bearer bearer ->
                draft.fields()
                        .add(
                                AUTHORIZATION,
                                "Bearer "
                                        + usable(bearer.token(), credentials)
                                                .secret()
                                                .fieldText());
            case CredentialConfig.Header header ->
                draft.fields()
                        .add(
                                header.name(),
                                header.prefix().orElse("")
                                        + usable(header.value(), credentials)
                                                .secret()
                                                .fieldText());
            case CredentialConfig.Basic basic ->
                draft.fields().add(AUTHORIZATION, "Basic " + basicText(basic, credentials));
            case CredentialConfig.Query query -> {
                String value = usable(query.value(), credentials).secret().queryText();
                return draft.withQuery(FormValues.with(draft.query(), query.name(), value));
            }
        }
        return draft;
    }

    private static String basicText(CredentialConfig.Basic basic, Credentials credentials) throws RefusedException {
        byte[] username = basic.username().orElse("").getBytes(StandardCharsets.UTF_8);
        if (basic.usernameSecret().isPresent()) {
            Secret secret = usable(basic.usernameSecret().get(), credentials).secret();
            if (secret.holds(':')) {
                throw new RefusedException(
                        Reason.CREDENTIAL_UNAVAILABLE,
                        "The Secret value " + basic.usernameSecret().get().display()
                                + " has a colon, which no user name may have (RFC 7617).");
            }
            username = secret.octets();
        }
        return usable(basic.password(), credentials).secret().basicText(username);
    }

    private static SecretValue.Usable usable(SecretRef ref, Credentials credentials) {
        if (credentials.get(ref) instanceof SecretValue.Usable usable) {
            return usable;
        }
        throw new IllegalStateException("An unusable value was not refused");
    }
}
