package dev.sallyport.standin.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What a message holds, as the providers write it: a text, or a list of parts of which some have one. */
public final class Content {
    private Content() {}

    /** The text, or those of all parts on lines of their own; empty if there is none. */
    public static String text(JsonNode content) {
        return content.isTextual()
                ? content.textValue()
                : elements(content).map(part -> part.path("text").asText()).collect(Collectors.joining("\n"));
    }

    /** The elements of a list; none if it is something else without members. */
    public static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
