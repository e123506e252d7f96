package dev.sallyport.api.schema;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the generator leaves out of the schema of our own types. */
final class OwnSchema {
    /** core/v1 inside our types; replaced as a whole, so left alone here. */
    static final Set<String> EMBEDDED =
            Set.of("spec.podTemplate", "spec.volumeClaimTemplates[]", "spec.proxy.resources");

    private static final Set<String> TIMES =
            Set.of("shutdownTime", "startedAt", "lastTransitionTime", "lastObservedTime", "time");

    private static final Map<String, String> DESCRIPTIONS = Map.ofEntries(
            entry(
                    "",
                    "An AI agent's pod behind a proxy that holds its credentials: the agent gets none of them, "
                            + "and nothing leaves but what a route allows."),
            entry("spec", "What the user asks for."),
            entry("status", "What the operator found. A field that is unset was not observed yet."),
            entry("spec.agentProfiles[]", "A profile by name."),
            entry("spec.routes[]", "One way out of the sandbox."),
            entry("spec.routes[].hosts[]", "A host, exact or with a wildcard as its left-most label; optional port."),
            entry("spec.routes[].rules[]", "Permits a request for which all that is set holds."),
            entry("spec.routes[].rules[].methods[]", "A method."),
            entry("spec.routes[].rules[].paths[]", "A path, perhaps with wildcards."),
            entry("spec.routes[].credential.placeholder.in[]", "A place in the request."),
            entry("spec.routes[].credential.oauth2.scopes[]", "A scope token."),
            entry("spec.routes[].credential.gitHubApp.repositories[]", "A repository's name without its owner."),
            entry("spec.routes[].credential.gitHubApp.permissions[]", "One permission."),
            entry("spec.routes[].credential.googleServiceAccount.scopes[]", "A scope, as a URL."),
            entry("spec.volumeClaimTemplates[]", "A claim with a name."),
            entry("status.conditions[]", "One condition, as in the Kubernetes API conventions."),
            entry("status.audit.routes[]", "Counts of one route."),
            entry("status.audit.carried.routes[]", "Counts of one route."));

    private OwnSchema() {}

    static void complete(ObjectNode root) {
        Schemas.walk("", root, (path, schema) -> {
            String description = DESCRIPTIONS.get(path);
            if (description != null) {
                schema.put("description", description);
            }
            if (EMBEDDED.stream().noneMatch(path::startsWith)) {
                completeOne(path, schema);
            }
        });
        root.putArray("required").add("spec");
        ObjectNode spec = Schemas.property(root, "spec");
        boundQuantity(Schemas.property(spec, "limits"));
        boundQuantity(Schemas.property(Schemas.items(Schemas.property(spec, "routes")), "limits"));
        // A Service, and labels, carry the sandbox's name with a suffix.
        Schemas.rule(
                root,
                "",
                "FieldValueInvalid",
                "metadata.name must start with a letter, have only lower-case letters, digits and -, "
                        + "and at most 52 characters, since a Service is named after it: choose another name",
                "self.metadata.name.size() <= 52 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')");
    }

    private static void boundQuantity(ObjectNode limits) {
        Schemas.property(limits, "requestBodyBytes").put("maxLength", 20).put("pattern", CoreSchemas.QUANTITY);
    }

    private static void completeOne(String path, ObjectNode schema) {
        switch (Schemas.type(schema)) {
            case "integer" -> {
                schema.put("format", "int64");
                whole(schema, "minimum");
                whole(schema, "maximum");
            }
            case "array" -> list(path, schema);
            case "string" -> {
                if (TIMES.contains(path.substring(path.lastIndexOf('.') + 1))) {
                    schema.put("format", "date-time");
                    schema.put("maxLength", 64);
                }
            }
            case "object" -> {
                if (path.endsWith("KeyRef") || path.endsWith("ConfigMapRef")) {
                    schema.put("x-kubernetes-map-type", "atomic");
                }
            }
            default -> {}
        }
    }

    /** The generator writes bounds as floating point numbers. */
    private static void whole(ObjectNode schema, String bound) {
        if (schema.has(bound)) {
            schema.put(bound, schema.get(bound).decimalValue().longValueExact());
        }
    }

    private static void list(String path, ObjectNode schema) {
        ObjectNode items = Schemas.items(schema);
        if (!Schemas.type(items).equals("object")) {
            schema.put("x-kubernetes-list-type", "set");
            return;
        }
        String key = path.equals("status.conditions") ? "type" : "name";
        List<String> required =
                items.path("required").valueStream().map(n -> n.asText()).toList();
        if (required.contains(key)) {
            schema.put("x-kubernetes-list-type", "map");
            schema.putArray("x-kubernetes-list-map-keys").add(key);
        } else {
            schema.put("x-kubernetes-list-type", "atomic");
        }
    }
}
