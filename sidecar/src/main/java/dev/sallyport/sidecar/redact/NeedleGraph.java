package dev.sallyport.sidecar.redact;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * All the ways to write some secrets, as a graph whose edges are bytes: each path from the start to an end is one way.
 * Since each byte of a secret has its alternatives on its own, every mixture of them is a path too, such as the
 * percent-encoding of only those bytes that one library or another takes for reserved.
 */
final class NeedleGraph {

    /** In {@link #edgeByte}: what is beyond is the index of a class of bytes. */
    private static final int CLASSES = 256;

    private static final int LONGS_A_CLASS = 4;
    private static final String BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int NONE = -1;

    private int nodes;
    private int edges;
    private int classes;
    private int[] firstEdge = new int[256];
    private boolean[] isEnd = new boolean[256];
    private int[] nextEdge = new int[256];
    private int[] edgeByte = new int[256];
    private int[] edgeTarget = new int[256];
    private long[] classBits = new long[64 * LONGS_A_CLASS];
    private int longest;

    /** The nodes that a byte leads to from the start; empty: none. */
    private final int[][] startTargets = new int[256][];

    /** A bit for each two bytes (the first is the higher one) that a path begins with. */
    private final long[] startPairs = new long[65_536 / Long.SIZE];

    private final int start;

    NeedleGraph() {
        start = newNode();
        // The sixteen hexadecimal digits in both cases, as classes 0 to 15.
        for (int digit = 0; digit < 16; digit++) {
            int bits = newClass();
            addToClass(bits, Character.forDigit(digit, 16));
            addToClass(bits, Character.toUpperCase(Character.forDigit(digit, 16)));
        }
    }

    /** Adds the secret as it is, percent-encoded and JSON-escaped, and its base64 at all three alignments. */
    void add(byte[] secret) {
        addPlain(secret);
        for (int alignment = 0; alignment < 3; alignment++) {
            addBase64(secret, alignment);
        }
    }

    /** Makes the tables for the first bytes. Nothing is added later. */
    void complete() {
        for (int first = 0; first < 256; first++) {
            int[] targets = new int[0];
            for (int edge = firstEdge[start]; edge != NONE; edge = nextEdge[edge]) {
                if (matches(edge, first)) {
                    targets = Arrays.copyOf(targets, targets.length + 1);
                    targets[targets.length - 1] = edgeTarget[edge];
                    addPairs(first, edgeTarget[edge]);
                }
            }
            startTargets[first] = targets;
        }
    }

    private void addPairs(int first, int node) {
        for (int edge = firstEdge[node]; edge != NONE; edge = nextEdge[edge]) {
            for (int second = 0; second < 256; second++) {
                if (matches(edge, second)) {
                    int pair = first << 8 | second;
                    startPairs[pair >>> 6] |= 1L << pair;
                }
            }
        }
    }

    /** Bytes of the longest path. */
    int longest() {
        return longest;
    }

    int[] startTargets(int first) {
        return startTargets[first];
    }

    long[] startPairs() {
        return startPairs;
    }

    boolean isEnd(int node) {
        return isEnd[node];
    }

    /** The first of a node's edges, or a negative number. */
    int firstEdge(int node) {
        return firstEdge[node];
    }

    /** The node's next edge, or a negative number. */
    int nextEdge(int edge) {
        return nextEdge[edge];
    }

    boolean matches(int edge, int value) {
        int wanted = edgeByte[edge];
        return wanted < CLASSES
                ? wanted == value
                : (classBits[(wanted - CLASSES) * LONGS_A_CLASS + (value >>> 6)] >>> value & 1) != 0;
    }

    int target(int edge) {
        return edgeTarget[edge];
    }

    void wipe() {
        Arrays.fill(edgeByte, 0);
        Arrays.fill(edgeTarget, 0);
        Arrays.fill(nextEdge, NONE);
        Arrays.fill(firstEdge, NONE);
        Arrays.fill(classBits, 0);
        Arrays.fill(startPairs, 0);
        Arrays.fill(startTargets, new int[0]);
    }

    private void addPlain(byte[] secret) {
        int length = 0;
        int from = start;
        int at = 0;
        boolean isText = isUtf8(secret);
        while (at < secret.length) {
            int bytes = isText ? utf8Length(secret[at]) : 1;
            int to = newNode();
            length += addCharacter(from, to, secret, at, bytes, isText);
            from = to;
            at += bytes;
        }
        end(from, length);
    }

    /** Adds one character's (or byte's) forms, and gives the length of the longest. */
    private int addCharacter(int from, int to, byte[] secret, int at, int bytes, boolean isText) {
        int[] raw = new int[bytes];
        int[] percent = new int[3 * bytes];
        for (int i = 0; i < bytes; i++) {
            int value = secret[at + i] & 0xFF;
            raw[i] = value;
            percent[3 * i] = '%';
            percent[3 * i + 1] = hexDigit(value >>> 4);
            percent[3 * i + 2] = hexDigit(value);
        }
        addSequence(from, to, raw);
        addSequence(from, to, percent);
        if (bytes == 1 && raw[0] == ' ') {
            addSequence(from, to, '+');
        }
        int longestForm = 3 * bytes;
        if (isText) {
            int codePoint = codePoint(secret, at, bytes);
            int shortForm = shortJsonForm(codePoint);
            if (shortForm != NONE) {
                addSequence(from, to, '\\', shortForm);
            }
            int[] escape = jsonEscape(codePoint);
            addSequence(from, to, escape);
            longestForm = Math.max(longestForm, escape.length);
            Arrays.fill(escape, 0);
        }
        Arrays.fill(raw, 0);
        Arrays.fill(percent, 0);
        return longestForm;
    }

