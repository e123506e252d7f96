package dev.sallyport.sidecar.audit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Where the chain of lines stands, in a mapped file: the last line known to be written, the last one that was being
 * written, and how many lines have been promised to requests in all. A killed process leaves the three apart; its
 * successor goes on from the first and leaves out every number up to the last.
 */
final class ChainFile implements AutoCloseable {

    static final int HASH_BYTES = 32;

    private static final long MAGIC = 0x53_41_4C_4C_59_43_48_32L;
    private static final long PENDING_AT = 8;
    private static final long CURRENT_AT = 16;
    private static final long PROMISED_AT = 24;
    private static final long HEADS_AT = 64;
    private static final long HEAD_BYTES = 64;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final VarHandle ATOMIC = LONG.varHandle();

    private final MappedFile file;
    private final MemorySegment memory;

    ChainFile(Path path) throws IOException {
        file = new MappedFile(path, 4096);
        memory = file.memory();
        if (memory.get(LONG, 0) != MAGIC) {
            memory.fill((byte) 0);
            memory.set(LONG, 0, MAGIC);
        }
    }

    /** The number of the last line known to be written; 0: none. */
    long sequence() {
        return memory.get(LONG, headAt(current()));
    }

    /** The hash of that line; zeros: none. */
    byte[] hash() {
        return memory.asSlice(headAt(current()) + 8, HASH_BYTES).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Whether a process was killed while it wrote, so that the output may end within a line. */
    boolean isTorn() {
        return memory.get(LONG, PENDING_AT) > sequence();
    }

    /** The number that the last line has once all are written that were ever promised. */
    long promised() {
        return Math.max(
                Math.max((long) ATOMIC.getVolatile(memory, PROMISED_AT), memory.get(LONG, PENDING_AT)), sequence());
    }

    /** Begins a process: what its predecessors promised and did not write will never be written. */
    void start() {
        ATOMIC.setVolatile(memory, PROMISED_AT, promised());
    }

    /** Promises one more line. Any thread may. */
    void promise() {
        long _ = (long) ATOMIC.getAndAdd(memory, PROMISED_AT, 1L);
    }

    /** Says that lines up to this number are about to be written. */
    void begin(long lastSequence) {
        memory.set(LONG, PENDING_AT, lastSequence);
        VarHandle.fullFence();
    }

    /** Says that lines up to this one have been written. */
    void end(long sequence, byte[] hash) {
        int next = 1 - current();
        memory.set(LONG, headAt(next), sequence);
        MemorySegment.copy(hash, 0, memory, ValueLayout.JAVA_BYTE, headAt(next) + 8, HASH_BYTES);
        VarHandle.fullFence();
        memory.set(LONG, CURRENT_AT, next);
    }

    private int current() {
        return (int) (memory.get(LONG, CURRENT_AT) & 1);
    }

    private static long headAt(int index) {
        return HEADS_AT + index * HEAD_BYTES;
    }

    @Override
    public void close() {
        file.close();
    }
}
