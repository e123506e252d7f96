package dev.sallyport.contract.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.SchemaId;
import dev.sallyport.contract.json.InvalidJsonException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The checked-in schemas say what the records say, neither more nor less. */
class SchemaTest {

    static final List<ContractDocument> DOCUMENTS = List.of(ContractDocument.PROXY_CONFIG, ContractDocument.AUDIT);

    private static final Pattern JSON_BLOCK = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

    @ParameterizedTest
    @FieldSource("DOCUMENTS")
    void isAValidSchemaOfTheDraftThatItNames(ContractDocument document) {
        JsonNode metaSchema = ContractDocument.parse("{\"$ref\": \"" + SchemaId.V202012 + "\"}");

        assertThat(document.schema().path("$schema").asText()).isEqualTo(SchemaId.V202012);
        assertThat(ContractDocument.compiled(metaSchema).validate(document.schema()))
                .isEmpty();
    }

    @ParameterizedTest
    @FieldSource("DOCUMENTS")
    void hasTheVersionOfTheContractDocumentInItsName(ContractDocument document) {
        String version = document.schema().at("/properties/schema/const").asText();

        assertThat(document.schema().path("$id").asText())
                .isEqualTo("https://" + version.replace("dev/", "dev/schema/"));
    }

    @ParameterizedTest
    @FieldSource("DOCUMENTS")
    void hasTheMembersTypesAndConstantsOfTheRecords(ContractDocument document) {
        assertThat(RecordShape.differences(document.schema(), document.type())).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("DOCUMENTS")
    void theExamplesAreValidAndHoldEveryMemberAndConstant(ContractDocument document) {
        JsonSchema schema = ContractDocument.compiled(document.schema());

        for (JsonNode example : document.examples()) {
            assertThat(schema.validate(example)).as(example.toString()).isEmpty();
            assertThat(document.refusal(example)).as(example.toString()).isEmpty();
        }
        Set<String> members = new TreeSet<>();
        Set<String> values = new TreeSet<>();
        document.examples().forEach(example -> collect(example, members, values));
        // Reasons have a list of their own, which is tested for its completeness.
        assertThat(members).containsAll(memberNames(document.schema()));
        assertThat(values).containsAll(constants(document.schema(), "reason"));
    }

    @ParameterizedTest
    @FieldSource("DOCUMENTS")
    void acceptsAndRefusesWhatTheRecordsDo(ContractDocument document) {
        assertThat(disagreements(document)).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("DOCUMENTS")
    void theDefaultsAreTheRecords(ContractDocument document) throws Exception {
        List<String> seen = new ArrayList<>();
        for (JsonNode example : document.examples()) {
            defaults(document, example, example, document.schema(), seen);
        }

        assertThat(seen).containsAll(membersWithDefaults(document.schema()));
    }

    /** What would fail if a member, a constant, a bound or a rule were in the records and not in the schema. */
    @ParameterizedTest
    @FieldSource("DOCUMENTS")
    void nothingCanBeTakenFromTheSchemaUnnoticed(ContractDocument document) {
        List<Refused> refused = refused(document);
        List<Weakening> weakenings = weakenings(document.schema());

        List<String> unnoticed = weakenings.stream()
                .filter(weakening -> RecordShape.differences(weakening.schema(), document.type())
                        .isEmpty())
                .filter(weakening -> !acceptsWhatIsRefused(weakening, refused))
                .filter(weakening -> !refusesAnExample(weakening, document))
                .map(Weakening::what)
                .toList();

        assertThat(weakenings).hasSizeGreaterThan(40);
        assertThat(unnoticed).isEmpty();
    }

    @Test
    void theDocumentsInTheDocsAreValid() {
        for (Map.Entry<String, ContractDocument> page : Map.of(
                        "audit.md", ContractDocument.AUDIT, "proxy-config.md", ContractDocument.PROXY_CONFIG)
                .entrySet()) {
            Matcher blocks = JSON_BLOCK.matcher(ContractDocument.text(ContractDocument.DOCS.resolve(page.getKey())));
            int documents = 0;
            while (blocks.find()) {
                JsonNode block = ContractDocument.parse(blocks.group(1));
                if (block.has("schema")) {
                    documents++;
                    assertThat(ContractDocument.compiled(page.getValue().schema())
                                    .validate(block))
                            .as(page.getKey())
                            .isEmpty();
                    assertThat(page.getValue().refusal(block)).as(page.getKey()).isEmpty();
                }
            }
            assertThat(documents).as(page.getKey()).isPositive();
        }
    }

    static List<String> disagreements(ContractDocument document) {
        JsonSchema schema = ContractDocument.compiled(document.schema());
        List<String> disagreements = new ArrayList<>();
        new Mutations(document.smallExamples(), document.schema()).each(mutation -> {
            boolean bySchema = schema.validate(mutation.document()).isEmpty();
            Optional<String> refusal = document.refusal(mutation.document());
            if (bySchema != refusal.isEmpty()) {
                disagreements.add(
                        mutation.what() + ": the schema " + (bySchema ? "accepts" : "refuses") + ", the records "
                                + refusal.map(why -> "refuse: " + why).orElse("accept"));
            }
        });
        return disagreements;
    }

    /** A document that the schema refuses, and by which of its parts. */
    private record Refused(JsonNode document, List<String> by) {}

    private static List<Refused> refused(ContractDocument document) {
        JsonSchema schema = ContractDocument.compiled(document.schema());
        List<Refused> refused = new ArrayList<>();
        new Mutations(document.smallExamples(), document.schema()).each(mutation -> {
            List<String> by = schema.validate(mutation.document()).stream()
                    .map(message -> message.getSchemaLocation().getFragment().toString())
                    .distinct()
                    .toList();
            if (!by.isEmpty()) {
                refused.add(new Refused(mutation.document(), by));
            }
        });
        return refused;
    }

    private static boolean acceptsWhatIsRefused(Weakening weakening, List<Refused> refused) {
        JsonSchema weaker = ContractDocument.compiled(weakening.schema());
        String part = weakening.what();
        for (String prefix : List.of(part, part.substring(0, part.lastIndexOf('/')))) {
            if (refused.stream()
                    .filter(candidate -> candidate.by().stream().anyMatch(by -> by.startsWith(prefix)))
                    .anyMatch(candidate -> weaker.validate(candidate.document()).isEmpty())) {
                return true;
            }
        }
        return false;
    }

    private static boolean refusesAnExample(Weakening weakening, ContractDocument document) {
        JsonSchema changed = ContractDocument.compiled(weakening.schema());
        return document.examples().stream()
                .anyMatch(example -> !changed.validate(example).isEmpty());
    }

    private static void collect(JsonNode node, Set<String> members, Set<String> values) {
        node.properties().forEach(member -> members.add(member.getKey()));
        if (node.isTextual()) {
            values.add(node.asText());
        }
        node.forEach(child -> collect(child, members, values));
    }

    private static Set<String> memberNames(JsonNode schema) {
        Set<String> names = new TreeSet<>();
        if (schema.path("type").asText().equals("object")) {
            schema.path("properties").fieldNames().forEachRemaining(names::add);
        }
        schema.forEach(child -> names.addAll(memberNames(child)));
        return names;
    }

    private static Set<String> constants(JsonNode schema, String butOf) {
        Set<String> constants = new TreeSet<>();
        schema.properties().forEach(member -> {
            if (member.getKey().equals("enum")) {
                member.getValue().forEach(value -> constants.add(value.asText()));
            } else if (!member.getKey().equals(butOf)) {
                constants.addAll(constants(member.getValue(), butOf));
            }
        });
        if (schema.isArray()) {
            schema.forEach(child -> constants.addAll(constants(child, butOf)));
        }
        return constants;
    }

    private static Set<String> membersWithDefaults(JsonNode schema) {
        Set<String> names = new TreeSet<>();
        schema.path("properties").properties().forEach(member -> {
            if (member.getValue().has("default")) {
                names.add(member.getKey());
            }
        });
        schema.forEach(child -> names.addAll(membersWithDefaults(child)));
        return names;
    }

    /** Every object of the example, with each member that has a default left out and spelt out. */
    private static void defaults(
            ContractDocument document, JsonNode whole, JsonNode node, JsonNode schema, List<String> seen)
            throws InvalidJsonException {
        for (JsonNode definition : definitionsOf(node, schema)) {
            for (Map.Entry<String, JsonNode> property :
                    definition.path("properties").properties()) {
                JsonNode byDefault = property.getValue().path("default");
                if (byDefault.isMissingNode()) {
                    continue;
                }
                ObjectNode object = (ObjectNode) node;
                JsonNode before = object.get(property.getKey());
                object.remove(property.getKey());
                Object without = document.read(whole);
                object.set(property.getKey(), byDefault);
                assertThat(document.refusal(whole)).as(property.getKey()).isEmpty();
                assertThat(document.read(whole)).as(property.getKey()).isEqualTo(without);
                if (before == null) {
                    object.remove(property.getKey());
                } else {
                    object.set(property.getKey(), before);
                }
                seen.add(property.getKey());
            }
        }
        for (JsonNode child : node) {
            defaults(document, whole, child, schema, seen);
        }
    }

    /** The definitions whose members hold all of the object's. */
    private static List<JsonNode> definitionsOf(JsonNode node, JsonNode schema) {
        List<JsonNode> definitions = new ArrayList<>();
        if (node.isObject()) {
            List<JsonNode> candidates = new ArrayList<>(List.of(schema));
            schema.path("$defs").forEach(candidates::add);
            for (JsonNode candidate : candidates) {
                boolean fits = candidate.path("type").asText().equals("object") && !node.isEmpty();
                for (Iterator<String> names = node.fieldNames(); fits && names.hasNext(); ) {
                    fits = candidate.path("properties").has(names.next());
                }
                if (fits) {
                    definitions.add(candidate);
                }
            }
        }
        return definitions;
    }

    /** The schema with one of its parts taken out. */
    private record Weakening(String what, JsonNode schema) {}

    private static List<Weakening> weakenings(JsonNode schema) {
        List<Weakening> weakenings = new ArrayList<>();
        weaken(schema, schema, "", weakenings);
        return weakenings;
    }

    private static void weaken(JsonNode root, JsonNode node, String at, List<Weakening> to) {
        Set<String> parts = Set.of(
                "pattern",
                "minimum",
                "maximum",
                "minLength",
                "maxLength",
                "minItems",
                "maxItems",
                "uniqueItems",
                "required",
                "dependentRequired",
                "additionalProperties",
                "if",
                "const",
                "allOf",
                "oneOf",
                "not");
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            String path = at + "/" + member.getKey().replace("~", "~0").replace("/", "~1");
            if (parts.contains(member.getKey()) || at.endsWith("/properties")) {
                to.add(new Weakening(path, without(root, at, member.getKey())));
            }
            weaken(root, member.getValue(), path, to);
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                if (at.endsWith("/enum")
                        || at.endsWith("/required")
                        || at.endsWith("/allOf")
                        || at.endsWith("/oneOf")) {
                    to.add(new Weakening(at + "/" + i, withoutElement(root, at, i)));
                }
                weaken(root, node.get(i), at + "/" + i, to);
            }
        }
    }

    private static JsonNode without(JsonNode root, String at, String member) {
        JsonNode copy = root.deepCopy();
        ((ObjectNode) copy.at(at)).remove(member);
        return copy;
    }

    private static JsonNode withoutElement(JsonNode root, String at, int index) {
        JsonNode copy = root.deepCopy();
        ((com.fasterxml.jackson.databind.node.ArrayNode) copy.at(at)).remove(index);
        return copy;
    }
}
