package dev.sallyport.contract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Documents that differ from given ones in one value. The values come from three places: probes that know nothing of the
 * schema (powers of two and of ten and their neighbours as numbers and lengths, every ASCII character and some others), so that a bound
 * of the records' is found that the schema does not have; the bounds and constants of the schema, for the other way; and
 * the values that stand in the same place of the other examples, for rules between members.
 */
final class Mutations {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<Integer> LENGTHS = lengths();
    private static final List<Long> NUMBERS = numbers();

    private final List<JsonNode> examples;
    private final Set<String> constants = new LinkedHashSet<>();
    private final Set<Long> bounds = new LinkedHashSet<>();
    private final Map<String, Set<JsonNode>> valuesByPlace = new LinkedHashMap<>();

    /** Where every probe has been tried: one value of a place is as good as another. */
    private final Set<String> probed = new HashSet<>();

    Mutations(List<JsonNode> examples, JsonNode schema) {
        this.examples = examples;
        collectSchemaValues(schema);
        examples.forEach(example -> collect("", example));
    }

    /** All of them; the text tells which one it is. */
    void each(Consumer<Mutation> sink) {
        for (JsonNode example : examples) {
            sink.accept(new Mutation("the example itself", example));
            descend("", example, "", sink, change -> change);
        }
    }

    /** A document and how it came about. */
    record Mutation(String what, JsonNode document) {}

    /** Puts a changed part back into its whole. */
    private interface Whole {
        JsonNode with(JsonNode part);
    }

    private void descend(String path, JsonNode node, String place, Consumer<Mutation> sink, Whole whole) {
        for (JsonNode value : replacements(place, node)) {
            sink.accept(new Mutation(path + " = " + shortened(value), whole.with(value)));
        }
        if (node instanceof ObjectNode object) {
            members(path, object, place + kind(object), sink, whole);
        } else if (node instanceof ArrayNode array) {
            elements(path, array, place, sink, whole);
        }
    }

