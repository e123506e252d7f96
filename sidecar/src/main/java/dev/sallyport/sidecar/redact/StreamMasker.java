package dev.sallyport.sidecar.redact;

import java.util.Arrays;

/**
 * Masks secrets in one stream of bytes, wherever it is cut into chunks. Each byte of a secret becomes an asterisk, so
 * lengths stay. Of what was given in, only the end is held back that may turn out to begin a secret.
 *
 * <p>It follows every way that a secret may still go on from where it began, byte by byte; between those places a table
 * of two bytes tells at once that none begins. Nothing is allocated in the long run. For one thread at a time.
 */
public final class StreamMasker implements AutoCloseable {

    static final byte MASK = '*';

    private static final int LEAST_TELLING = 3;

    private final NeedleGraph graph;
    private final Runnable onClose;

    /** Where a secret may be going on: the node it has come to, and where it began, in ascending order. */
    private int[] nodes = new int[8];

    private int[] starts = new int[8];
    private int followed;

    /** The same for the next byte. */
    private int[] nextNodes = new int[8];

    private int[] nextStarts = new int[8];
    private int next;

    /** The end of what came before this chunk, not yet given out. */
    private byte[] held = new byte[0];

    private int heldLength;

    /** The last part that was masked; like all positions counted from the chunk's first byte, so what is held is negative. */
    private int maskedFrom;

    private int maskedTo;
    private long maskedBytes;
    private boolean closed;

    StreamMasker(NeedleGraph graph, Runnable onClose) {
        this.graph = graph;
        this.onClose = onClose;
    }

    /** Takes bytes as they are given out. */
    @FunctionalInterface
    public interface Output {

        /**
         * Takes the next bytes.
         *
         * @param array is reused: what is needed after this call must be copied, unless it is the chunk's own array
         */
        void write(byte[] array, int offset, int length);
    }

    /**
     * Takes the next chunk, masks it in place, and gives out all that is decided: at most twice, first what was held
     * back.
     *
     * @throws IllegalStateException if this stream is closed
     */
    public void mask(byte[] chunk, int offset, int length, Output output) {
        scan(chunk, offset, length);
        int decided = length;
        if (followed > 0) {
            decided = Math.max(starts[0], -heldLength);
            if (decided >= maskedFrom && decided < maskedTo) {
                decided = maskedTo;
            }
        }
        if (decided > -heldLength && heldLength > 0) {
            output.write(held, 0, heldLength + Math.min(decided, 0));
        }
        if (decided > 0) {
            output.write(chunk, offset, decided);
        }
        hold(chunk, offset, length, decided);
    }

    /**
     * Ends the body or message: gives out what was held back, which is no secret. What comes next is a new one.
     *
     * @throws IllegalStateException if this stream is closed
     */
    public void finish(Output output) {
        requireOpen();
        int length = heldLength;
        heldLength = 0;
        followed = 0;
        if (length > 0) {
            output.write(held, 0, length);
        }
    }

    /**
     * Ends a message of a stream whose framing is not to be trusted, without a new beginning: gives out what was held back,
     * since its receiver may wait for it. Where that is more than {@value #LEAST_TELLING} bytes of what may be a secret it
     * is masked; less tells nothing. What follows of a secret is masked all the same.
     *
     * @throws IllegalStateException if this stream is closed
     */
    void boundary(Output output) {
        requireOpen();
        if (heldLength > 0) {
            if (heldLength > LEAST_TELLING) {
                for (int i = 0; i < heldLength; i++) {
                    maskedBytes += held[i] == MASK ? 0 : 1;
                    held[i] = MASK;
                }
            }
            output.write(held, 0, heldLength);
            heldLength = 0;
        }
    }

    /**
     * Masks a whole body or message in place, which is no part of a stream.
     *
     * @return whether there was a secret in it
     * @throws IllegalStateException if this stream is closed, or something is held back
     */
    public boolean maskWhole(byte[] whole, int offset, int length) {
        if (heldLength > 0) {
            throw new IllegalStateException("in the middle of a stream");
        }
        long before = maskedBytes;
        scan(whole, offset, length);
        followed = 0;
        return maskedBytes > before;
    }

    /** Bytes that were masked so far. If it isn't zero, the upstream has shown a secret. */
    public long maskedBytes() {
        return maskedBytes;
    }

    /** How many bytes are held back. */
    int held() {
        return heldLength;
    }

