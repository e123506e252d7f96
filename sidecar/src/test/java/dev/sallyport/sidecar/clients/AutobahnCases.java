package dev.sallyport.sidecar.clients;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The wire-level cases of Autobahn's testsuite for servers, by its numbers: what a client sends, and what comes back of
 * that from a server that echoes messages and keeps to RFC 6455.
 */
final class AutobahnCases {

    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FIN = 0x80;

    /** Closed by the client for no reason but the end of the case. */
    private static final int NORMAL = 1000;

    private static final int PROTOCOL_ERROR = 1002;
    private static final int INVALID_DATA = 1007;
    private static final String HELLO = "Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!!";
    private static final byte[] NOT_UTF8 = bytes(0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xED, 0xA0, 0x80, 0x65);

    /**
     * A case.
     *
     * @param number Autobahn's
     * @param writes the client's frames, on the wire, as they are cut into writes
     * @param expected what comes back: kind, colon, and the payload's SHA-256, in its order
     * @param code with which the server closes
     */
    record Case(String number, List<byte[]> writes, List<String> expected, int code) {

        @Override
        public String toString() {
            return number;
        }
    }

    private final List<Case> cases = new ArrayList<>();

    private AutobahnCases() {}

    static List<Case> all() {
        AutobahnCases all = new AutobahnCases();
        all.framing();
        all.pings();
        all.reserved();
        all.fragments();
        all.texts();
        all.closing();
        all.sizes();
        return all.cases;
    }

    private void framing() {
        int[] sizes = {0, 125, 126, 127, 128, 65_535, 65_536, 65_536};
        for (int i = 0; i < sizes.length; i++) {
            byte[] text = "*".repeat(sizes[i]).getBytes(UTF_8);
            add("1.1." + (i + 1), i == 7 ? 997 : 0, List.of(echo(TEXT, text)), frame(TEXT, text));
            byte[] binary = Api.payload(sizes[i]);
            add("1.2." + (i + 1), i == 7 ? 997 : 0, List.of(echo(BINARY, binary)), frame(BINARY, binary));
        }
    }

    private void pings() {
        byte[] most = Api.payload(125);
        add("2.1", 0, List.of(echo(PONG)), frame(PING));
        add("2.2", 0, List.of(echo(PONG, utf8("Hello, world!"))), frame(PING, utf8("Hello, world!")));
        byte[] octets = bytes(0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF);
        add("2.3", 0, List.of(echo(PONG, octets)), frame(PING, octets));
        add("2.4", 0, List.of(echo(PONG, most)), frame(PING, most));
        fail("2.5", PROTOCOL_ERROR, List.of(), frame(PING, Api.payload(126)));
        add("2.6", 1, List.of(echo(PONG, most)), frame(PING, most));
        add("2.7", 0, List.of(), frame(PONG));
        add("2.8", 0, List.of(), frame(PONG, utf8("unsolicited")));
        add("2.9", 0, List.of(echo(PONG, utf8("ping"))), frame(PONG, utf8("unsolicited")), frame(PING, utf8("ping")));
        byte[][] ten = Stream.iterate(0, n -> n < 10, n -> n + 1)
                .map(n -> frame(PING, utf8("payload-" + n)))
                .toArray(byte[][]::new);
        List<String> pongs = Stream.iterate(0, n -> n < 10, n -> n + 1)
                .map(n -> echo(PONG, utf8("payload-" + n)))
                .toList();
        add("2.10", 0, pongs, ten);
        add("2.11", 1, pongs, ten);
    }

    /** Reserved bits without an extension, and opcodes that nobody has defined. */
    private void reserved() {
        byte[] text = utf8(HELLO);
        fail("3.1", PROTOCOL_ERROR, List.of(), frame(FIN | 1 << 4 | TEXT, text));
        for (int bits = 2; bits <= 4; bits++) {
            fail(
                    "3." + bits,
                    PROTOCOL_ERROR,
                    List.of(echo(TEXT, text)),
                    frame(TEXT, text),
                    frame(FIN | bits << 4 | TEXT, text),
                    frame(PING));
        }
        fail("3.5", PROTOCOL_ERROR, List.of(), frame(FIN | 5 << 4 | BINARY, text));
        fail("3.6", PROTOCOL_ERROR, List.of(), frame(FIN | 6 << 4 | PING, text));
        fail("3.7", PROTOCOL_ERROR, List.of(), frame(FIN | 7 << 4 | CLOSE));
        for (int n = 1; n <= 5; n++) {
            for (int kind = 1; kind <= 2; kind++) {
                byte[] unknown = frame(FIN | (kind == 1 ? 2 : 10) + n, n % 2 == 0 ? text : new byte[0]);
                if (n <= 2) {
                    fail("4." + kind + "." + n, PROTOCOL_ERROR, List.of(), unknown);
                } else {
                    fail(
                            "4." + kind + "." + n,
                            PROTOCOL_ERROR,
                            List.of(echo(TEXT, text)),
                            frame(TEXT, text),
                            unknown,
                            frame(PING));
                }
            }
        }
    }

