package dev.sallyport.sidecar.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** PEM in the strict form of RFC 7468, section 3: 64 characters a line, no headers, no text around the blocks. */
final class Pem {

    /** A labelled block. The content may be a key: whoever is done with it overwrites it. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares blocks, and a key must be overwritable
    record Block(String label, byte[] content) {
        @Override
        public String toString() {
            return "Block[" + label + "]";
        }
    }

    private Pem() {}

    static byte[] encode(Block... blocks) {
        Buffer out = new Buffer();
        for (Block block : blocks) {
            byte[] base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(block.content());
            out.writeBytes(ascii("-----BEGIN " + block.label() + "-----\n"));
            out.writeBytes(base64);
            out.writeBytes(ascii("\n-----END " + block.label() + "-----\n"));
            Arrays.fill(base64, (byte) 0);
        }
        byte[] pem = out.toByteArray();
        out.wipe();
        return pem;
    }

    /**
     * Reads blocks with exactly these labels in this order.
     *
     * @throws IllegalArgumentException if it is anything else; the message doesn't quote the text
     */
    static List<Block> decode(byte[] pem, String... labels) {
        List<Block> blocks = new ArrayList<>();
        int at = 0;
        for (String label : labels) {
            byte[] begin = ascii("-----BEGIN " + label + "-----\n");
            byte[] end = ascii("\n-----END " + label + "-----\n");
            int from = at + begin.length;
            if (from > pem.length || !Arrays.equals(pem, at, from, begin, 0, begin.length)) {
                throw new IllegalArgumentException("no PEM block " + label + " where one belongs");
            }
            int to = indexOf(pem, end, from);
            if (to < 0) {
                throw new IllegalArgumentException("the PEM block " + label + " has no end");
            }
            blocks.add(new Block(label, base64(pem, from, to)));
            at = to + end.length;
        }
        if (at != pem.length) {
            throw new IllegalArgumentException("more than the PEM blocks that belong there");
        }
        return blocks;
    }

    private static byte[] base64(byte[] pem, int from, int to) {
        byte[] joined = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            if (pem[i] != '\n') {
                joined[length++] = pem[i];
            }
        }
        byte[] exact = Arrays.copyOf(joined, length);
        try {
            byte[] content = Base64.getDecoder().decode(exact);
            // The last character may have bits to spare, which no decoder looks at (RFC 4648, section 3.5).
            byte[] canonical = Base64.getEncoder().encode(content);
            boolean same = Arrays.equals(canonical, exact);
            Arrays.fill(canonical, (byte) 0);
            if (!same) {
                Arrays.fill(content, (byte) 0);
                throw new IllegalArgumentException();
            }
            return content;
        } catch (IllegalArgumentException e) {
            // Without the cause: its message quotes a character of what may be a key.
            throw new IllegalArgumentException("not base64 inside a PEM block");
        } finally {
            Arrays.fill(joined, (byte) 0);
            Arrays.fill(exact, (byte) 0);
        }
    }

    private static int indexOf(byte[] text, byte[] part, int from) {
        for (int i = from; i <= text.length - part.length; i++) {
            if (Arrays.equals(text, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Can be overwritten, unlike its parent. Large enough for a key and its certificate never to be copied on growth. */
    private static final class Buffer extends ByteArrayOutputStream {

        Buffer() {
            super(8 * 1024);
        }

        void wipe() {
            Arrays.fill(buf, (byte) 0);
        }
    }
}
