package dev.sallyport.sidecar.audit;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Where the chain of lines stands, in a mapped file: the last line known to be written, and the last one that was being
 * written. A killed process leaves the two apart; its successor goes on from the first and skips the numbers between.
 */
final class ChainFile implements AutoCloseable {

    static final int HASH_BYTES = 32;

    private static final long MAGIC = 0x53_41_4C_4C_59_43_48_31L;
    private static final long PENDING_AT = 8;
    private static final long CURRENT_AT = 16;
    private static final long HEADS_AT = 64;
    private static final long HEAD_BYTES = 64;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

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

    /** The number of the last line that may be written. */
    long pending() {
        return Math.max(memory.get(LONG, PENDING_AT), sequence());
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