    /**
     * Adds the base64 of the secret where so many bytes stand before it in its group of three (RFC 4648, sections 4 and
     * 5). Where unknown neighbours share a character with the secret, each character is taken that shows its bits.
     */
    private void addBase64(byte[] secret, int alignment) {
        int bits = secret.length * 8;
        int from = start;
        int length = 0;
        // The first character with a bit of the secret begins so many bits before it: 0, 2 or 4.
        for (int bit = -(alignment * 8 % 6); bit < bits; bit += 6) {
            int to = newNode();
            int known = 0;
            int value = 0;
            for (int i = 0; i < 6; i++) {
                int at = bit + i;
                boolean isKnown = at >= 0 && at < bits;
                known = known << 1 | (isKnown ? 1 : 0);
                value = value << 1 | (isKnown ? (secret[at >>> 3] >>> (7 - (at & 7))) & 1 : 0);
            }
            length += addSextet(from, to, known, value);
            from = to;
        }
        end(from, length);
    }

    /** Adds the characters whose known bits have that value, and gives the length of the longest form. */
    private int addSextet(int from, int to, int known, int value) {
        if (known == 63 && value < 62) {
            addSequence(from, to, BASE64.charAt(value));
            return 1;
        }
        int bits = newClass();
        boolean plus = false;
        boolean slash = false;
        for (int sextet = 0; sextet < 64; sextet++) {
            if ((sextet & known) != value) {
                continue;
            }
            switch (sextet) {
                case 62 -> {
                    addToClass(bits, '+');
                    addToClass(bits, '-');
                    plus = true;
                }
                case 63 -> {
                    addToClass(bits, '/');
                    addToClass(bits, '_');
                    slash = true;
                }
                default -> addToClass(bits, BASE64.charAt(sextet));
            }
        }
        addSequence(from, to, CLASSES + bits);
        if (plus) {
            addSequence(from, to, '%', '2', hexDigit(0xB));
            addSequence(from, to, '\\', 'u', '0', '0', '2', hexDigit(0xB));
        }
        if (slash) {
            addSequence(from, to, '%', '2', hexDigit(0xF));
            addSequence(from, to, '\\', '/');
            addSequence(from, to, '\\', 'u', '0', '0', '2', hexDigit(0xF));
        }
        return plus || slash ? 6 : 1;
    }

    private void addSequence(int from, int to, int... bytes) {
        int node = from;
        for (int i = 0; i < bytes.length; i++) {
            int next = i == bytes.length - 1 ? to : newNode();
            addEdge(node, bytes[i], next);
            node = next;
        }
    }

    private void end(int node, int length) {
        isEnd[node] = true;
        longest = Math.max(longest, length);
    }

    private int newNode() {
        if (nodes == firstEdge.length) {
            firstEdge = grown(firstEdge);
            isEnd = Arrays.copyOf(isEnd, 2 * nodes);
        }
        firstEdge[nodes] = NONE;
        return nodes++;
    }

    private void addEdge(int from, int value, int to) {
        if (edges == edgeByte.length) {
            edgeByte = grown(edgeByte);
            edgeTarget = grown(edgeTarget);
            nextEdge = grown(nextEdge);
        }
        edgeByte[edges] = value;
        edgeTarget[edges] = to;
        nextEdge[edges] = firstEdge[from];
        firstEdge[from] = edges++;
    }

    private int newClass() {
        if ((classes + 1) * LONGS_A_CLASS > classBits.length) {
            long[] old = classBits;
            classBits = Arrays.copyOf(old, 2 * old.length);
            Arrays.fill(old, 0);
        }
        return classes++;
    }

    private void addToClass(int index, int value) {
        classBits[index * LONGS_A_CLASS + (value >>> 6)] |= 1L << value;
    }

    private static int[] grown(int[] old) {
        int[] larger = Arrays.copyOf(old, 2 * old.length);
        Arrays.fill(old, 0);
        return larger;
    }

    private static int hexDigit(int value) {
        return CLASSES + (value & 0xF);
    }

    private static int[] jsonEscape(int codePoint) {
        char[] units = Character.toChars(codePoint);
        int[] escape = new int[6 * units.length];
        for (int i = 0; i < units.length; i++) {
            escape[6 * i] = '\\';
            escape[6 * i + 1] = 'u';
            for (int digit = 0; digit < 4; digit++) {
                escape[6 * i + 2 + digit] = hexDigit(units[i] >>> (12 - 4 * digit));
            }
        }
        Arrays.fill(units, '\0');
        return escape;
    }

    private static int shortJsonForm(int codePoint) {
        return switch (codePoint) {
            case '"', '\\', '/' -> codePoint;
            case '\b' -> 'b';
            case '\f' -> 'f';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            default -> NONE;
        };
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            Arrays.fill(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .array(),
                    '\0');
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static int utf8Length(byte first) {
        int value = first & 0xFF;
        return value < 0x80 ? 1 : value < 0xE0 ? 2 : value < 0xF0 ? 3 : 4;
    }

    private static int codePoint(byte[] utf8, int at, int bytes) {
        int value = bytes == 1 ? utf8[at] : utf8[at] & (0xFF >>> (bytes + 1));
        for (int i = 1; i < bytes; i++) {
            value = value << 6 | (utf8[at + i] & 0x3F);
        }
        return value;
    }
}
