package dev.sallyport.sidecar.audit;

import dev.sallyport.contract.audit.AuditHead;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The audit log: one JSON line a request, each with the hash of the one before. One thread writes, in batches. Room is
 * reserved before a request is sent, so its line can never be lost for want of it; where the output is blocked, the room
 * runs out and requests are refused.
 *
 * <p>A reservation is a promise that outlives the process: whoever reserved must record, once. What a killed process
 * promised and did not write shows as numbers that its successor leaves out.
 */
public final class AuditLog implements AutoCloseable {

    private static final int MOST_IN_A_BATCH = 256;

    /**
     * How long the writer lets lines gather after a batch. Without it, each line of a busy proxy wakes the writer and is
     * written by itself, which costs the writer twice as much at 10,000 lines a second.
     */
    private static final long LINGER_NANOS = Duration.ofMillis(20).toNanos();

    private static final Duration MOST_TIME_TO_CLOSE = Duration.ofSeconds(5);

    private final OutputStream out;
    private final ChainFile chain;
    private final Clock clock;
    private final int capacity;
    private final Semaphore room;
    private final ArrayBlockingQueue<Entry> queue;
    private final MessageDigest sha256;
    private final Thread writer;
    private volatile Optional<SandboxRef> sandbox = Optional.empty();
    private volatile AuditHead head;
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
        this.queue = new ArrayBlockingQueue<>(capacity + 1);
        this.sha256 = sha256();
        this.previous = chain.hash();
        this.head = new AuditHead(chain.sequence(), HexFormat.of().formatHex(previous));
        boolean torn = chain.isTorn();
        this.sequence = chain.promised();
        chain.start();
        chain.promise();
        queue.add(new Entry(Event.PROXY_STARTED, clock.instant(), sandbox, Optional.empty()));
        this.writer = Thread.ofPlatform().daemon().name("audit").start(() -> run(torn));
    }

    /** Whose requests are recorded from now on. */
    public void setSandbox(SandboxRef ref) {
        sandbox = Optional.of(ref);
    }

    /**
     * Reserves the room of one line, for a request that must then be recorded, whatever becomes of it. False: there is
     * none, and the request must be refused.
     */
    public boolean tryReserve() {
        if (failed || closing || !room.tryAcquire()) {
            return false;
        }
        chain.promise();
        return true;
    }

    /** Records a request whose room was reserved. Takes no more than a few microseconds, even where the output is blocked. */
    public void record(Instant began, AuditedRequest request) {
        queue.add(new Entry(Event.REQUEST, began, sandbox, Optional.of(request)));
        if (room.availablePermits() <= capacity / 8) {
            LockSupport.unpark(writer);
        }
    }

    /** Lines that are reserved or wait, from 0 to the capacity. */
    public int load() {
        return capacity - room.availablePermits();
    }

    /** Whether lines can no longer be written: all requests are refused. */
    public boolean hasFailed() {
        return failed;
    }

    /** The last line that is known to be written; {@link AuditHead#NONE}: none is. */
    public AuditHead head() {
        return head;
    }

    private void run(boolean torn) {
        boolean whole = false;
        try {
            if (torn) {
                // Where the output is a file that a killed process wrote to: ends the line that it may have begun.
                out.write('\n');
            }
            writeUntilClosed();
            whole = true;
        } catch (IOException e) {
            // Told by hasFailed(): there is nobody to whom this thread could say more.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            failed = !whole;
        }
    }

    private void writeUntilClosed() throws IOException, InterruptedException {
        List<Entry> batch = new ArrayList<>(MOST_IN_A_BATCH);
        while (!closing) {
            Entry first = queue.poll(100, TimeUnit.MILLISECONDS);
            if (first != null) {
                batch.add(first);
                writeAll(batch);
                if (!closing) {
                    LockSupport.parkNanos(this, LINGER_NANOS);
                }
            }
        }
        writeAll(batch);
        chain.promise();
        write(List.of(new Entry(Event.PROXY_STOPPED, clock.instant(), sandbox, Optional.empty())));
    }

    private void writeAll(List<Entry> batch) throws IOException {
        queue.drainTo(batch, MOST_IN_A_BATCH - batch.size());
        while (!batch.isEmpty()) {
            write(batch);
            batch.clear();
            queue.drainTo(batch, MOST_IN_A_BATCH);
        }
    }

    private void write(List<Entry> batch) throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream(batch.size() * 768);
        int requests = 0;
        for (Entry entry : batch) {
            sequence++;
            byte[] line = StrictJson.write(new AuditRecord(
                    AuditRecord.SCHEMA,
                    entry.event(),
                    entry.time(),
                    sequence,
                    HexFormat.of().formatHex(previous),
                    entry.sandbox(),
                    entry.request()));
            previous = sha256.digest(line);
            lines.write(line);
            lines.write('\n');
            requests += entry.event() == Event.REQUEST ? 1 : 0;
        }
        chain.begin(sequence);
        lines.writeTo(out);
        out.flush();
        chain.end(sequence, previous);
        head = new AuditHead(sequence, HexFormat.of().formatHex(previous));
        room.release(requests);
    }

    /**
     * Writes what waits, and a line that says that the proxy has stopped. Returns after at most five seconds, written or
     * not. What is recorded from now on is lost, and its number with it.
     */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(writer);
        try {
            if (writer.join(MOST_TIME_TO_CLOSE)) {
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

    private record Entry(Event event, Instant time, Optional<SandboxRef> sandbox, Optional<AuditedRequest> request) {}
}
