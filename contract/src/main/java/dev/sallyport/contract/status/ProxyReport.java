package dev.sallyport.contract.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.json.Require;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The answer of {@code GET /status}.
 *
 * @param schema the document's version, always {@value #SCHEMA}
 * @param sandboxUid the {@code metadata.uid} of the sandbox that the proxy serves
 * @param version the proxy's release
 * @param startedAt when this process began to serve
 * @param ready whether it takes requests: it has a configuration, every credential, and is not stopping
 * @param stopping whether it refuses new requests and lets the running ones end
 * @param config which configuration serves, and what became of a later one
 * @param credentials the state of every Secret value that the configuration names, in its order
 * @param counters what has been counted
 * @param audit the audit log's last line: what a copy of the log can be held against
 */
public record ProxyReport(
        String schema,
        String sandboxUid,
        String version,
        Instant startedAt,
        @JsonProperty(required = true) boolean ready,
        @JsonProperty(required = true) boolean stopping,
        ConfigState config,
        List<CredentialState> credentials,
        Counters counters,
        AuditHead audit) {

    public static final String SCHEMA = "sallyport.dev/proxy-report/v1";

    public ProxyReport {
        Require.that(SCHEMA.equals(schema), "schema: not " + SCHEMA);
        Require.present(sandboxUid, "sandboxUid");
        Require.present(version, "version");
        Require.present(startedAt, "startedAt");
        Require.present(config, "config");
        credentials = List.copyOf(Require.present(credentials, "credentials"));
        Require.present(counters, "counters");
        Require.present(audit, "audit");
    }

    /**
     * Which configuration serves.
     *
     * @param generation the generation of the configuration that serves; 0 where none does
     * @param problem why a later one was not taken, with the place and without values; empty: the newest one serves
     */
    public record ConfigState(@JsonProperty(required = true) long generation, Optional<String> problem) {
        public ConfigState {
            problem = Require.present(problem, "problem");
        }
    }

    /**
     * What became of one Secret value.
     *
     * @param secret the Secret's name
     * @param key the key in it
     * @param state whether the proxy can use it
     * @param fingerprint a keyed digest that lets two values be told apart and says nothing else; empty where there is
     *     no usable value
     * @param message what is wrong with the value, or was mended; never a part of it; empty: nothing
     */
    public record CredentialState(
            String secret, String key, State state, Optional<String> fingerprint, Optional<String> message) {
        public CredentialState {
            Require.present(secret, "secret");
            Require.present(key, "key");
            Require.present(state, "state");
            fingerprint = Require.present(fingerprint, "fingerprint");
            message = Require.present(message, "message");
        }

        /** Whether a Secret value can be used. */
        public enum State {
            @JsonProperty("Resolved")
            RESOLVED,
            /** The Secret or the key is not there (yet). */
            @JsonProperty("Missing")
            MISSING,
            /** It is empty, too large, or holds what no header may: control characters. */
            @JsonProperty("Invalid")
            INVALID
        }
    }
}
