package dev.sallyport.contract.schema;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.contract.json.StrictJson;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares a schema with a record's declaration: members, types and the names of constants. */
final class RecordShape {

    private final JsonNode root;
    private final List<String> differences = new ArrayList<>();

    private RecordShape(JsonNode root) {
        this.root = root;
    }

    /** Where the two differ, a line each. */
    static List<String> differences(JsonNode schema, Class<?> record) {
        RecordShape shape = new RecordShape(schema);
        shape.type("", schema, record);
        return shape.differences;
    }

    private void type(String at, JsonNode given, Type type) {
        JsonNode schema = resolved(given);
        if (type instanceof ParameterizedType generic) {
            Type argument = generic.getActualTypeArguments()[0];
            if (generic.getRawType() == Optional.class) {
                type(at, schema, argument);
            } else if (generic.getRawType() == List.class) {
                expect(at, "type", "array", schema.path("type").asText());
                type(at + "[]", schema.path("items"), argument);
            } else {
                throw new AssertionError("A list or an optional, not " + type);
            }
            return;
        }
        Class<?> raw = (Class<?>) type;
        if (raw == String.class || raw == Instant.class || isText(raw)) {
            text(at, schema);
        } else if (raw == long.class
                || raw == OptionalLong.class
                || raw == int.class
                || raw == Integer.class
                || raw == OptionalInt.class) {
            expect(at, "type", "integer", schema.path("type").asText());
            bound(at, schema, "minimum");
            bound(at, schema, "maximum");
        } else if (raw.isEnum()) {
            names(at, schema, raw);
        } else if (raw.isRecord()) {
            record(at, schema, raw, Set.of());
        } else if (raw.isAnnotationPresent(JsonSubTypes.class)) {
            kinds(at, schema, raw);
        } else {
            throw new AssertionError("The schemas know nothing of " + raw);
        }
    }

    private void text(String at, JsonNode schema) {
        boolean isText = schema.path("type").asText().equals("string")
                || schema.path("const").isTextual()
                || schema.path("allOf")
                        .valueStream()
                        .map(this::resolved)
                        .anyMatch(part -> part.path("type").asText().equals("string"));
        if (!isText) {
            differences.add(at + ": not a string");
        }
    }

    private void names(String at, JsonNode schema, Class<?> type) {
        Set<String> names = new TreeSet<>();
        for (Object constant : type.getEnumConstants()) {
            names.add(ContractDocument.parse(new String(StrictJson.write(constant), StandardCharsets.UTF_8))
                    .asText());
        }
        Set<String> known = new TreeSet<>();
        schema.path("enum").forEach(name -> known.add(name.asText()));
        expect(at, "constants", names, known);
    }

    private void record(String at, JsonNode schema, Class<?> type, Set<String> more) {
        expect(at, "type", "object", schema.path("type").asText());
        expect(
                at,
                "additionalProperties",
                "false",
                schema.path("additionalProperties").asText());
        TreeMap<String, Type> components = new TreeMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            components.put(component.getName(), component.getGenericType());
        }
        Set<String> expected = new TreeSet<>(components.keySet());
        expected.addAll(more);
        Set<String> properties = new TreeSet<>();
        schema.path("properties").fieldNames().forEachRemaining(properties::add);
        expect(at, "members", expected, properties);
        components.forEach((name, component) -> {
            JsonNode property = schema.path("properties").path(name);
            if (!property.isMissingNode()) {
                type(at + "." + name, property, component);
            }
        });
    }

    private void kinds(String at, JsonNode schema, Class<?> type) {
        String member = type.getAnnotation(JsonTypeInfo.class).property();
        TreeMap<String, JsonNode> known = new TreeMap<>();
        schema.path("oneOf").forEach(given -> {
            JsonNode kind = resolved(given);
            known.put(kind.path("properties").path(member).path("const").asText(), kind);
        });
        TreeMap<String, Class<?>> kinds = new TreeMap<>();
        for (JsonSubTypes.Type kind : type.getAnnotation(JsonSubTypes.class).value()) {
            kinds.put(kind.name(), kind.value());
        }
        expect(at, "declared kinds", Set.of(type.getPermittedSubclasses()), Set.copyOf(kinds.values()));
        expect(at, "kinds", kinds.keySet(), known.keySet());
        kinds.forEach((name, kind) -> {
            if (known.containsKey(name)) {
                record(at + "<" + name + ">", known.get(name), kind, Set.of(member));
            }
        });
    }

    private void bound(String at, JsonNode schema, String which) {
        if (!schema.path(which).isIntegralNumber()) {
            differences.add(at + ": no " + which);
        }
    }

    private void expect(String at, String what, Object declared, Object schema) {
        if (!declared.equals(schema)) {
            differences.add("%s: %s: the record has %s, the schema %s".formatted(at, what, declared, schema));
        }
    }

    private JsonNode resolved(JsonNode schema) {
        String reference = schema.path("$ref").asText();
        return reference.isEmpty() ? schema : root.at(reference.substring(1));
    }

    /** Whether the type is written as a string: one of its members is its whole value. */
    private static boolean isText(Class<?> type) {
        return type.isRecord()
                && (Arrays.stream(type.getRecordComponents()).anyMatch(RecordShape::isValue)
                        || Arrays.stream(type.getDeclaredMethods()).anyMatch(RecordShape::isValue)
                        || Arrays.stream(type.getDeclaredFields()).anyMatch(RecordShape::isValue));
    }

    private static boolean isValue(AnnotatedElement element) {
        return element.isAnnotationPresent(JsonValue.class);
    }
}
