package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.FieldNames;
import dev.sallyport.contract.config.PlaceholderConfig;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.sidecar.route.AmbiguousPathException;
import dev.sallyport.sidecar.route.RequestPath;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts a secret in a placeholder's place, wherever it stands in one request, and only where it may stand. A token that is
 * left afterwards is misused. For one request.
 */
final class Substitution {

    private final PlaceholderConfig placeholder;
    private final CredentialConfig config;
    private final Secret secret;
    private final String secretName;
    private final Tokens tokens;
    private boolean any;

    /** @param secretName how messages call the secret */
    Substitution(PlaceholderConfig placeholder, CredentialConfig config, Secret secret, String secretName) {
        this.placeholder = placeholder;
        this.config = config;
        this.secret = secret;
        this.secretName = secretName;
        this.tokens = new Tokens(List.of(placeholder.token()));
    }

    /** @throws RefusedException if the token is nowhere or where it may not be, or the secret can't stand there */
    Draft apply(Draft draft) throws RefusedException {
        Draft replaced = new Draft(
                draft.method(),
                path(draft.path()),
                query(draft.query()),
                fields(draft.fields()),
                body(draft),
                draft.contentType());
        if (isLeftIn(replaced)) {
            throw new RefusedException(
                    Reason.PLACEHOLDER_MISUSE,
                    "The placeholder stands in a part of the request in which its route does not replace it"
                            + " (credential.placeholder.in).");
        }
        if (!any) {
            throw new RefusedException(
                    Reason.PLACEHOLDER_MISSING,
                    "The request does not carry the placeholder of its route, in whose place the credential would go.");
        }
        return replaced;
    }

    private boolean isLeftIn(Draft draft) {
        Placeholders own = Placeholders.of(placeholder);
        return !own.carried(draft.fields(), draft.path(), draft.query()).isEmpty()
                || (mayStandIn(Place.BODY)
                        && draft.body().isPresent()
                        && tokens.areIn(draft.body().get(), form(draft).spelling()));
    }

    private boolean mayStandIn(Place place) {
        return placeholder.in().contains(place);
    }

    private static BodyForm form(Draft draft) {
        return BodyForm.of(draft.contentType(), draft.fields());
    }

    private HttpHeaders fields(HttpHeaders before) throws RefusedException {
        HttpHeaders after = before.copy().clear();
        for (Map.Entry<String, String> field : before) {
            String name = field.getKey();
            Optional<String> replaced = field(name, field.getValue());
            if (replaced.isPresent()) {
                after.add(name, requireLegal(replaced.get()));
            } else if (!ClientCredentials.isOne(name, config) || carriesToken(name, field.getValue())) {
                after.add(name, field.getValue());
            }
        }
        return after;
    }

    /** Whether it is left although it may not be: for {@link #isLeftIn} to find. */
    private boolean carriesToken(String name, String value) {
        return tokens.areIn(value, Spelling.RAW)
                || (Placeholders.mayHoldBasic(name)
                        && BasicField.readLeniently(value)
                                .filter(pair -> tokens.areIn(pair, Spelling.RAW))
                                .isPresent());
    }

    /** The field's new value; empty: nothing is replaced in it. */
    private Optional<String> field(String name, String value) throws RefusedException {
        if (mayStandIn(Place.BASIC) && name.equalsIgnoreCase("authorization")) {
            Optional<BasicField> basic = BasicField.read(value);
            if (basic.isPresent() && tokens.areIn(basic.get().pair(), Spelling.RAW)) {
                return Optional.of(basic(basic.get()));
            }
        }
        if (mayStandIn(Place.HEADER) && FieldNames.isInjectable(name) && tokens.areIn(value, Spelling.RAW)) {
            return Optional.of(replaced(value, Spelling.RAW, secret.fieldText()));
        }
        return Optional.empty();
    }

    private String basic(BasicField field) throws RefusedException {
        Replacements found = found(field.pair(), Spelling.RAW);
        int colon = field.colon();
        if (colon < field.pair().length && secret.holds(':') && found.first() < colon) {
            throw unusable("has a colon, which no user name may have (RFC 7617)");
        }
        return field.with(put(found, field.pair(), secret.octets()));
    }

    private String query(String sent) {
        String query = config instanceof CredentialConfig.Query parameter
                ? FormValues.without(
                        sent, (name, pair) -> name.equals(parameter.name()) && !tokens.areIn(pair, Spelling.PERCENT))
                : sent;
        if (!mayStandIn(Place.QUERY) || !tokens.mayBeIn(query, Spelling.PERCENT)) {
            return query;
        }
        byte[] text = latin1(query);
        Replacements values = FormValues.keep(found(text, Spelling.PERCENT), text, 1);
        return values.isEmpty() ? query : latin1(put(values, text, latin1(secret.queryText())));
    }

    private String path(String path) throws RefusedException {
        if (!mayStandIn(Place.PATH) || !tokens.areIn(path, Spelling.PERCENT)) {
            return path;
        }
        if (secret.holds('/') || secret.holds('\\') || secret.holds('%')) {
            throw unusable("has a character that would change the path");
        }
        String replaced = replaced(path, Spelling.PERCENT, secret.pathText());
        try {
            RequestPath.parse(replaced);
        } catch (AmbiguousPathException e) {
            throw unusable("would make the path one that can be read in two ways");
        }
        return replaced;
    }

    private Optional<byte[]> body(Draft draft) throws RefusedException {
        if (draft.body().isEmpty() || !mayStandIn(Place.BODY)) {
            return draft.body();
        }
        byte[] text = draft.body().get();
        return Optional.of(
                switch (form(draft)) {
                    case JSON -> json(text);
                    case FORM -> {
                        Replacements values = FormValues.keep(found(text, Spelling.PERCENT), text, 0);
                        yield put(values, text, latin1(secret.queryText()));
                    }
                    case OTHER -> text;
                });
    }

    private byte[] json(byte[] text) throws RefusedException {
        Replacements all = found(text, Spelling.JSON);
        if (all.isEmpty()) {
            return text;
        }
        Replacements values;
        try {
            values = JsonStrings.keep(all, text);
        } catch (IOException e) {
            throw new RefusedException(
                    Reason.BODY_UNUSABLE,
                    "The request's body carries the placeholder of its route, but is not the JSON that it says it is.");
        }
        Optional<byte[]> json = secret.jsonText();
        if (!values.isEmpty() && json.isEmpty()) {
            throw unusable("is not UTF-8, as JSON is");
        }
        return put(values, text, json.orElse(new byte[0]));
    }

    private Replacements found(byte[] text, Spelling spelling) {
        Replacements found = new Replacements();
        tokens.visit(text, 0, text.length, spelling, (token, from, to) -> found.add(from, to));
        return found;
    }

    private byte[] put(Replacements places, byte[] text, byte[] replacement) {
        any |= !places.isEmpty();
        return places.isEmpty() ? text : places.put(replacement, text);
    }

    private String replaced(String text, Spelling spelling, String replacement) {
        byte[] octets = latin1(text);
        return latin1(put(found(octets, spelling), octets, latin1(replacement)));
    }

    private String requireLegal(String value) throws RefusedException {
        if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f || c > 0xff)) {
            throw unusable("makes no value that a field may have");
        }
        return value;
    }

    private RefusedException unusable(String why) {
        return new RefusedException(
                Reason.CREDENTIAL_UNAVAILABLE,
                "The Secret value " + secretName + " " + why + ": it can't go in the placeholder's place.");
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String latin1(byte[] text) {
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** The token is no secret, the rest is. */
    @Override
    public String toString() {
        return "Substitution[" + placeholder.in() + "]";
    }
}
