package dev.sallyport.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The project's rules for its API, checked on the finished definition. core/v1 inside it is Kubernetes' own business. */
final class ApiConventions {
    private static final Pattern CAMEL_CASE = Pattern.compile("[a-z][A-Za-z0-9]*");
    private static final Pattern PASCAL_CASE = Pattern.compile("[A-Z][A-Za-z0-9]*");

    /** What YAML 1.1, which kubectl reads, takes for something else than a string. */
    private static final Set<String> YAML_WORDS = Set.of("on", "off", "yes", "no", "y", "n", "true", "false", "null");

    /** metav1.Condition spells its values so, and people seldom write them. */
    private static final String CONDITION_STATUS = "status.conditions[].status";

    /** The report of a fact that is either so or not so. */
    private static final Set<String> BOOLEANS = Set.of("status.proxy.ready");

    private final List<String> problems = new ArrayList<>();

    private ApiConventions() {}

    /** Every breach, as {@code path: what is wrong}. */
    static List<String> problems(ObjectNode schema) {
        ApiConventions conventions = new ApiConventions();
        conventions.status(schema);
        Schemas.walk("", schema, (path, node) -> {
            conventions.everywhere(path, node);
            if (OwnSchema.EMBEDDED.stream().anyMatch(path::startsWith)) {
                conventions.embedded(path, node);
            } else {
                conventions.own(path, node);
            }
        });
        return conventions.problems;
    }

    private void status(ObjectNode schema) {
        JsonNode status = schema.path("properties").path("status").path("properties");
        require(status.has("observedGeneration"), "status", "no observedGeneration");
        JsonNode conditions = status.path("conditions");
        require(
                conditions.path("x-kubernetes-list-map-keys").path(0).asText().equals("type"),
                "status.conditions",
                "not a map by type");
    }

    private void everywhere(String path, ObjectNode node) {
        require(!node.has("x-kubernetes-preserve-unknown-fields"), path, "keeps unknown fields");
        node.path("x-kubernetes-validations").forEach(rule -> {
            require(!rule.path("message").asText().isBlank(), path, "a rule without a message");
            require(rule.path("reason").asText().startsWith("FieldValue"), path, "a rule without a reason");
            // The API server drops the message of this one.
            require(!rule.path("reason").asText().equals("FieldValueDuplicate"), path, "a rule whose message is lost");
        });
        JsonNode properties = node.path("items").path("properties");
        node.path("x-kubernetes-list-map-keys")
                .forEach(key -> require(properties.has(key.asText()), path, "no key " + key.asText()));
    }

    private void embedded(String path, ObjectNode node) {
        boolean root = OwnSchema.EMBEDDED.contains(path);
        require(root || !node.has("description"), path, "a description that only adds size");
        if (root) {
            described(path, node);
        }
    }

    private void own(String path, ObjectNode node) {
        described(path, node);
        String name = path.substring(path.lastIndexOf('.') + 1).replaceAll("\\[]|\\{}", "");
        require(path.isEmpty() || CAMEL_CASE.matcher(name).matches(), path, "not camelCase");
        require(!name.equals("phase"), path, "a phase");
        require(!node.has("additionalProperties"), path, "a free-form map");
        switch (Schemas.type(node)) {
            case "object" -> require(node.has("properties"), path, "an object without properties");
            case "array" -> list(path, node);
            case "string" -> string(path, node);
            case "integer" -> {
                require(node.path("format").asText().equals("int64"), path, "no format");
                require(node.has("minimum"), path, "no minimum");
                require(path.startsWith("status") || node.has("maximum"), path, "no maximum");
            }
            case "boolean" -> require(BOOLEANS.contains(path), path, "a boolean");
            case "number" -> require(false, path, "a floating point number");
            default -> {
                require(node.path("x-kubernetes-int-or-string").asBoolean(), path, "no type");
                require(node.has("pattern") && node.has("maxLength"), path, "a quantity without bounds");
            }
        }
    }

    private void described(String path, ObjectNode node) {
        require(node.path("description").asText().endsWith("."), path, "no description that ends in a full stop");
    }

    private void list(String path, ObjectNode node) {
        require(node.has("maxItems"), path, "no maxItems");
        require(node.path("maxItems").asInt() <= 1024, path, "a maxItems that bounds nothing");
        require(node.has("x-kubernetes-list-type"), path, "no list type");
    }

    private void string(String path, ObjectNode node) {
        if (!node.has("enum")) {
            require(node.has("maxLength"), path, "no maxLength");
            return;
        }
        node.path("enum").forEach(value -> {
            require(PASCAL_CASE.matcher(value.asText()).matches(), path, value + " is not PascalCase");
            require(
                    path.equals(CONDITION_STATUS)
                            || !YAML_WORDS.contains(value.asText().toLowerCase(Locale.ROOT)),
                    path,
                    value + " is no string in YAML 1.1");
        });
    }

    private void require(boolean holds, String path, String problem) {
        if (!holds) {
            problems.add((path.isEmpty() ? "." : path) + ": " + problem);
        }
    }
}
