package dev.sallyport.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The audit log of a sandbox's proxy, as anybody reads it who may read a pod's log. */
final class AuditLog {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Installation installation;
    private final String namespace;
    private final Sandbox sandbox;

    AuditLog(Installation installation, String namespace, Sandbox sandbox) {
        this.installation = installation;
        this.namespace = namespace;
        this.sandbox = sandbox;
    }

    /** The number of the newest line. */
    long last() {
        return lines().lastKey();
    }

    /** What came after that line: at least one request, and no number that was promised to one is open. */
    Seen after(long line) {
        NavigableMap<Long, JsonNode> since = await("audit lines after " + line)
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> lines().tailMap(line, false),
                        lines -> !lines.isEmpty() && lines.lastKey() - line == lines.size());
        Seen seen = Seen.NOTHING;
        for (JsonNode each : since.values()) {
            if (each.has("request")) {
                seen = seen.with(each.get("request"));
            }
        }
        return seen;
    }

    private NavigableMap<Long, JsonNode> lines() {
        String log = installation
                .kubectl()
                .run("-n", namespace, "logs", sandbox.proxyPod().getMetadata().getName(), "--container=proxy");
        NavigableMap<Long, JsonNode> lines = new TreeMap<>();
        log.lines().filter(line -> line.startsWith("{")).forEach(line -> {
            JsonNode read = parse(line);
            if (read.has("sequence")) {
                lines.put(read.get("sequence").asLong(), read);
            }
        });
        return lines;
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(line, e);
        }
    }
}