    /** Forgets what is held back, and lets the needles go. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Arrays.fill(held, (byte) 0);
            heldLength = 0;
            followed = 0;
            onClose.run();
        }
    }

    private void scan(byte[] chunk, int offset, int length) {
        requireOpen();
        maskedFrom = -heldLength;
        maskedTo = -heldLength;
        int end = offset + length;
        int at = offset;
        while (at < end) {
            if (followed == 0) {
                at = nextCandidate(chunk, at, end);
                if (at == end) {
                    break;
                }
            }
            follow(chunk, at, offset, end);
            at++;
        }
    }

    /** The first place from there on where a secret may begin; the end, if there is none. */
    private int nextCandidate(byte[] chunk, int from, int end) {
        long[] pairs = graph.startPairs();
        int last = end - 1;
        for (int at = from; at < last; at++) {
            int pair = (chunk[at] & 0xFF) << 8 | (chunk[at + 1] & 0xFF);
            if ((pairs[pair >>> 6] >>> pair & 1) != 0) {
                return at;
            }
        }
        return graph.startTargets(chunk[last] & 0xFF).length > 0 ? last : end;
    }

    private void follow(byte[] chunk, int at, int offset, int end) {
        int value = chunk[at] & 0xFF;
        int position = at - offset;
        next = 0;
        for (int i = 0; i < followed; i++) {
            for (int edge = graph.firstEdge(nodes[i]); edge >= 0; edge = graph.nextEdge(edge)) {
                if (graph.matches(edge, value)) {
                    reach(graph.target(edge), starts[i], chunk, position, offset);
                }
            }
        }
        if (at + 1 == end || mayBegin(value, chunk[at + 1] & 0xFF)) {
            for (int node : graph.startTargets(value)) {
                reach(node, position, chunk, position, offset);
            }
        }
        swap();
    }

    private boolean mayBegin(int first, int second) {
        int pair = first << 8 | second;
        return (graph.startPairs()[pair >>> 6] >>> pair & 1) != 0;
    }

    private void reach(int node, int start, byte[] chunk, int position, int offset) {
        if (graph.isEnd(node)) {
            cover(start, position + 1, chunk, offset);
            return;
        }
        // Two readings of one text that meet are one: the first began no later.
        for (int i = next - 1; i >= 0; i--) {
            if (nextNodes[i] == node) {
                return;
            }
        }
        if (next == nextNodes.length) {
            nextNodes = Arrays.copyOf(nextNodes, 2 * next);
            nextStarts = Arrays.copyOf(nextStarts, 2 * next);
        }
        nextNodes[next] = node;
        nextStarts[next] = start;
        next++;
    }

    private void swap() {
        int[] spareNodes = nodes;
        int[] spareStarts = starts;
        nodes = nextNodes;
        starts = nextStarts;
        followed = next;
        nextNodes = spareNodes;
        nextStarts = spareStarts;
    }

    /** Masks from the start to before the end, save what was given out already: that was masked by then. */
    private void cover(int start, int end, byte[] chunk, int offset) {
        int from = Math.max(start, -heldLength);
        int write = from >= maskedFrom && from <= maskedTo ? maskedTo : from;
        if (write == from) {
            maskedFrom = from;
        }
        for (int position = write; position < end; position++) {
            if (position < 0) {
                held[heldLength + position] = MASK;
            } else {
                chunk[offset + position] = MASK;
            }
        }
        maskedBytes += Math.max(0, end - write);
        maskedTo = end;
    }

    /** Keeps what is not decided, and counts positions from the next chunk. */
    private void hold(byte[] chunk, int offset, int length, int decided) {
        int kept = length - decided;
        if (kept > held.length) {
            byte[] larger = new byte[Math.min(Math.max(2 * held.length, kept), Math.max(kept, graph.longest()))];
            System.arraycopy(held, 0, larger, 0, heldLength);
            Arrays.fill(held, (byte) 0);
            held = larger;
        }
        if (decided < 0) {
            System.arraycopy(held, heldLength + decided, held, 0, -decided);
            System.arraycopy(chunk, offset, held, -decided, length);
        } else {
            System.arraycopy(chunk, offset + decided, held, 0, kept);
        }
        heldLength = kept;
        for (int i = 0; i < followed; i++) {
            starts[i] -= length;
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }

    /** Without what is held back. */
    @Override
    public String toString() {
        return "StreamMasker[held=" + heldLength + "]";
    }
}
