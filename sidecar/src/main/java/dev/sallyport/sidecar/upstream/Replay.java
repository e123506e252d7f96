package dev.sallyport.sidecar.upstream;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;

/** What has been written of a request's body, for as long as it may have to be written again, and as there is memory. */
final class Replay {

    private static final int MOST_BYTES = 1024 * 1024;

    private final MemoryBudget budget;
    private final Queue<ByteBuf> parts = new ArrayDeque<>(0);
    private int bytes;
    private boolean complete = true;

    Replay(MemoryBudget budget) {
        this.budget = budget;
    }

    /** Whether all that has been written is kept. */
    boolean isComplete() {
        return complete;
    }

    /** Remembers what is about to be written. */
    void keep(ByteBuf data) {
        int length = data.readableBytes();
        if (!complete || length == 0) {
            return;
        }
        if (bytes + length > MOST_BYTES || !budget.take(length)) {
            forget();
            return;
        }
        bytes += length;
        parts.add(data.retainedDuplicate());
    }

    /** Gives everything up to be written again, before what is there: another's to release, and to keep once more. */
    void moveTo(Queue<ByteBuf> queue) {
        parts.addAll(queue);
        queue.clear();
        queue.addAll(parts);
        parts.clear();
        budget.give(bytes);
        bytes = 0;
    }

    /** There will be no second time. */
    void forget() {
        complete = false;
        budget.give(bytes);
        bytes = 0;
        while (!parts.isEmpty()) {
            parts.remove().release();
        }
    }
}
