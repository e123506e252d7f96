package dev.sallyport.api.schema;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sallyport.api.v1alpha1.AgentSandbox;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The CustomResourceDefinition of {@link AgentSandbox}, as it is checked in. */
final class AgentSandboxCrd {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

    private record Column(String name, String type, String jsonPath, String description) {}

    private static final List<Column> COLUMNS = List.of(
            new Column(
                    "Ready",
                    "string",
                    ".status.conditions[?(@.type==\"Ready\")].status",
                    "Whether the agent runs behind a working proxy"),
            new Column("Profiles", "string", ".spec.agentProfiles", "The agents that the environment is made for"),
            new Column("Allowed", "integer", ".status.audit.allowed", "Requests that were let out"),
            new Column("Denied", "integer", ".status.audit.denied", "Requests that the policy refused"),
            new Column("Age", "date", ".metadata.creationTimestamp", "Time since the resource was created"));

    private AgentSandboxCrd() {}

    /** The whole definition. */
    static ObjectNode definition() {
        ObjectNode definition = generated();
        ObjectNode version = (ObjectNode) definition.at("/spec/versions/0");
        columns(version.putArray("additionalPrinterColumns"));
        ObjectNode root = schema(definition);
        OwnSchema.complete(root);
        CoreSchemas core = CoreSchemas.checkedIn();
        ObjectNode spec = Schemas.property(root, "spec");
        embed(Schemas.property(spec, "podTemplate"), core.podTemplate());
        embed(Schemas.items(Schemas.property(spec, "volumeClaimTemplates")), core.claimTemplate());
        embed(Schemas.property(Schemas.property(spec, "proxy"), "resources"), core.resources());
        return definition;
    }

    /** The schema of the only version. */
    static ObjectNode schema(ObjectNode definition) {
        return (ObjectNode) definition.at("/spec/versions/0/schema/openAPIV3Schema");
    }

    static String asYaml(ObjectNode definition) {
        try {
            return """
                    # Made from the types in crds/ by GeneratedFilesTest, which also says how to make it anew.
                    """ + YAML.writeValueAsString(definition);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode generated() {
        ByteArrayOutputStream yaml = new ByteArrayOutputStream();
        int made = new CRDGenerator()
                .withParallelGenerationEnabled(false)
                .withOutput(new OneFile(yaml))
                .customResourceClasses(AgentSandbox.class)
                .generate();
        if (made != 1) {
            throw new IllegalStateException("expected one definition, the generator made " + made);
        }
        try {
            return (ObjectNode) YAML.readTree(yaml.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void columns(ArrayNode columns) {
        for (Column column : COLUMNS) {
            columns.addObject()
                    .put("name", column.name())
                    .put("type", column.type())
                    .put("jsonPath", column.jsonPath())
                    .put("description", column.description());
        }
    }

    private static void embed(ObjectNode place, ObjectNode core) {
        place.retain("description");
        place.setAll(core);
    }

    private record OneFile(ByteArrayOutputStream bytes) implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
        @Override
        public ByteArrayOutputStream outputFor(String crdName) {
            return bytes;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
