package dev.sallyport.standin.journal;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request in the journal while its exchange runs. Written by the exchange, read by whoever asks. */
public final class Entry {
    private final InstantSource clock;
    private final long sequence;
    private final String id;
    private final RequestHead head;
    private final Instant receivedAt;
    private final List<BodyChunk> chunks = new ArrayList<>();
    private final List<SentEvent> events = new ArrayList<>();
    private long bodyBytes;
    private @Nullable String bodySha256;
    private @Nullable Integer status;
    private long eventsSent;
    private long sentBytes;
    private Outcome outcome = Outcome.IN_PROGRESS;
    private @Nullable Instant endedAt;

    Entry(InstantSource clock, long sequence, String id, RequestHead head) {
        this.clock = clock;
        this.sequence = sequence;
        this.id = id;
        this.head = head;
        this.receivedAt = clock.instant();
    }

    /** The request's id, unique among all. */
    public String id() {
        return id;
    }

    public RequestHead head() {
        return head;
    }

    long sequence() {
        return sequence;
    }

    /** A piece of the body was read. */
    public synchronized void bodyChunk(int bytes) {
        bodyBytes += bytes;
        if (chunks.size() < Journal.MARKS) {
            chunks.add(new BodyChunk(clock.instant(), bytes));
        }
    }

    /**
     * The whole body was read.
     *
     * @param sha256 hexadecimal
     */
    public synchronized void bodyComplete(String sha256) {
        bodySha256 = sha256;
    }

    /** The answer's head is being written. */
    public synchronized void answered(int answerStatus) {
        status = answerStatus;
    }

    /** A piece of the answer is being written by itself. */
    public synchronized void event(String name, int bytes) {
        eventsSent++;
        sentBytes += bytes;
        if (events.size() < Journal.MARKS) {
            events.add(new SentEvent(clock.instant(), name, bytes));
        }
    }

    /** Some of the answer's body is being written. */
    public synchronized void sent(int bytes) {
        sentBytes += bytes;
    }

    /** The exchange ended. The first end counts: what follows a break is its consequence. */
    public synchronized void ended(Outcome how) {
        if (outcome == Outcome.IN_PROGRESS) {
            outcome = how;
            endedAt = clock.instant();
        }
    }

    /** The end of the answer could not be written: the client had gone. */
    public synchronized void undelivered() {
        if (outcome == Outcome.ANSWERED) {
            outcome = Outcome.CLIENT_GONE;
            endedAt = clock.instant();
        }
    }

    synchronized RecordedRequest record() {
        return new RecordedRequest(
                sequence,
                id,
                receivedAt,
                head.protocol(),
                head.tls(),
                head.serverName(),
                head.connection(),
                head.remoteAddress(),
                head.method(),
                head.target(),
                head.authority(),
                head.headers(),
                head.credentials(),
                chunks,
                bodyBytes,
                bodySha256,
                status,
                events,
                eventsSent,
                sentBytes,
                outcome,
                endedAt);
    }
}
