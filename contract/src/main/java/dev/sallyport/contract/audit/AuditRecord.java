package dev.sallyport.contract.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.contract.json.Require;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One line of the audit log.
 *
 * @param schema the record's version, always {@value #SCHEMA}
 * @param event what is recorded
 * @param time when it began: for a request, when its head had arrived
 * @param sequence 1 for a state directory's first line, then one more a line. A {@link Event#PROXY_STARTED} line may
 *     leave numbers out: those of the lines that its predecessor was writing when it was killed, which are in the log or
 *     not
 * @param previous SHA-256 of the line before, without its line end, in 64 hexadecimal digits; of a
 *     {@link Event#PROXY_STARTED} line: of the last line known to be written; all zeros: there was none
 * @param sandbox whose proxy this is; empty: it has never had a configuration
 * @param request the request; empty for other events
 */
public record AuditRecord(
        String schema,
        Event event,
        Instant time,
        @JsonProperty(required = true) long sequence,
        String previous,
        Optional<SandboxRef> sandbox,
        Optional<AuditedRequest> request) {

    public static final String SCHEMA = "sallyport.dev/audit/v1";

    /** What the first line of a chain has for its predecessor. */
    public static final String NO_PREVIOUS = "0".repeat(64);

    static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    public AuditRecord {
        Require.that(SCHEMA.equals(schema), "schema: not " + SCHEMA);
        Require.present(event, "event");
        Require.present(time, "time");
        Require.that(sequence > 0, "sequence: not positive");
        Require.that(HASH.matcher(Require.present(previous, "previous")).matches(), "previous: not 64 digits");
        sandbox = Require.present(sandbox, "sandbox");
        request = Require.present(request, "request");
        Require.that(request.isPresent() == (event == Event.REQUEST), "request: there for requests only");
    }

    /** What a line records. */
    public enum Event {
        @JsonProperty("Request")
        REQUEST,
        @JsonProperty("ProxyStarted")
        PROXY_STARTED,
        /** The last line of a process that was not killed. */
        @JsonProperty("ProxyStopped")
        PROXY_STOPPED
    }
}
