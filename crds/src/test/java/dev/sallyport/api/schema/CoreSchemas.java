package dev.sallyport.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Kubernetes' own schemas of the core/v1 types that a sandbox embeds, out of the OpenAPI v3 document that an API server
 * publishes at {@code /openapi/v3/api/v1}. Fabric8's model knows the fields, but not what is required, how lists merge and
 * which values there are.
 *
 * @param definitions by full name, without descriptions and closed under reference
 */
record CoreSchemas(Map<String, ObjectNode> definitions) {
    static final String RESOURCE = "core-v1.json";

    /** The text form of a resource.Quantity, as controller-gen writes it. */
    static final String QUANTITY = "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|"
            + "([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

    private static final String CORE = "io.k8s.api.core.v1.";
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final List<String> ROOTS =
            List.of(CORE + "PodSpec", CORE + "PersistentVolumeClaimSpec", CORE + "ResourceRequirements");
    private static final Set<String> KEPT = Set.of(
            "type",
            "format",
            "enum",
            "required",
            "x-kubernetes-list-type",
            "x-kubernetes-list-map-keys",
            "x-kubernetes-map-type");

    private static final ObjectMapper JSON = new ObjectMapper();

    static CoreSchemas checkedIn() {
        try (InputStream in = Objects.requireNonNull(CoreSchemas.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            Map<String, ObjectNode> definitions = new TreeMap<>();
            JSON.readTree(in).propertyStream().forEach(d -> definitions.put(d.getKey(), (ObjectNode) d.getValue()));
            return new CoreSchemas(definitions);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What of an API server's document is needed here. */
    static CoreSchemas of(JsonNode openApi) {
        Map<String, ObjectNode> definitions = new TreeMap<>();
        Deque<String> toDo = new ArrayDeque<>(ROOTS);
        while (!toDo.isEmpty()) {
            String name = toDo.pop();
            if (!definitions.containsKey(name)) {
                ObjectNode definition = openApi.path("components")
                        .path("schemas")
                        .required(name)
                        .deepCopy();
                strip(definition);
                definition.findValuesAsText("$ref").forEach(reference -> toDo.push(target(reference)));
                definitions.put(name, definition);
            }
        }
        return new CoreSchemas(definitions);
    }

    /** The form in which the definitions are checked in. */
    String asJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(definitions) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A PodTemplateSpec with our rules; of its metadata what reaches the pod. */
    ObjectNode podTemplate() {
        ObjectNode spec = structural(CORE + "PodSpec");
        PodTemplateRules.add(spec);
        ObjectNode template = object();
        ObjectNode properties = template.putObject("properties");
        properties.set("metadata", labelsAndAnnotations());
        properties.set("spec", spec);
        template.putArray("required").add("spec");
        return template;
    }

    /** A claim template: a name, labels and annotations, and a PersistentVolumeClaimSpec. */
    ObjectNode claimTemplate() {
        ObjectNode metadata = labelsAndAnnotations();
        ((ObjectNode) metadata.get("properties"))
                .putObject("name")
                .put("type", "string")
                .put("minLength", 1)
                .put("maxLength", 63)
                .put("pattern", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$");
        metadata.putArray("required").add("name");
        ObjectNode template = object();
        ObjectNode properties = template.putObject("properties");
        properties.set("metadata", metadata);
        properties.set("spec", structural(CORE + "PersistentVolumeClaimSpec"));
        template.putArray("required").add("metadata").add("spec");
        return template;
    }

    ObjectNode resources() {
        return structural(CORE + "ResourceRequirements");
    }

    private ObjectNode structural(String name) {
        return switch (name) {
            case "io.k8s.apimachinery.pkg.api.resource.Quantity" ->
                intOrString().put("pattern", QUANTITY);
            case "io.k8s.apimachinery.pkg.util.intstr.IntOrString" -> intOrString();
            case META + "ObjectMeta" -> labelsAndAnnotations();
            default -> structural(Objects.requireNonNull(definitions.get(name), name));
        };
    }

    private ObjectNode structural(ObjectNode openApi) {
        JsonNode reference = openApi.has("$ref") ? openApi.get("$ref") : openApi.at("/allOf/0/$ref");
        if (reference.isTextual()) {
            return structural(target(reference.asText()));
        }
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        openApi.propertyStream()
                .filter(p -> KEPT.contains(p.getKey()))
                .forEach(p -> schema.set(p.getKey(), p.getValue()));
        if (openApi.get("properties") instanceof ObjectNode properties) {
            ObjectNode structural = schema.putObject("properties");
            properties.propertyStream().forEach(p -> structural.set(p.getKey(), structural((ObjectNode) p.getValue())));
        }
        if (openApi.get("additionalProperties") instanceof ObjectNode values) {
            schema.set("additionalProperties", structural(values));
        }
        if (openApi.get("items") instanceof ObjectNode items) {
            ObjectNode structural = structural(items);
            schema.set("items", structural);
            schema.path("x-kubernetes-list-map-keys")
                    .forEach(key -> defaultKey(items, Schemas.property(structural, key.asText()), key.asText()));
        }
        return schema;
    }

    /** A list's key is required or has a default: elsewhere defaults are the pod's own business. */
    private void defaultKey(ObjectNode items, ObjectNode structural, String key) {
        JsonNode declared = Objects.requireNonNull(
                definitions.get(target(items.at("/allOf/0/$ref").asText())));
        boolean required = declared.path("required")
                .valueStream()
                .anyMatch(name -> name.asText().equals(key));
        if (!required) {
            structural.set("default", declared.path("properties").path(key).required("default"));
        }
    }

    private static ObjectNode labelsAndAnnotations() {
        ObjectNode metadata = object();
        ObjectNode properties = metadata.putObject("properties");
        for (String name : List.of("annotations", "labels")) {
            properties.set(name, object());
            properties.withObject(name).putObject("additionalProperties").put("type", "string");
        }
        return metadata;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode().put("type", "object");
    }

    private static ObjectNode intOrString() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.putArray("anyOf").addObject().put("type", "integer");
        schema.withArray("anyOf").addObject().put("type", "string");
        return schema.put("x-kubernetes-int-or-string", true);
    }

    private static String target(String reference) {
        return reference.substring(reference.lastIndexOf('/') + 1);
    }

    private static void strip(JsonNode node) {
        if (node instanceof ObjectNode object && object.path("description").isTextual()) {
            object.remove("description");
        }
        node.forEach(CoreSchemas::strip);
    }
}