    private void fragments() {
        fail("5.1", PROTOCOL_ERROR, List.of(), part(PING, "a"), last("b"));
        fail("5.2", PROTOCOL_ERROR, List.of(), part(PONG, "a"), last("b"));
        List<String> whole = List.of(echo(TEXT, utf8("fragment1fragment2")));
        add("5.3", 0, whole, part(TEXT, "fragment1"), last("fragment2"));
        add("5.5", 1, whole, part(TEXT, "fragment1"), last("fragment2"));
        byte[] ping = frame(PING, utf8("ping"));
        List<String> after = List.of(echo(PONG, utf8("ping")), whole.getFirst());
        add("5.6", 0, after, part(TEXT, "fragment1"), ping, last("fragment2"));
        add("5.8", 1, after, part(TEXT, "fragment1"), ping, last("fragment2"));
        byte[] text = frame(TEXT, utf8("Hello, world!"));
        fail("5.9", PROTOCOL_ERROR, List.of(), last("none began"), text);
        fail("5.12", PROTOCOL_ERROR, List.of(), part(0, "none began"), text);
        fail("5.15", PROTOCOL_ERROR, whole, part(TEXT, "fragment1"), last("fragment2"), part(0, "x"), text);
        fail("5.18", PROTOCOL_ERROR, List.of(), part(TEXT, "fragment1"), frame(TEXT, utf8("fragment2")));
        add(
                "5.19",
                0,
                List.of(
                        echo(PONG, utf8("pongme 1!")),
                        echo(PONG, utf8("pongme 2!")),
                        echo(TEXT, utf8("fragment1fragment2fragment3fragment4fragment5"))),
                part(TEXT, "fragment1"),
                part(0, "fragment2"),
                frame(PING, utf8("pongme 1!")),
                part(0, "fragment3"),
                part(0, "fragment4"),
                frame(PING, utf8("pongme 2!")),
                last("fragment5"));
    }

    private void texts() {
        add("6.1.1", 0, List.of(echo(TEXT)), frame(TEXT));
        add("6.1.2", 0, List.of(echo(TEXT)), part(TEXT, ""), part(0, ""), last(""));
        add("6.1.3", 0, List.of(echo(TEXT, utf8("middle"))), part(TEXT, ""), part(0, "middle"), last(""));
        byte[] hello = utf8(HELLO);
        add("6.2.1", 0, List.of(echo(TEXT, hello)), frame(TEXT, hello));
        add("6.2.3", 0, List.of(echo(TEXT, hello)), inOctets(hello));
        fail("6.3.1", INVALID_DATA, List.of(), frame(TEXT, NOT_UTF8));
        fail("6.3.2", INVALID_DATA, List.of(), inOctets(NOT_UTF8));
        fail("6.4.1", INVALID_DATA, List.of(), frame(TEXT, bytes(0xCE, 0xBA, 0xF4, 0x90, 0x80, 0x80)));
        String[] valid = {
            "\u03ba\u1f79\u03c3\u03bc\u03b5", "\u0000", "\u0080", "\u0800", "\uD800\uDC00", "\uFFFF", "\uDBFF\uDFFF"
        };
        for (int i = 0; i < valid.length; i++) {
            add("6.5-10/" + (i + 1), 0, List.of(echo(TEXT, utf8(valid[i]))), frame(TEXT, utf8(valid[i])));
        }
        byte[][] invalid = {
            bytes(0x80),
            bytes(0xC0, 0xAF),
            bytes(0xE0, 0x80, 0xAF),
            bytes(0xF8, 0x88, 0x80, 0x80, 0x80),
            bytes(0xED, 0xA0, 0x80),
            bytes(0xED, 0xBF, 0xBF),
            bytes(0xF4, 0x90, 0x80, 0x80),
            bytes(0xFE),
            bytes(0xCE)
        };
        for (int i = 0; i < invalid.length; i++) {
            fail("6.12-21/" + (i + 1), INVALID_DATA, List.of(), frame(TEXT, invalid[i]));
        }
    }

