package dev.sallyport.sidecar.audit.verify;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** Cuts bytes into lines, holding no more than one line of bounded length. */
final class LogLines {

    /** The longest line that is kept whole: twice what the longest record takes. */
    static final int MOST_BYTES = 64 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[64 * 1024];
    private final byte[] line = new byte[MOST_BYTES];
    private int at;
    private int end;

    LogLines(InputStream in) {
        this.in = in;
    }

    /** The next line; empty: there is no more. */
    Optional<Line> next() throws IOException {
        int length = 0;
        long read = 0;
        while (true) {
            if (at == end) {
                at = 0;
                end = Math.max(0, in.read(buffer));
                if (end == 0) {
                    return read == 0 ? Optional.empty() : Optional.of(line(length, read, false));
                }
            }
            int newline = indexOfNewline();
            int part = newline - at;
            int kept = Math.min(part, MOST_BYTES - length);
            System.arraycopy(buffer, at, line, length, kept);
            length += kept;
            read += part;
            at = newline;
            if (at < end) {
                at++;
                return Optional.of(line(length, read, true));
            }
        }
    }

    private int indexOfNewline() {
        for (int i = at; i < end; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return end;
    }

    private Line line(int length, long read, boolean ended) {
        return new Line(Arrays.copyOf(line, length), read <= MOST_BYTES, ended);
    }

    /** A line. */
    static final class Line {

        private final byte[] bytes;
        private final boolean whole;
        private final boolean ended;

        Line(byte[] bytes, boolean whole, boolean ended) {
            this.bytes = bytes;
            this.whole = whole;
            this.ended = ended;
        }

        /** What it holds, without its end; of a line that is too long: its beginning. */
        byte[] bytes() {
            return bytes;
        }

        /** Whether these are all of its bytes. */
        boolean isWhole() {
            return whole;
        }

        /** Whether a line end followed. */
        boolean isEnded() {
            return ended;
        }
    }
}
