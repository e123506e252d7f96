package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.AuditedRequest.CredentialUse;
import dev.sallyport.contract.audit.AuditedRequest.Decision;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.status.Counters.LastDenied;
import dev.sallyport.sidecar.audit.CounterFile.Outcome;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.policy.Permit;
import dev.sallyport.sidecar.route.Origin;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** What is learnt of one request on its way, and at its end becomes its count and its record, once. */
final class Account {

    private static final int MOST_TEXT = 2048;
    private static final int MOST_METHOD = 32;

    private final Pipeline pipeline;
    private final RequestHead head;
    private final Instant began;
    private final long beganNanos;
    private final String id = Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE);
    private AuditedRequest.Form form = AuditedRequest.Form.UNKNOWN;
    private Optional<AuditedRequest.Protocol> upgraded = Optional.empty();
    private Optional<Origin> origin = Optional.empty();
    private Optional<String> path = Optional.empty();
    private Optional<String> query = Optional.empty();
    private Optional<String> route = Optional.empty();
    private Optional<Permit> permit = Optional.empty();
    private Optional<CredentialUse> credential = Optional.empty();
    private OptionalInt status = OptionalInt.empty();
    private long requestBytes;
    private long responseBytes;
    private long firstByteNanos = -1;
    private boolean reserved;
    private boolean own;
    private boolean closed;

    Account(Pipeline pipeline, RequestHead head) {
        this.pipeline = pipeline;
        this.head = head;
        this.began = pipeline.clock().instant();
        this.beganNanos = pipeline.nanos().getAsLong();
    }

    /** Reserves the room of its line. False: there is none, and the request must not be sent. */
    boolean reserve() {
        reserved = pipeline.audit().tryReserve();
        return reserved;
    }

    boolean isReserved() {
        return reserved;
    }

    /** The request's, as it stands in the record and in a refusal. */
    String id() {
        return id;
    }

    Optional<String> route() {
        return route;
    }

    void identified(AuditedRequest.Form as, Optional<Origin> to, Optional<String> by) {
        form = as;
        origin = to;
        route = by;
    }

    void asked(Optional<String> forPath, Optional<String> withQuery) {
        path = forPath;
        query = withQuery;
    }

    void permitted(Permit granted) {
        permit = Optional.of(granted);
    }

    void credentialed(Optional<CredentialUse> use) {
        credential = use;
    }

    void answered(int with) {
        status = OptionalInt.of(with);
    }

    void firstByte() {
        firstByteNanos = pipeline.nanos().getAsLong();
    }

    /** The first byte of a tunnel. */
    void firstByteOnce() {
        if (firstByteNanos < 0) {
            firstByte();
        }
    }

    /** The proxy answers it itself, for the agent's own sake: it is recorded, and counts for nothing that left. */
    void answeredItself() {
        own = true;
    }

    void upgraded() {
        upgraded = Optional.of(AuditedRequest.Protocol.WEB_SOCKET);
    }

    void received(int bytes) {
        requestBytes += bytes;
    }

    long receivedBytes() {
        return requestBytes;
    }

    void sent(int bytes) {
        responseBytes += bytes;
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Counts and records the request as what it has become. Further calls change nothing.
     *
     * @param reason empty: it was answered
     */
    void close(Optional<Reason> reason) {
        if (closed) {
            return;
        }
        closed = true;
        permit.ifPresent(Permit::close);
        if (!own) {
            pipeline.counters().count(route, Outcome.of(reason, credential.isPresent()));
        }
        if (reason.isPresent() && reason.get().outcome() == Reason.Outcome.DENIED) {
            pipeline.counters()
                    .remember(new LastDenied(
                            began,
                            route,
                            method(),
                            origin.map(Origin::host),
                            reason.get().code()));
        }
        AuditedRequest record = record(reason);
        if (reserved) {
            pipeline.audit().record(began, record);
        }
        pipeline.listener().ended(record);
    }

    private AuditedRequest record(Optional<Reason> reason) {
        Optional<Reason> wouldDeny = permit.flatMap(Permit::wouldDeny);
        return new AuditedRequest(
                id,
                form,
                upgraded.orElseGet(this::protocol),
                method(),
                origin.map(Origin::host),
                path.map(Account::cut),
                query.map(Account::cut),
                route,
                permit.map(Permit::rule).orElse(OptionalInt.empty()),
                decision(reason, wouldDeny),
                reason.or(() -> wouldDeny),
                credential,
                status,
                requestBytes,
                responseBytes,
                firstByteNanos < 0 ? OptionalLong.empty() : OptionalLong.of(micros(firstByteNanos)),
                micros(pipeline.nanos().getAsLong()));
    }

    private static Decision decision(Optional<Reason> reason, Optional<Reason> wouldDeny) {
        if (reason.isEmpty()) {
            return wouldDeny.isPresent() ? Decision.WOULD_DENY : Decision.ALLOWED;
        }
        return switch (reason.get().outcome()) {
            case DENIED -> Decision.DENIED;
            case FAILED -> Decision.FAILED;
        };
    }

    private AuditedRequest.Protocol protocol() {
        return switch (head.protocol()) {
            case HTTP_1_0 -> AuditedRequest.Protocol.HTTP_1_0;
            case HTTP_1_1 -> AuditedRequest.Protocol.HTTP_1_1;
            case HTTP_2 -> AuditedRequest.Protocol.HTTP_2;
        };
    }

    private String method() {
        return head.method().substring(0, Math.min(head.method().length(), MOST_METHOD));
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), MOST_TEXT));
    }

    private long micros(long until) {
        return TimeUnit.NANOSECONDS.toMicros(Math.max(0, until - beganNanos));
    }
}
