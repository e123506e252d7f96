package dev.sallyport.sidecar.credential;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Places in a text, in its order, and what is put there; all else stays as it is. */
final class Replacements {

    private int[] bounds = new int[8];
    private int count;

    void add(int from, int to) {
        if (count == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * count);
        }
        bounds[count++] = from;
        bounds[count++] = to;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Where the first place begins; the highest number, if there is none. */
    int first() {
        return isEmpty() ? Integer.MAX_VALUE : bounds[0];
    }

    /** The places of these that a region holds; asked of regions in the text's order. */
    Regions regions() {
        return new Regions();
    }

    byte[] put(byte[] replacement, byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + count / 2 * replacement.length);
        int done = 0;
        for (int i = 0; i < count; i += 2) {
            out.write(text, done, bounds[i] - done);
            out.writeBytes(replacement);
            done = bounds[i + 1];
        }
        out.write(text, done, text.length - done);
        return out.toByteArray();
    }

    /** Keeps those places that lie within what may be changed. */
    final class Regions {

        private final Replacements kept = new Replacements();
        private int next;

        void keep(int from, int to) {
            while (next < count && bounds[next] < from) {
                next += 2;
            }
            while (next < count && bounds[next + 1] <= to) {
                kept.add(bounds[next], bounds[next + 1]);
                next += 2;
            }
        }

        boolean areDone() {
            return next >= count;
        }

        Replacements kept() {
            return kept;
        }
    }
}
