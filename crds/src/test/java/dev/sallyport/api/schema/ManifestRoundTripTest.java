package dev.sallyport.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sallyport.api.v1alpha1.AgentSandbox;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The types lose nothing of a manifest, and fill in the defaults that the API server would. */
class ManifestRoundTripTest {
    private static final ObjectNode SCHEMA = AgentSandboxCrd.schema(AgentSandboxCrd.definition());

    private static final JsonMapper SORTED = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    @ParameterizedTest
    @MethodSource("accepted")
    void a_manifest_is_written_back_with_the_schemas_defaults_and_nothing_else(Manifest manifest) {
        JsonNode expected = Serialization.unmarshal(manifest.yaml(), JsonNode.class);
        asTheServerStoresIt(SCHEMA, expected);

        AgentSandbox read = Serialization.unmarshal(manifest.yaml(), AgentSandbox.class);
        JsonNode written = Serialization.unmarshal(Serialization.asYaml(read), JsonNode.class);

        assertThat(readable(written.path("spec"))).isEqualTo(readable(expected.path("spec")));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void what_was_written_back_reads_as_the_same(Manifest manifest) {
        AgentSandbox read = Serialization.unmarshal(manifest.yaml(), AgentSandbox.class);

        AgentSandbox again = Serialization.unmarshal(Serialization.asYaml(read), AgentSandbox.class);

        assertThat(again).isEqualTo(read);
    }

    static Stream<Manifest> accepted() {
        return Manifest.accepted();
    }

    /** Sorted and one value a line, so that a difference can be seen. */
    private static String readable(JsonNode node) {
        try {
            return SORTED.writeValueAsString(SORTED.convertValue(node, Object.class));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fills in defaults, and takes a number that stands for a quantity as text, which is the same. */
    private static void asTheServerStoresIt(ObjectNode schema, JsonNode value) {
        if (value instanceof ArrayNode list) {
            list.forEach(item -> asTheServerStoresIt(Schemas.items(schema), item));
        } else if (value instanceof ObjectNode object && schema.has("properties")) {
            schema.path("properties").propertyStream().forEach(property -> {
                String name = property.getKey();
                ObjectNode declared = (ObjectNode) property.getValue();
                if (!object.has(name) && declared.has("default")) {
                    object.set(name, declared.get("default").deepCopy());
                }
                if (object.has(name)) {
                    asTheServerStoresIt(declared, object.get(name));
                }
                if (object.path(name).isInt()
                        && declared.path("pattern").asText().equals(CoreSchemas.QUANTITY)) {
                    object.set(name, TextNode.valueOf(object.get(name).asText()));
                }
            });
        }
    }
}
