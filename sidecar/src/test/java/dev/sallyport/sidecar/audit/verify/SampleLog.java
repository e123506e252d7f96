package dev.sallyport.sidecar.audit.verify;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.audit.AuditRecord.Event;
import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.AuditedRequest.CredentialUse;
import dev.sallyport.contract.audit.AuditedRequest.Decision;
import dev.sallyport.contract.audit.AuditedRequest.Form;
import dev.sallyport.contract.audit.AuditedRequest.Protocol;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.contract.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A log as docs/audit.md describes it, written by other code than the proxy's. */
final class SampleLog {

    static final String UID = "2f1c0d8e-0000-0000-0000-000000000000";

    private static final Instant BEGINNING = Instant.parse("2026-11-23T14:24:33.674733090Z");

    private static final List<Decision> DECISIONS =
            List.of(Decision.ALLOWED, Decision.WOULD_DENY, Decision.DENIED, Decision.FAILED);

    private final List<String> lines = new ArrayList<>();
    private final String uid;
    private final Instant beginning;
    private long sequence;
    private String previous = AuditRecord.NO_PREVIOUS;

    SampleLog() {
        this(UID, BEGINNING);
    }

    private SampleLog(String uid, Instant beginning) {
        this.uid = uid;
        this.beginning = beginning;
    }

    static SampleLog ofAnotherSandbox() {
        return new SampleLog("another", BEGINNING);
    }

    static SampleLog ofTheSameSandboxLater() {
        return new SampleLog(UID, BEGINNING.plusSeconds(3600));
    }

    /** A start, some requests and a stop. */
    static SampleLog ofRequests(int requests) {
        return new SampleLog().start().requests(requests).stop();
    }

    SampleLog start() {
        return add(Event.PROXY_STARTED, Optional.empty());
    }

    SampleLog stop() {
        return add(Event.PROXY_STOPPED, Optional.empty());
    }

    SampleLog requests(int number) {
        for (int i = 0; i < number; i++) {
            add(Event.REQUEST, Optional.of(request(DECISIONS.get(i % DECISIONS.size()))));
        }
        return this;
    }

    /**
     * The start of the successor of a killed proxy.
     *
     * @param doubtful lines of the killed one that it does not know to be written
     * @param leftOut numbers of which there is no line
     */
    SampleLog startAfterKill(int doubtful, int leftOut) {
        int certain = lines.size() - doubtful;
        previous = certain == 0 ? AuditRecord.NO_PREVIOUS : hash(lines.get(certain - 1));
        sequence += leftOut;
        return start();
    }

    /** Begins a new chain, as a proxy with a new state directory does. */
    SampleLog startAnew() {
        previous = AuditRecord.NO_PREVIOUS;
        sequence = 0;
        return start();
    }

    List<String> lines() {
        return new ArrayList<>(lines);
    }

    AuditHead head() {
        return new AuditHead(sequence, previous);
    }

    static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    private SampleLog add(Event event, Optional<AuditedRequest> request) {
        sequence++;
        AuditRecord record = new AuditRecord(
                AuditRecord.SCHEMA,
                event,
                beginning.plusMillis(lines.size()),
                sequence,
                previous,
                Optional.of(new SandboxRef("agents", "claude", uid)),
                request);
        String line = new String(StrictJson.write(record), StandardCharsets.UTF_8);
        lines.add(line);
        previous = hash(line);
        return this;
    }

    private static AuditedRequest request(Decision decision) {
        Optional<Reason> reason =
                switch (decision) {
                    case ALLOWED -> Optional.empty();
                    case WOULD_DENY, DENIED -> Optional.of(Reason.METHOD_NOT_ALLOWED);
                    case FAILED -> Optional.of(Reason.UPSTREAM_RESET);
                };
        return new AuditedRequest(
                "a34c134d0eb08f9d",
                Form.BASE_URL,
                Protocol.HTTP_1_1,
                "POST",
                Optional.of("api.anthropic.com"),
                Optional.of("/v1/messages"),
                Optional.of("beta="),
                Optional.of("anthropic"),
                OptionalInt.of(0),
                decision,
                reason,
                decision == Decision.ALLOWED
                        ? Optional.of(new CredentialUse("anthropic/api-key", "5d0c9a3f1b2e4c77"))
                        : Optional.empty(),
                OptionalInt.of(200),
                412,
                9120,
                OptionalLong.of(48_211),
                2_210_345);
    }

    static String hash(String line) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(line.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
