package dev.sallyport.sidecar.credential;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Looks for placeholders' tokens. A token stands only in a run of the characters that tokens are made of, and such runs are
 * short in most texts: one look in each stretch of the shortest token's length passes over all else.
 */
final class Tokens {

    private final List<String> names;
    private final byte[][] tokens;
    private final int shortest;

    /** Which of the tokens begin with a byte, the longest first. */
    private final int[][] byFirst = new int[128][];

    /** Looks for these, of which there is at least one. */
    Tokens(Collection<String> tokens) {
        this.names = tokens.stream()
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        this.tokens = names.stream()
                .map(token -> token.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
        this.shortest = names.getLast().length();
        Arrays.fill(byFirst, new int[0]);
        for (int i = 0; i < this.tokens.length; i++) {
            int[] before = byFirst[this.tokens[i][0]];
            int[] after = Arrays.copyOf(before, before.length + 1);
            after[before.length] = i;
            byFirst[this.tokens[i][0]] = after;
        }
    }

    /** Is told of each token, in the text's order. */
    @FunctionalInterface
    interface Visitor {
        void found(String token, int from, int to);
    }

    /** Whether the text may hold a token; if not, it surely doesn't. */
    boolean mayBeIn(CharSequence text, Spelling spelling) {
        int length = text.length();
        int at = shortest - 1;
        while (at < length) {
            if (!spelling.mayHold(text.charAt(at))) {
                at += shortest;
                continue;
            }
            int start = at;
            while (start > 0 && spelling.mayHold(text.charAt(start - 1))) {
                start--;
            }
            int end = at + 1;
            while (end < length && spelling.mayHold(text.charAt(end))) {
                end++;
            }
            if (end - start >= shortest) {
                return true;
            }
            at = end + shortest;
        }
        return false;
    }

    /** Visits the tokens in a part of a text. Of two that overlap it is the one that begins first, then the longer one. */
    void visit(byte[] text, int from, int to, Spelling spelling, Visitor visitor) {
        int done = from;
        int at = from + shortest - 1;
        while (at < to) {
            if (!spelling.mayHold(text[at])) {
                at += shortest;
                continue;
            }
            int start = at;
            while (start > done && spelling.mayHold(text[start - 1])) {
                start--;
            }
            int end = at + 1;
            while (end < to && spelling.mayHold(text[end])) {
                end++;
            }
            visitRun(text, start, end, spelling, visitor);
            done = end;
            at = end + shortest;
        }
    }

    private void visitRun(byte[] text, int from, int to, Spelling spelling, Visitor visitor) {
        int escape = spelling.escape();
        int at = from;
        while (at + shortest <= to) {
            int octet = text[at];
            if (octet == escape) {
                octet = spelling.value(text, at, to);
            }
            int end = octet < 0 || octet >= byFirst.length ? -1 : visitFirst(octet, text, at, to, spelling, visitor);
            at = end >= 0 ? end : at + spelling.unit(text, at, to);
        }
    }

    /** Visits the longest token that begins there, and gives where it ends; negative: there is none. */
    private int visitFirst(int first, byte[] text, int at, int to, Spelling spelling, Visitor visitor) {
        for (int candidate : byFirst[first]) {
            int end = spelling.end(text, at, to, tokens[candidate]);
            if (end >= 0) {
                visitor.found(names.get(candidate), at, end);
                return end;
            }
        }
        return -1;
    }

    /** Whether there is any in the text. */
    boolean areIn(byte[] text, Spelling spelling) {
        boolean[] any = new boolean[1];
        visit(text, 0, text.length, spelling, (token, from, to) -> any[0] = true);
        return any[0];
    }

    /** Whether there is any in the text, each character of which is a byte. */
    boolean areIn(String text, Spelling spelling) {
        return mayBeIn(text, spelling) && areIn(text.getBytes(StandardCharsets.ISO_8859_1), spelling);
    }
}
