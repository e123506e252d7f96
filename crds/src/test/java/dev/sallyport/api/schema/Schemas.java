package dev.sallyport.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.BiConsumer;

/** Ways through a structural schema. */
final class Schemas {
    private Schemas() {}

    static ObjectNode property(ObjectNode schema, String name) {
        JsonNode found = schema.path("properties").get(name);
        if (found == null) {
            throw new IllegalStateException("no property " + name + " in " + schema);
        }
        return (ObjectNode) found;
    }

    static ObjectNode items(ObjectNode schema) {
        JsonNode found = schema.get("items");
        if (found == null) {
            throw new IllegalStateException("not a list: " + schema);
        }
        return (ObjectNode) found;
    }

    static String type(JsonNode schema) {
        return schema.path("type").asText();
    }

    /**
     * Shows each schema at or below {@code schema} to {@code visitor}, parents first, with its path: {@code spec.routes[].name},
     * {@code limits{}} for a map's values.
     */
    static void walk(String path, ObjectNode schema, BiConsumer<String, ObjectNode> visitor) {
        visitor.accept(path, schema);
        schema.path("properties")
                .propertyStream()
                .forEach(property -> walk(
                        path.isEmpty() ? property.getKey() : path + "." + property.getKey(),
                        (ObjectNode) property.getValue(),
                        visitor));
        if (schema.get("items") instanceof ObjectNode items) {
            walk(path + "[]", items, visitor);
        }
        if (schema.get("additionalProperties") instanceof ObjectNode values) {
            walk(path + "{}", values, visitor);
        }
    }

    static void rule(ObjectNode schema, String fieldPath, String reason, String message, String cel) {
        ArrayNode rules = schema.withArray("x-kubernetes-validations");
        ObjectNode rule = rules.addObject();
        if (!fieldPath.isEmpty()) {
            rule.put("fieldPath", fieldPath);
        }
        rule.put("message", message).put("reason", reason).put("rule", cel);
    }
}
