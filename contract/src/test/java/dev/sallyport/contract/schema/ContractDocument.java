package dev.sallyport.contract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.EgressFinding;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A document of the contract that people write or read.
 *
 * @param name the schema's name
 * @param type the record that it is read into
 * @param files its examples in docs/examples: each is one document, or has one a line
 */
record ContractDocument(String name, Class<?> type, List<String> files) {

    static final ContractDocument PROXY_CONFIG = new ContractDocument(
            "proxy-config",
            ProxyConfig.class,
            List.of("proxy-config-minimal.json", "proxy-config-complete.json", "proxy-config-trial.json"));

    static final ContractDocument AUDIT = new ContractDocument("audit", AuditRecord.class, List.of("audit.jsonl"));

    static final ContractDocument EGRESS_FINDING = new ContractDocument(
            "egress-finding",
            EgressFinding.class,
            List.of("egress-finding-enforced.json", "egress-finding-open.json", "egress-finding-failed.json"));

    static final Path DOCS = Path.of("..", "docs");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The schema as it is shipped. */
    JsonNode schema() {
        try (InputStream in =
                ContractDocument.class.getResourceAsStream("/dev/sallyport/contract/" + name + ".schema.json")) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonSchema compiled(JsonNode schema) {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(schema);
    }

    List<JsonNode> examples() {
        List<JsonNode> examples = new ArrayList<>();
        for (String file : files) {
            String text = text(DOCS.resolve("examples").resolve(file));
            if (file.endsWith(".jsonl")) {
                text.lines().map(ContractDocument::parse).forEach(examples::add);
            } else {
                examples.add(parse(text));
            }
        }
        return examples;
    }

    /** What mutations begin with: the examples, each of whose routes is in a document of its own, as small ones are quicker. */
    List<JsonNode> smallExamples() {
        List<JsonNode> small = new ArrayList<>();
        for (JsonNode example : examples()) {
            if (example.path("routes").size() < 2) {
                small.add(example);
            } else {
                for (JsonNode route : example.path("routes")) {
                    ObjectNode alone = example.deepCopy();
                    alone.putArray("routes").add(route);
                    small.add(alone);
                }
            }
        }
        return small;
    }

    /** What the record's reader has against a document; empty: nothing. */
    Optional<String> refusal(JsonNode document) {
        try {
            Object _ = read(document);
            return Optional.empty();
        } catch (InvalidJsonException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    Object read(JsonNode document) throws InvalidJsonException {
        return StrictJson.read(document.toString().getBytes(StandardCharsets.UTF_8), type);
    }

    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
