package dev.sallyport.sidecar.redact;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What to look for: some secrets, each as it is, in base64 (the standard and the URL alphabet, padded or not, at any
 * place of a longer text), percent-encoded and JSON-escaped, wholly or in part. Other transformations, such as
 * hexadecimal, compression or base64 broken into lines, are not seen.
 *
 * <p>A secret must have at least {@value #SHORTEST} bytes: a shorter one would mask much that is no secret, and be told
 * by what is masked.
 *
 * <p>Safe for use by several threads. Once closed, and when the last stream made of it is closed too, what it knows is
 * overwritten.
 */
public final class Needles implements AutoCloseable {

    /** Bytes of the shortest secret that can be masked. */
    public static final int SHORTEST = 6;

    /** Bytes of the longest one. */
    public static final int LONGEST = 16 * 1024;

    private final NeedleGraph graph;
    private final int shortest;
    private final AtomicInteger holders = new AtomicInteger(1);
    private final AtomicBoolean closed = new AtomicBoolean();

    private Needles(NeedleGraph graph, int shortest) {
        this.graph = graph;
        this.shortest = shortest;
    }

    /**
     * Makes needles of secrets, whose arrays stay the caller's.
     *
     * @param secrets empty: nothing is masked
     * @throws IllegalArgumentException if one is too short or too long, see {@link #isMaskable}
     */
    public static Needles of(Collection<byte[]> secrets) {
        NeedleGraph graph = new NeedleGraph();
        for (byte[] secret : secrets) {
            if (!isMaskable(secret)) {
                graph.wipe();
                throw new IllegalArgumentException("a secret to mask has " + SHORTEST + " to " + LONGEST + " bytes");
            }
            graph.add(secret);
        }
        graph.complete();
        // No form of a secret is shorter than the secret itself.
        return new Needles(
                graph, secrets.stream().mapToInt(secret -> secret.length).min().orElse(Integer.MAX_VALUE));
    }

    /** Whether a secret has a length with which it can be masked. Where it hasn't, nothing it is injected into may be. */
    public static boolean isMaskable(byte[] secret) {
        return secret.length >= SHORTEST && secret.length <= LONGEST;
    }

    /**
     * A masker for one body, or for the messages of one direction of a WebSocket, one after the other.
     *
     * @throws IllegalStateException if these needles are closed
     */
    public StreamMasker newStream() {
        hold();
        return new StreamMasker(graph, this::release);
    }

    /** The same for who holds these needles, closed or not, until the masker is closed. */
    StreamMasker newHeldStream() {
        return new StreamMasker(graph, () -> {});
    }

    /**
     * Keeps these needles from being overwritten until {@link #release} is called once.
     *
     * @throws IllegalStateException if they are closed
     */
    void hold() {
        holders.getAndUpdate(count -> {
            if (count == 0 || closed.get()) {
                throw new IllegalStateException("closed");
            }
            return count + 1;
        });
    }

    /** Ends one hold. */
    void release() {
        if (holders.decrementAndGet() == 0) {
            graph.wipe();
        }
    }

    /** Whether there may be a secret in the text; if not, there surely is none. For who holds these needles. */
    boolean mayBeIn(CharSequence text) {
        long[] pairs = graph.startPairs();
        int last = text.length() - shortest;
        for (int at = 0; at <= last; at++) {
            char first = text.charAt(at);
            char second = text.charAt(at + 1);
            if (first < 256 && second < 256) {
                int pair = first << 8 | second;
                if ((pairs[pair >>> 6] >>> pair & 1) != 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Masks a field's value.
     *
     * @param value characters up to U+00FF are bytes, as HTTP has them; others are never part of a secret
     * @return of the same length; the same object if there is no secret in it
     * @throws IllegalStateException if these needles are closed
     */
    public String mask(String value) {
        try (StreamMasker masker = newStream()) {
            return mayBeIn(value) ? masked(value, masker) : value;
        }
    }

    /** The same with a masker that is at hand, in the middle of nothing. */
    static String masked(String value, StreamMasker masker) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        if (!masker.maskWhole(bytes, 0, bytes.length)) {
            return value;
        }
        StringBuilder masked = new StringBuilder(value);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == StreamMasker.MASK) {
                masked.setCharAt(i, (char) StreamMasker.MASK);
            }
        }
        return masked.toString();
    }

    /** Lets no new stream begin. Streams that run go on. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release();
        }
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "Needles[closed=" + closed + "]";
    }
}
