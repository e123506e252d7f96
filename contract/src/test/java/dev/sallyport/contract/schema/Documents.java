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
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The documents of the contract that people write or read: each with its schema, its record and its examples. */
enum Documents {
    PROXY_CONFIG(
            "proxy-config",
            ProxyConfig.class,
            "proxy-config-minimal.json",
            "proxy-config-complete.json",
            "proxy-config-trial.json"),
    AUDIT("audit", AuditRecord.class, "audit.jsonl");

    static final Path DOCS = Path.of("..", "docs");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final Class<?> type;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> files;

    Documents(String name, Class<?> type, String... files) {
        this.name = name;
        this.type = type;
        this.files = List.of(files);
    }

    Class<?> type() {
        return type;
    }

    /** The schema as it is shipped. */
    JsonNode schema() {
        try (InputStream in = Documents.class.getResourceAsStream("/dev/sallyport/contract/" + name + ".schema.json")) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonSchema compiled(JsonNode schema) {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(schema);
    }

    /** The documents that docs/examples holds: each file is one, or has one a line. */
    List<JsonNode> examples() {
        return files.stream()
                .flatMap(file -> {
                    String text = text(DOCS.resolve("examples").resolve(file));
                    return file.endsWith(".jsonl") ? text.lines() : Stream.of(text);
                })
                .map(Documents::parse)
                .toList();
    }

    /** What mutations begin with: the examples, each of whose routes is in a document of its own, as small ones are quicker. */
    List<JsonNode> smallExamples() {
        return examples().stream()
                .flatMap(example -> {
                    JsonNode routes = example.path("routes");
                    return routes.size() < 2
                            ? Stream.of(example)
                            : routes.valueStream().map(route -> {
                                ObjectNode alone = example.deepCopy();
                                alone.putArray("routes").add(route);
                                return (JsonNode) alone;
                            });
                })
                .toList();
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