    private void members(String path, ObjectNode object, String place, Consumer<Mutation> sink, Whole whole) {
        sink.accept(new Mutation(path + " + extra", whole.with(object.deepCopy().put("extra", 1))));
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String name = member.getKey();
            sink.accept(new Mutation(
                    path + " - " + name, whole.with(object.deepCopy().without(name))));
            descend(
                    path + "." + name,
                    member.getValue(),
                    place + "." + name,
                    sink,
                    part -> whole.with(object.deepCopy().set(name, part)));
        }
        valuesByPlace.forEach((other, values) -> {
            if (isMember(other, place)) {
                String name = other.substring(place.length() + 1);
                for (JsonNode value : values) {
                    sink.accept(new Mutation(
                            path + " + " + name + "=" + shortened(value),
                            whole.with(object.deepCopy().set(name, value))));
                }
            }
        });
    }

    private void elements(String path, ArrayNode array, String place, Consumer<Mutation> sink, Whole whole) {
        if (!array.isEmpty()) {
            for (int length : List.of(0, 1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257)) {
                ArrayNode many = JSON.arrayNode();
                for (int i = 0; i < length; i++) {
                    many.add(distinct(array.get(i % array.size()), i));
                }
                sink.accept(new Mutation(path + " of " + length, whole.with(many)));
            }
            ArrayNode repeated = array.deepCopy();
            repeated.add(distinct(array.get(0), array.size()));
            sink.accept(new Mutation(path + " with its first one again", whole.with(repeated)));
        }
        for (int i = 0; i < array.size(); i++) {
            int index = i;
            descend(path + "[" + i + "]", array.get(i), place + "[]", sink, part -> {
                ArrayNode changed = array.deepCopy();
                changed.set(index, part);
                return whole.with(changed);
            });
        }
    }

    /** Routes are told apart by their names, which no schema can say. */
    private static JsonNode distinct(JsonNode element, int index) {
        return element instanceof ObjectNode object && object.has("name")
                ? object.deepCopy().put("name", "n" + index)
                : element;
    }

    private Collection<JsonNode> replacements(String place, JsonNode node) {
        Set<JsonNode> values = new LinkedHashSet<>(valuesByPlace.getOrDefault(place, Set.of()));
        if (!probed.add(place)) {
            return values;
        }
        values.add(JSON.nullNode());
        values.add(JSON.booleanNode(true));
        values.add(JSON.numberNode(1.5));
        values.add(JSON.arrayNode());
        values.add(JSON.arrayNode().add(JSON.nullNode()));
        values.add(JSON.objectNode());
        values.add(JSON.numberNode(0));
        if (node.isTextual()) {
            texts(node.asText()).forEach(text -> values.add(JSON.textNode(text)));
            constants.forEach(text -> values.add(JSON.textNode(text)));
        } else {
            List.of("", "x", node.asText()).forEach(text -> values.add(JSON.textNode(text)));
        }
        if (node.isNumber()) {
            NUMBERS.forEach(number -> values.add(JSON.numberNode(number)));
            bounds.forEach(number -> values.add(JSON.numberNode(number)));
        }
        return values;
    }

    private static List<String> texts(String text) {
        List<String> texts = new ArrayList<>(Vectors.ALL);
        for (int length : LENGTHS) {
            texts.add("a".repeat(length));
            texts.add("/" + "a".repeat(Math.max(0, length - 1)));
            if (length < 600) {
                texts.add("a.".repeat(length / 2) + (length % 2 == 0 ? "b" : "bc"));
                texts.add("s/" + "a".repeat(length));
            }
            if (Integer.bitCount(length) < 3) {
                texts.add("\ud83d\ude80".repeat(length));
            }
        }
        Stream<String> characters = Stream.concat(
                LongStream.range(0, 128).mapToObj(c -> Character.toString((char) c)),
                Stream.of("\u0085", "\u00a0", "\u00df", "\u0130", "\u2028", "\u212a", "\uff0e", "\ud83d\ude80"));
        characters.forEach(character -> {
            texts.add(character);
            texts.add(text + character);
            texts.add(character + text);
            texts.add(text.substring(0, text.length() / 2) + character + text.substring(text.length() / 2));
        });
        texts.add(text.toUpperCase(java.util.Locale.ROOT));
        texts.add(text + text);
        texts.add(" ".repeat(3));
        return texts;
    }

    private void collect(String place, JsonNode node) {
        valuesByPlace.computeIfAbsent(place, p -> new LinkedHashSet<>()).add(node);
        if (node instanceof ObjectNode object) {
            object.properties()
                    .forEach(member -> collect(place + kind(object) + "." + member.getKey(), member.getValue()));
        } else if (node instanceof ArrayNode array) {
            array.forEach(element -> collect(place + "[]", element));
        }
    }

    private void collectSchemaValues(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            for (String bound : List.of("minimum", "maximum")) {
                if (object.path(bound).isIntegralNumber()) {
                    long value = object.path(bound).asLong();
                    bounds.addAll(List.of(value - 1, value, value + 1));
                }
            }
            object.path("enum").forEach(constant -> constants.add(constant.asText()));
        }
        schema.forEach(this::collectSchemaValues);
    }

    private static boolean isMember(String other, String place) {
        return other.startsWith(place + ".") && other.indexOf('.', place.length() + 1) < 0 && !other.endsWith("[]");
    }

    /** Objects of several kinds stand in the same place. */
    private static String kind(ObjectNode object) {
        return object.has("kind") ? "<" + object.path("kind").asText() + ">" : "";
    }

    private static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "... (" + text.length() + ")";
    }

    private static List<Integer> lengths() {
        Set<Integer> lengths = new LinkedHashSet<>();
        for (int power = 0; power <= 12; power++) {
            for (int beside = -1; beside <= 1; beside++) {
                lengths.add((1 << power) + beside);
            }
        }
        lengths.addAll(List.of(23, 24, 25, 47, 48, 49, 252, 253, 254, 507, 508, 1000));
        return List.copyOf(lengths);
    }

    private static List<Long> numbers() {
        Set<Long> numbers = new LinkedHashSet<>();
        for (int power = 0; power <= 62; power++) {
            for (int beside = -1; beside <= 1; beside++) {
                numbers.add((1L << power) + beside);
            }
        }
        for (long power = 1; power <= 1_000_000_000_000_000_000L / 10; power *= 10) {
            numbers.addAll(List.of(power - 1, power, power + 1, -power));
        }
        numbers.addAll(List.of(Long.MAX_VALUE, Long.MIN_VALUE, 63L, 64L, 99L, 300L, 301L, 599L, 600L, 3600L, 3601L));
        return List.copyOf(numbers);
    }
}
