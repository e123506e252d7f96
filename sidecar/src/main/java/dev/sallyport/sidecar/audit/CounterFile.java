package dev.sallyport.sidecar.audit;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.Counters.LastDenied;
import dev.sallyport.contract.status.Counters.RouteTally;
import dev.sallyport.contract.status.Counters.Tally;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The counts, in a mapped file: one slot a route name, never given up, and slot 0 for requests without a route. A request
 * changes exactly one number, atomically, so that a kill at any moment leaves the counts consistent.
 */
public final class CounterFile implements AutoCloseable {

    /** What became of a request, told apart as finely as the counts need. */
    public enum Outcome {
        ALLOWED(0),
        ALLOWED_CREDENTIALED(1),
        DENIED(2),
        FAILED(3),
        FAILED_CREDENTIALED(4);

        /** Its place in the file. */
        private final int place;

        Outcome(int place) {
            this.place = place;
        }

        /** The outcome of a request. */
        public static Outcome of(Optional<Reason> reason, boolean credentialed) {
            if (reason.isEmpty()) {
                return credentialed ? ALLOWED_CREDENTIALED : ALLOWED;
            }
            return switch (reason.get().outcome()) {
                case DENIED -> DENIED;
                case FAILED -> credentialed ? FAILED_CREDENTIALED : FAILED;
            };
        }
    }

    private static final long MAGIC = 0x53_41_4C_4C_59_43_4E_31L;
    private static final int SLOTS = 512;
    private static final long EPOCH_AT = 8;
    private static final long LAST_DENIED_AT = 64;
    private static final long LAST_DENIED_BYTES = 1024;
    private static final long SLOTS_AT = 4096;
    private static final long SLOT_BYTES = 128;
    private static final long NAME_BYTES = 64;
    private static final long FILE_BYTES = SLOTS_AT + SLOTS * SLOT_BYTES;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final VarHandle ATOMIC = LONG.varHandle();

    private final MappedFile file;
    private final MemorySegment memory;
    private final String epoch;
    private final Map<String, Integer> slots = new ConcurrentHashMap<>();
    private final Object lastDeniedLock = new Object();

    /**
     * Opens the file, or makes one with a new epoch.
     *
     * @throws IOException if it can neither be read nor made
     */
    public CounterFile(Path path) throws IOException {
        file = new MappedFile(path, FILE_BYTES);
        memory = file.memory();
        if ((long) ATOMIC.getAcquire(memory, 0L) != MAGIC) {
            memory.fill((byte) 0);
            UUID fresh = UUID.randomUUID();
            memory.set(LONG, EPOCH_AT, fresh.getMostSignificantBits());
            memory.set(LONG, EPOCH_AT + 8, fresh.getLeastSignificantBits());
            ATOMIC.setRelease(memory, 0L, MAGIC);
        }
        epoch = new UUID(memory.get(LONG, EPOCH_AT), memory.get(LONG, EPOCH_AT + 8)).toString();
        for (int slot = 1; slot < SLOTS; slot++) {
            String name = name(slot);
            if (!name.isEmpty()) {
                slots.put(name, slot);
            }
        }
    }

    /** Counts a request that has ended, once. */
    public void count(Optional<String> route, Outcome outcome) {
        int slot = route.map(this::slot).orElse(0);
        long _ = (long) ATOMIC.getAndAdd(memory, counterAt(slot, outcome), 1L);
    }

    /** Remembers the newest refusal. */
    public void remember(LastDenied denied) {
        byte[] json = StrictJson.write(denied);
        if (json.length > LAST_DENIED_BYTES - 8) {
            return;
        }
        synchronized (lastDeniedLock) {
            memory.set(INT, LAST_DENIED_AT, 0);
            VarHandle.releaseFence();
            MemorySegment.copy(json, 0, memory, ValueLayout.JAVA_BYTE, LAST_DENIED_AT + 4, json.length);
            VarHandle.releaseFence();
            memory.set(INT, LAST_DENIED_AT, json.length);
        }
    }

    /** The counts now. */
    public Counters read() {
        Tally total = tally(0);
        List<RouteTally> routes = new ArrayList<>();
        for (int slot = 1; slot < SLOTS; slot++) {
            String name = name(slot);
            if (name.isEmpty()) {
                break;
            }
            Tally tally = tally(slot);
            routes.add(new RouteTally(name, tally));
            total = new Tally(
                    total.allowed() + tally.allowed(),
                    total.denied() + tally.denied(),
                    total.failed() + tally.failed(),
                    total.credentialed() + tally.credentialed());
        }
        return new Counters(epoch, total, lastDenied(), routes);
    }

    private Optional<LastDenied> lastDenied() {
        byte[] json;
        synchronized (lastDeniedLock) {
            int length = memory.get(INT, LAST_DENIED_AT);
            if (length <= 0 || length > LAST_DENIED_BYTES - 8) {
                return Optional.empty();
            }
            json = memory.asSlice(LAST_DENIED_AT + 4, length).toArray(ValueLayout.JAVA_BYTE);
        }
        try {
            return Optional.of(StrictJson.read(json, LastDenied.class));
        } catch (InvalidJsonException e) {
            return Optional.empty();
        }
    }

    /** The route's slot; 0 where every slot is taken by names of earlier configurations. */
    private int slot(String name) {
        Integer known = slots.get(name);
        return known != null ? known : slots.computeIfAbsent(name, this::newSlot);
    }

    private synchronized int newSlot(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        for (int slot = 1; slot < SLOTS; slot++) {
            if (name(slot).isEmpty()) {
                long at = slotAt(slot);
                MemorySegment.copy(bytes, 1, memory, ValueLayout.JAVA_BYTE, at + 1, bytes.length - 1);
                VarHandle.releaseFence();
                // The first letter last: a name that is there is there in whole.
                memory.set(ValueLayout.JAVA_BYTE, at, bytes[0]);
                return slot;
            }
        }
        return 0;
    }

    private String name(int slot) {
        byte[] name = memory.asSlice(slotAt(slot), NAME_BYTES).toArray(ValueLayout.JAVA_BYTE);
        int length = 0;
        while (length < name.length && name[0] != 0 && name[length] != 0) {
            length++;
        }
        return new String(name, 0, length, StandardCharsets.US_ASCII);
    }

    private Tally tally(int slot) {
        long allowedCredentialed = value(slot, Outcome.ALLOWED_CREDENTIALED);
        long failedCredentialed = value(slot, Outcome.FAILED_CREDENTIALED);
        return new Tally(
                value(slot, Outcome.ALLOWED) + allowedCredentialed,
                value(slot, Outcome.DENIED),
                value(slot, Outcome.FAILED) + failedCredentialed,
                allowedCredentialed + failedCredentialed);
    }

    private long value(int slot, Outcome outcome) {
        return (long) ATOMIC.getVolatile(memory, counterAt(slot, outcome));
    }

    private static long counterAt(int slot, Outcome outcome) {
        return slotAt(slot) + NAME_BYTES + 8L * outcome.place;
    }

    private static long slotAt(int slot) {
        return SLOTS_AT + slot * SLOT_BYTES;
    }

    @Override
    public void close() {
        file.close();
    }
}
