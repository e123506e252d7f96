package dev.sallyport.sidecar.audit;

import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.audit.AuditRecord.Event;
import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.contract.json.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The audit log: one JSON line a request, each with the hash of the one before. One thread writes, in batches. Room is
 * reserved before a request is sent, so its line can never be lost for want of it; where the output is blocked, the room
 * runs out and requests are refused.
 */
public final class AuditLog implements AutoCloseable {

    private static final int MOST_IN_A_BATCH = 256;

    private final OutputStream out;
    private final ChainFile chain;
    private final Clock clock;
    private final int capacity;
    private final Semaphore room;
    private final ArrayBlockingQueue<Entry> queue;
    private final MessageDigest sha256;
    private final Thread writer;
    private volatile Optional<SandboxRef> sandbox = Optional.empty();
    private volatile boolean failed;
    private volatile boolean closing;
    private long sequence;
    private byte[] previous;

    /**
     * Opens the log, with a line that says that the proxy has started.
     *
     * @param out where the lines go; closed by nobody
     * @param chainFile where the chain's head is kept
     * @param capacity how many lines may wait and requests may be under way, together
     * @throws IOException if the chain's head cannot be kept
     */
    public AuditLog(OutputStream out, Path chainFile, int capacity, Clock clock) throws IOException {
        this.out = out;
        this.chain = new ChainFile(chainFile);
        this.clock = clock;
        this.capacity = capacity;
        this.room = new Semaphore(capacity);
        this.queue = new ArrayBlockingQueue<>(capacity + 2);
        this.sha256 = sha256();
        this.previous = chain.hash();
        this.sequence = chain.pending();
        queue.add(new Entry(Event.PROXY_STARTED, clock.instant(), Optional.empty()));
        this.writer = Thread.ofPlatform().daemon().name("audit").start(this::write);
    }

    /** Whose requests are recorded from now on. */
    public void setSandbox(SandboxRef ref) {
        sandbox = Optional.of(ref);
    }

    /** Reserves the room of one line. False: there is none, and the request must be refused. */
    public boolean tryReserve() {
        return !failed && room.tryAcquire();
    }

    /** Gives back the room of a line that is not going to be. */
    public void release() {
        room.release();
    }

    /** Records a request whose room was reserved. */
    public void record(Instant began, AuditedRequest request) {
        queue.add(new Entry(Event.REQUEST, began, Optional.of(request)));
    }

    /** Lines that are reserved or wait, from 0 to the capacity. */
    public int load() {
        return capacity - room.availablePermits();
    }

    /** Whether lines can no longer be written: all requests are refused. */
    public boolean hasFailed() {
        return failed;
    }

    private void write() {
        List<Entry> batch = new ArrayList<>(MOST_IN_A_BATCH);
        try {
            while (!closing || !queue.isEmpty()) {
                Entry first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, MOST_IN_A_BATCH - 1);
                    write(batch);
                    batch.clear();
                }
            }
        } catch (IOException | RuntimeException e) {
            failed = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(List<Entry> batch) throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream(batch.size() * 768);
        for (Entry entry : batch) {
            sequence++;
            byte[] line = StrictJson.write(new AuditRecord(
                    AuditRecord.SCHEMA,
                    entry.event(),
                    entry.time(),
                    sequence,
                    HexFormat.of().formatHex(previous),
                    sandbox,
                    entry.request()));
            previous = sha256.digest(line);
            lines.write(line);
            lines.write('\n');
        }
        chain.begin(sequence);
        lines.writeTo(out);
        out.flush();
        chain.end(sequence, previous);
        room.release((int)
                batch.stream().filter(entry -> entry.event() == Event.REQUEST).count());
    }

    /**
     * Writes what waits, and a line that says that the proxy has stopped. Returns after at most five seconds, written or
     * not.
     */
    @Override
    public void close() {
        queue.add(new Entry(Event.PROXY_STOPPED, clock.instant(), Optional.empty()));
        closing = true;
        try {
            if (writer.join(java.time.Duration.ofSeconds(5))) {
                chain.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    private record Entry(Event event, Instant time, Optional<AuditedRequest> request) {}
}
