package dev.sallyport.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** A good manifest with some of it made bad, by changes of the form {@code spec.routes[0].hosts: [a.example]}. */
final class Manifest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Manifest() {}

    static String with(String change) {
        return named("plain", change);
    }

    static String named(String name, String change) {
        int colon = change.indexOf(": ");
        return named(name, Map.of(change.substring(0, colon), change.substring(colon + 2)));
    }

    /** Sets each path to a value in YAML. */
    static String named(String name, Map<String, String> changes) {
        try {
            ObjectNode manifest = (ObjectNode) YAML.readTree(Sandbox.resource("sandbox/plain.yaml"));
            ((ObjectNode) manifest.get("metadata")).put("name", name);
            for (Map.Entry<String, String> change : changes.entrySet()) {
                set(manifest, change.getKey(), YAML.readTree(change.getValue()));
            }
            return YAML.writeValueAsString(manifest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void set(ObjectNode root, String path, JsonNode value) {
        String[] parts = path.replace("[", ".[").split("\\.", -1);
        JsonNode at = root;
        for (int i = 0; i < parts.length - 1; i++) {
            at = parts[i].startsWith("[")
                    ? at.get(Integer.parseInt(parts[i].substring(1, parts[i].length() - 1)))
                    : at.get(parts[i]);
        }
        ((ObjectNode) at).set(parts[parts.length - 1], value);
    }
}
