package dev.sallyport.api.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ApiConventionsTest {
    /** kubectl's client-side apply keeps the object as JSON in an annotation, and an object's annotations hold 256 KiB. */
    private static final int ANNOTATION_BYTES = 240 * 1024;

    private final ObjectNode definition = AgentSandboxCrd.definition();
    private final ObjectNode schema = AgentSandboxCrd.schema(definition);

    @Test
    void the_definition_keeps_every_rule() {
        assertThat(ApiConventions.problems(schema)).isEmpty();
    }

    @Test
    void the_definition_fits_a_client_side_apply() {
        assertThat(definition.toString().length()).isLessThan(ANNOTATION_BYTES);
    }

    @Test
    void kubectl_shows_readiness_profiles_counts_and_age_and_status_is_a_subresource() {
        JsonNode version = definition.at("/spec/versions/0");

        assertThat(version.path("additionalPrinterColumns").findValuesAsText("name"))
                .containsExactly("Ready", "Profiles", "Allowed", "Denied", "Age");
        assertThat(version.at("/subresources/status").isObject()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_planted_fault_is_found(Consumer<ObjectNode> fault, String problem) {
        fault.accept(schema);

        assertThat(ApiConventions.problems(schema)).containsExactly(problem);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("boolean", "spec.added: a boolean", s -> add(s).put("type", "boolean")),
                fault("float", "spec.added: a floating point number", s -> add(s).put("type", "number")),
                fault(
                        "untyped",
                        "spec.added: no type",
                        s -> add(s).put("pattern", "x").put("maxLength", 1)),
                fault("map", "spec.added: a free-form map", s -> {
                    ObjectNode added = add(s).put("type", "object");
                    added.putObject("properties");
                    added.putObject("additionalProperties")
                            .put("type", "string")
                            .put("maxLength", 1);
                    described(added.withObject("additionalProperties"));
                }),
                fault(
                        "no description",
                        "spec.enforcement: no description that ends in a full stop",
                        s -> at(s, "spec", "enforcement").remove("description")),
                fault(
                        "described core",
                        "spec.podTemplate.metadata: a description that only adds size",
                        s -> described(at(s, "spec", "podTemplate", "metadata"))),
                fault(
                        "endless list",
                        "spec.routes: no maxItems",
                        s -> at(s, "spec", "routes").remove("maxItems")),
                fault(
                        "list type",
                        "spec.routes: no list type",
                        s -> at(s, "spec", "routes").remove("x-kubernetes-list-type")),
                fault(
                        "endless string",
                        "spec.shutdownTime: no maxLength",
                        s -> at(s, "spec", "shutdownTime").remove("maxLength")),
                fault(
                        "endless number",
                        "spec.added: no maximum",
                        s -> add(s).put("type", "integer")
                                .put("format", "int64")
                                .put("minimum", 0)),
                fault(
                        "phase",
                        "status.phase: a phase",
                        s -> described(((ObjectNode) at(s, "status").get("properties")).putObject("phase"))
                                .put("type", "string")
                                .put("maxLength", 1)),
                fault(
                        "generation",
                        "status: no observedGeneration",
                        s -> ((ObjectNode) at(s, "status").get("properties")).remove("observedGeneration")),
                fault(
                        "case",
                        "spec.added: \"low\" is not PascalCase",
                        s -> add(s).put("type", "string").putArray("enum").add("low")),
                fault(
                        "yaml",
                        "spec.added: \"Off\" is no string in YAML 1.1",
                        s -> add(s).put("type", "string").putArray("enum").add("Off")),
                fault(
                        "unknown",
                        "spec.podTemplate: keeps unknown fields",
                        s -> at(s, "spec", "podTemplate").put("x-kubernetes-preserve-unknown-fields", true)),
                fault(
                        "rule",
                        "spec: a rule without a message",
                        s -> Schemas.rule(at(s, "spec"), "", "FieldValueInvalid", "", "true")),
                fault(
                        "lost message",
                        "spec: a rule whose message is lost",
                        s -> Schemas.rule(at(s, "spec"), "", "FieldValueDuplicate", "x", "true")));
    }

    private static Arguments fault(String name, String problem, Consumer<ObjectNode> plant) {
        return argumentSet(name, plant, problem);
    }

    private static ObjectNode add(ObjectNode schema) {
        return described(((ObjectNode) at(schema, "spec").get("properties")).putObject("added"));
    }

    private static ObjectNode described(ObjectNode node) {
        return node.put("description", "Planted.");
    }

    private static ObjectNode at(ObjectNode schema, String... path) {
        ObjectNode found = schema;
        for (String name : List.of(path)) {
            found = Schemas.property(found, name);
        }
        return found;
    }
}
