package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.config.PlaceholderConfig;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.contract.config.RouteConfig;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The placeholders of one configuration, to be found in requests: those that route a request and those that are where they
 * don't belong. Immutable.
 *
 * <p>A token is found as it is, percent-encoded in path, query and form, escaped in JSON, and inside Basic. It isn't found
 * in other encodings, in which it is worth nothing: only what is found is ever replaced.
 */
public final class Placeholders {

    private final Optional<Tokens> tokens;

    private Placeholders(Optional<Tokens> tokens) {
        this.tokens = tokens;
    }

    /** Those of these routes, of which there may be none. */
    public static Placeholders of(List<RouteConfig> routes) {
        List<String> all = routes.stream()
                .map(RouteConfig::placeholder)
                .flatMap(Optional::stream)
                .map(PlaceholderConfig::token)
                .toList();
        return new Placeholders(all.isEmpty() ? Optional.empty() : Optional.of(new Tokens(all)));
    }

    /** The one of a route. */
    static Placeholders of(PlaceholderConfig placeholder) {
        return new Placeholders(Optional.of(new Tokens(List.of(placeholder.token()))));
    }

    /**
     * A token in a request.
     *
     * @param token as the configuration has it
     * @param place where it stands
     */
    public record Found(String token, Place place) {}

    /**
     * The tokens in a request's head: in the fields' values, inside {@code Authorization: Basic} and
     * {@code Proxy-Authorization: Basic}, anywhere in the query and anywhere in the path. Where tokens overlap it is the
     * one that begins first, then the longer one.
     *
     * @param path without the query
     * @param query with or without its question mark; empty: there is none
     * @return without repetition; usually empty
     */
    public List<Found> carried(HttpHeaders fields, String path, String query) {
        if (tokens.isEmpty()) {
            return List.of();
        }
        Tokens wanted = tokens.get();
        Set<Found> found = new LinkedHashSet<>();
        for (Map.Entry<String, String> field : fields) {
            String value = field.getValue();
            visit(wanted, value, Spelling.RAW, Place.HEADER, found);
            if (mayHoldBasic(field.getKey())) {
                BasicField.readLeniently(value)
                        .ifPresent(pair -> visit(wanted, pair, Spelling.RAW, Place.BASIC, found));
            }
        }
        visit(wanted, query, Spelling.PERCENT, Place.QUERY, found);
        visit(wanted, path, Spelling.PERCENT, Place.PATH, found);
        return List.copyOf(found);
    }

    /**
     * The tokens in a body. In JSON and forms they may be escaped.
     *
     * @param body without a content coding
     * @param contentType the field's value; empty: there is none
     * @return without repetition, all with {@link Place#BODY}; usually empty
     */
    public List<Found> carriedInBody(byte[] body, String contentType) {
        if (tokens.isEmpty()) {
            return List.of();
        }
        Set<Found> found = new LinkedHashSet<>();
        visit(tokens.get(), body, BodyForm.of(contentType).spelling(), Place.BODY, found);
        return List.copyOf(found);
    }

    /** Whether a body with these fields is of a kind in which tokens are replaced: one form that is known, and no coding. */
    public boolean mayStandInBody(HttpHeaders fields) {
        List<String> types = fields.getAll("content-type");
        return tokens.isPresent() && types.size() == 1 && BodyForm.of(types.getFirst(), fields) != BodyForm.OTHER;
    }

    static boolean mayHoldBasic(String name) {
        return name.equalsIgnoreCase("authorization") || name.equalsIgnoreCase("proxy-authorization");
    }

    private static void visit(Tokens wanted, String text, Spelling spelling, Place place, Set<Found> found) {
        if (wanted.mayBeIn(text, spelling)) {
            visit(wanted, text.getBytes(StandardCharsets.ISO_8859_1), spelling, place, found);
        }
    }

    private static void visit(Tokens wanted, byte[] text, Spelling spelling, Place place, Set<Found> found) {
        wanted.visit(text, 0, text.length, spelling, (token, from, to) -> found.add(new Found(token, place)));
    }
}
