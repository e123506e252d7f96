package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.PlaceholderConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The credentials that a client may send of its own, which don't pass where a route has one. */
final class ClientCredentials {

    private static final Set<String> FIELDS =
            Set.of("authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key");

    private ClientCredentials() {}

    /** Whether a field is one, on a route with this credential. */
    static boolean isOne(String name, CredentialConfig config) {
        return FIELDS.contains(name.toLowerCase(Locale.ROOT))
                || (config instanceof CredentialConfig.Header header
                        && header.name().equalsIgnoreCase(name));
    }

    /**
     * Takes them out of a request, and the placeholder out of its fields and its query.
     *
     * @param draft its fields are changed
     */
    static Draft strip(Draft draft, CredentialConfig config, Optional<PlaceholderConfig> placeholder) {
        List<String> names = new ArrayList<>();
        Optional<Tokens> token = placeholder.map(given -> new Tokens(List.of(given.token())));
        for (Map.Entry<String, String> field : draft.fields()) {
            if (isOne(field.getKey(), config)
                    || token.filter(own -> own.areIn(field.getValue(), Spelling.RAW))
                            .isPresent()) {
                names.add(field.getKey());
            }
        }
        names.forEach(draft.fields()::remove);
        return draft.withQuery(FormValues.without(
                draft.query(),
                (name, pair) -> (config instanceof CredentialConfig.Query query && name.equals(query.name()))
                        || token.filter(own -> own.areIn(pair, Spelling.PERCENT))
                                .isPresent()));
    }
}