    private void closing() {
        byte[] text = frame(TEXT, utf8("Hello World!"));
        fail("7.1.2", NORMAL, List.of(), close(NORMAL, ""), close(NORMAL, ""));
        fail("7.1.3", NORMAL, List.of(), close(NORMAL, ""), frame(PING));
        fail("7.1.4", NORMAL, List.of(), close(NORMAL, ""), text);
        fail("7.1.5", NORMAL, List.of(), part(TEXT, "fragment1"), close(NORMAL, ""), last("fragment2"));
        byte[] large = "BAsd7&jh23".repeat(26_000).getBytes(UTF_8);
        fail("7.1.6", NORMAL, List.of(echo(TEXT, large)), frame(TEXT, large), close(NORMAL, ""));
        fail("7.3.2", PROTOCOL_ERROR, List.of(), frame(CLOSE, utf8("a")));
        fail("7.3.4", NORMAL, List.of(), close(NORMAL, "Hello World!"));
        fail("7.3.5", NORMAL, List.of(), close(NORMAL, "*".repeat(123)));
        fail("7.3.6", PROTOCOL_ERROR, List.of(), close(NORMAL, "*".repeat(124)));
        fail("7.5.1", INVALID_DATA, List.of(), frame(CLOSE, joined(bytes(0x03, 0xE8), NOT_UTF8)));
        int[] permitted = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999};
        for (int i = 0; i < permitted.length; i++) {
            fail("7.7." + (i + 1), permitted[i], List.of(), close(permitted[i], ""));
        }
        int[] forbidden = {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999};
        for (int i = 0; i < forbidden.length; i++) {
            fail("7.9." + (i + 1), PROTOCOL_ERROR, List.of(), close(forbidden[i], ""));
        }
    }

    private void sizes() {
        int[] sizes = {64 << 10, 256 << 10, 1 << 20, 4 << 20};
        for (int i = 0; i < sizes.length; i++) {
            byte[] text = "*".repeat(sizes[i]).getBytes(UTF_8);
            add("9.1." + (i + 1), 0, List.of(echo(TEXT, text)), frame(TEXT, text));
            byte[] binary = Api.payload(sizes[i]);
            add("9.2." + (i + 1), 0, List.of(echo(BINARY, binary)), frame(BINARY, binary));
        }
        byte[] binary = Api.payload(1 << 20);
        add("9.4.4", 0, List.of(echo(BINARY, binary)), inParts(BINARY, binary, 4096));
        byte[] text = "*".repeat(1 << 20).getBytes(UTF_8);
        add("9.5.6", 2048, List.of(echo(TEXT, text)), frame(TEXT, text));
        byte[] automatic = "*".repeat(65_536).getBytes(UTF_8);
        add("10.1.1", 0, List.of(echo(TEXT, automatic)), inParts(TEXT, automatic, 1300));
    }

    /**
     * A case that the client closes.
     *
     * @param chop how many bytes a write has at most; 0 writes all in one
     */
    private void add(String number, int chop, List<String> expected, byte[]... frames) {
        cases.add(new Case(number, cut(joined(joined(frames), close(NORMAL, "")), chop), expected, NORMAL));
    }

    /** A case that ends by what the client sent. */
    private void fail(String number, int code, List<String> expected, byte[]... frames) {
        cases.add(new Case(number, List.of(joined(frames)), expected, code));
    }

    private static List<byte[]> cut(byte[] all, int size) {
        if (size == 0) {
            return List.of(all);
        }
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < all.length; at += size) {
            pieces.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + size)));
        }
        return pieces;
    }

    static String echo(int opcode, byte... payload) {
        return opcode + ":" + Api.sha256(payload);
    }

    private static byte[][] inOctets(byte[] payload) {
        return inParts(TEXT, payload, 1);
    }

    private static byte[][] inParts(int opcode, byte[] payload, int size) {
        List<byte[]> frames = new ArrayList<>();
        for (int at = 0; at < payload.length; at += size) {
            int end = Math.min(payload.length, at + size);
            int first = (at == 0 ? opcode : 0) | (end == payload.length ? FIN : 0);
            frames.add(onWire(first, Arrays.copyOfRange(payload, at, end)));
        }
        return frames.toArray(byte[][]::new);
    }

    private static byte[] part(int opcode, String payload) {
        return onWire(opcode, utf8(payload));
    }

    private static byte[] last(String payload) {
        return onWire(FIN, utf8(payload));
    }

    private static byte[] close(int code, String reason) {
        return frame(CLOSE, joined(bytes(code >> 8, code), utf8(reason)));
    }

    private static byte[] frame(int opcode, byte... payload) {
        return onWire(FIN | opcode, payload);
    }

    /** Masked, as a client's frames are (RFC 6455, section 5.3). */
    private static byte[] onWire(int first, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        int length = payload.length;
        if (length < 126) {
            out.write(0x80 | length);
        } else if (length < 65_536) {
            out.write(0x80 | 126);
            out.writeBytes(bytes(length >> 8, length));
        } else {
            out.write(0x80 | 127);
            out.writeBytes(bytes(0, 0, 0, 0, length >> 24, length >> 16, length >> 8, length));
        }
        byte[] mask = bytes(0x37, 0xFA, 0x21, 0x3D);
        out.writeBytes(mask);
        byte[] masked = payload.clone();
        for (int i = 0; i < length; i++) {
            masked[i] ^= mask[i % 4];
        }
        out.writeBytes(masked);
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }
}
