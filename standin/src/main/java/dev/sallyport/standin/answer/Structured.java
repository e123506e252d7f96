package dev.sallyport.standin.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Locale;

/** Answers in JSON, for a client that asks for a form: agents ask so before the turn which model is to have it. */
final class Structured {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Structured() {}

    /** A value of the schema's type: 1, true, a list without elements, the first word of an enumeration, or the text. */
    static JsonNode fitting(JsonNode schema, String text) {
        if (schema.path("enum").has(0)) {
            return schema.path("enum").get(0);
        }
        return switch (schema.path("type").asText().toLowerCase(Locale.ROOT)) {
            case "string" -> NODES.textNode(text);
            case "integer", "number" -> NODES.numberNode(1);
            case "boolean" -> NODES.booleanNode(true);
            case "array" -> NODES.arrayNode();
            default -> {
                var object = NODES.objectNode();
                schema.path("properties")
                        .properties()
                        .forEach(member -> object.set(member.getKey(), fitting(member.getValue(), text)));
                yield object;
            }
        };
    }
}
