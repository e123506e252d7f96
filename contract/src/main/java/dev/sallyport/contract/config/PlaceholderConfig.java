package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.json.Require;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The token that stands for a route's credential on the agent's side. It is no secret to the agent and worth nothing
 * anywhere else. Several routes may have the same one.
 *
 * @param token 24 to 128 unreserved characters (RFC 3986), so that it is the same in every place and encoding
 * @param in where it may stand, without repetition; absent: {@link Place#HEADER} and {@link Place#BASIC}
 */
public record PlaceholderConfig(String token, List<Place> in) {

    public PlaceholderConfig {
        Require.that(
                Require.present(token, "token").matches("[-_A-Za-z0-9]{24,128}"),
                "token: not 24 to 128 letters, digits, hyphens and underscores");
        in = List.copyOf(Require.orElse(in, List.of(Place.HEADER, Place.BASIC)));
        Require.that(!in.isEmpty(), "in: empty");
        Require.that(places(in).size() == in.size(), "in: a place is there twice");
    }

    private static Set<Place> places(List<Place> in) {
        Set<Place> places = EnumSet.noneOf(Place.class);
        places.addAll(in);
        return places;
    }

    /** A place in a request. */
    public enum Place {
        /** A field's value. */
        @JsonProperty("Header")
        HEADER,
        /** User name or password inside {@code Authorization: Basic} (RFC 7617). */
        @JsonProperty("Basic")
        BASIC,
        /** A query parameter's value. */
        @JsonProperty("Query")
        QUERY,
        /** A segment of the path, or a part of one. */
        @JsonProperty("Path")
        PATH,
        /** A JSON or form body that is not larger than what rules read. */
        @JsonProperty("Body")
        BODY
    }
}
