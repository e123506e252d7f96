package dev.sallyport.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code docs/reference.md}: every field of our own, out of the same schema that the API server reads. */
final class ReferenceDocument {
    private static final Map<String, String> CORE = Map.of(
            "spec.podTemplate", "core/v1 PodTemplateSpec",
            "spec.volumeClaimTemplates[]", "core/v1 PersistentVolumeClaimTemplate",
            "spec.proxy.resources", "core/v1 ResourceRequirements");

    private final StringBuilder text = new StringBuilder();

    private ReferenceDocument() {}

    static String of(ObjectNode schema) {
        ReferenceDocument document = new ReferenceDocument();
        document.text.append("""
                # AgentSandbox reference

                `sallyport.dev/v1alpha1`, namespaced, short name `asbx`. Made from the resource's schema by
                `GeneratedFilesTest` in `crds/`, which also says how to make it anew; `kubectl explain agentsandbox.spec`
                shows the same in a terminal.

                """);
        document.text.append(description(schema)).append("\n\n");
        document.rules(schema);
        document.object("spec", Schemas.property(schema, "spec"));
        document.podTemplate(Schemas.property(Schemas.property(schema, "spec"), "podTemplate"));
        document.object("status", Schemas.property(schema, "status"));
        return document.text.toString().stripTrailing() + "\n";
    }

    private void object(String path, ObjectNode schema) {
        text.append("## ")
                .append(path)
                .append("\n\n")
                .append(description(schema))
                .append("\n\n");
        text.append("| field | type | what it says |\n|---|---|---|\n");
        List<String> required = texts(schema.path("required"));
        List<Nested> nested = new ArrayList<>();
        schema.path("properties").propertyStream().forEach(property -> {
            ObjectNode value = (ObjectNode) property.getValue();
            String name = property.getKey();
            text.append("| `%s`%s | %s | %s |\n"
                    .formatted(
                            name,
                            required.contains(name) ? " (required)" : "",
                            cell(type(path + "." + name, value)),
                            cell(says(value))));
            nested(path + "." + name, value, nested);
        });
        text.append("\n");
        rules(schema);
        nested.forEach(n -> object(n.path(), n.schema()));
    }

    private void podTemplate(ObjectNode template) {
        text.append("""
                ## spec.podTemplate

                As in a Deployment; `metadata` takes labels and annotations. What the API server refuses in it is below; the
                operator has further rules, which need more than the template, and answers with `Accepted=False`.

                """);
        Schemas.walk("spec.podTemplate", template, (path, schema) -> rules("Of `" + path + "` it", schema));
    }

    private record Nested(String path, ObjectNode schema) {}

    private static void nested(String path, ObjectNode value, List<Nested> found) {
        if (CORE.containsKey(path)) {
            return;
        }
        if (value.get("items") instanceof ObjectNode items) {
            nested(path + "[]", items, found);
        } else if (value.has("properties") && !isReference(value)) {
            found.add(new Nested(path, value));
        }
    }

    private void rules(ObjectNode schema) {
        rules("The API server", schema);
    }

    private void rules(String who, ObjectNode schema) {
        JsonNode rules = schema.path("x-kubernetes-validations");
        if (rules.isEmpty()) {
            return;
        }
        text.append(who).append(" refuses, in these words:\n\n");
        rules.forEach(rule -> {
            String field = rule.path("fieldPath").asText();
            text.append("* ")
                    .append(field.isEmpty() ? "" : "`" + field.substring(1) + "`: ")
                    .append(escaped(rule.path("message").asText()))
                    .append("\n");
        });
        text.append("\n");
    }

    private static String type(String path, ObjectNode value) {
        if (CORE.containsKey(path)) {
            return CORE.get(path);
        }
        if (value.get("items") instanceof ObjectNode items) {
            return "list of " + type(path + "[]", items);
        }
        if (value.path("x-kubernetes-int-or-string").asBoolean()) {
            return "quantity";
        }
        if (value.has("enum")) {
            return String.join(
                    ", ",
                    texts(value.path("enum")).stream().map(v -> "`" + v + "`").toList());
        }
        if (isReference(value)) {
            return path.contains("ConfigMap") ? "`name` and `key` of a ConfigMap" : "`name` and `key` of a Secret";
        }
        if (value.has("properties")) {
            return "[object](#%s)".formatted(anchor(path));
        }
        return value.path("format").asText().equals("date-time") ? "date-time" : Schemas.type(value);
    }

    private static boolean isReference(ObjectNode value) {
        return value.path("x-kubernetes-map-type").asText().equals("atomic");
    }

    /** As GitHub makes it from a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "");
    }

    private static String says(ObjectNode value) {
        StringBuilder says = new StringBuilder(description(value));
        if (value.has("default")) {
            says.append(" Default: `").append(plain(value.get("default"))).append("`.");
        }
        bounds("", value, says);
        if (value.get("items") instanceof ObjectNode items) {
            bounds("each ", items, says);
        }
        return says.toString();
    }

    private static void bounds(String whose, ObjectNode value, StringBuilder says) {
        if (value.path("format").asText().equals("date-time")) {
            return;
        }
        range(whose, value, "minimum", "maximum", "", says);
        range(whose, value, "minItems", "maxItems", " items", says);
        range(whose, value, "minLength", "maxLength", " characters", says);
    }

    private static void range(
            String whose, ObjectNode value, String least, String most, String unit, StringBuilder says) {
        String range;
        if (value.has(least) && value.has(most)) {
            range = "%s to %s"
                    .formatted(value.get(least).asText(), value.get(most).asText());
        } else if (value.has(most)) {
            range = "at most " + value.get(most).asText();
        } else if (value.has(least)) {
            range = "at least " + value.get(least).asText();
        } else {
            return;
        }
        String sentence = whose + range + unit + ".";
        says.append(" ").append(Character.toUpperCase(sentence.charAt(0))).append(sentence, 1, sentence.length());
    }

    private static String plain(JsonNode value) {
        return value.isTextual() ? value.asText() : value.toString().replace("\"", "");
    }

    private static String description(JsonNode schema) {
        return escaped(schema.path("description").asText());
    }

    private static String escaped(String plain) {
        return plain.replace("*", "\\*").replace("<", "&lt;");
    }

    private static String cell(String markdown) {
        return markdown.replace("|", "\\|");
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
    }
}
