package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answers to one request from an HTTP/1 connection (RFC 9112): interim ones, the final one, its body. Whatever two
 * readers could read in two ways is a {@link DecoderException}: Netty's decoder joins folded lines, and takes several
 * lengths and codings. Texts of exceptions hold nothing of what was read.
 */
final class ResponseParser {

    private static final int HEAD_BYTES = 256 * 1024;
    private static final int TRAILER_BYTES = 64 * 1024;
    private static final int CHUNK_LINE_BYTES = 4 * 1024;
    /** Heads before the final one: each is handed over, so their number is no memory, but it shall end. */
    static final int MOST_INTERIM = 10_000;

    /** Takes what is read. */
    interface Sink {

        void head(ResponseHead head);

        void data(ByteBuf data);

        /** Nothing is read after it. */
        void end(HttpHeaders trailers);

        /** Whether the body may come. */
        boolean takesBody();
    }

    private enum State {
        STATUS_LINE,
        FIELDS,
        BODY_OF_LENGTH,
        CHUNK_LINE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        BODY_TO_END,
        /** The connection is no longer HTTP's. */
        SWITCHED,
        DONE
    }

    private final String method;
    private final Sink sink;
    private State state = State.STATUS_LINE;
    /** Bytes of the current line that hold no line feed. */
    private int scanned;
    /** Bytes that the current section, a head or trailers, may still have. */
    private int allowance = HEAD_BYTES;
    /** Bytes of the body, or of the chunk, that are to come. */
    private long remaining;

    private int interim;
    private boolean http10;
    private boolean persistent;
    private int status;
    private String reasonPhrase = "";
    private HttpHeaders fields = newFields();

    ResponseParser(String method, Sink sink) {
        this.method = method;
        this.sink = sink;
    }

    /** Whether what follows is another protocol's. */
    boolean switched() {
        return state == State.SWITCHED;
    }

    boolean done() {
        return state == State.DONE;
    }

    /** Whether another request may follow on the connection, as far as the answer says. */
    boolean persistent() {
        return state == State.DONE && persistent;
    }

    /**
     * Reads as much as there is, or as the sink takes.
     *
     * @throws DecoderException if it is no answer, or an ambiguous one
     */
    void read(ByteBuf in) {
        boolean more = true;
        while (more) {
            more = switch (state) {
                case STATUS_LINE -> statusLine(in);
                case FIELDS -> field(in, HEAD_BYTES);
                case TRAILERS -> sink.takesBody() && field(in, TRAILER_BYTES);
                case CHUNK_LINE -> sink.takesBody() && chunkLine(in);
                case CHUNK_END -> chunkEnd(in);
                case BODY_OF_LENGTH, CHUNK, BODY_TO_END -> body(in);
                case SWITCHED, DONE -> false;
            };
        }
    }

    /**
     * The connection has ended.
     *
     * @param complete whether it was ended by its peer and, where there is TLS, with a closure alert (RFC 9112, section 9.8)
     * @return whether the answer is whole with that
     */
    boolean inputEnded(boolean complete) {
        if (state == State.BODY_TO_END && complete) {
            finish(newFields());
        }
        return state == State.DONE;
    }

    private boolean statusLine(ByteBuf in) {
        String line = line(in, HEAD_BYTES);
        if (line == null) {
            return false;
        }
        // "HTTP/1.1 200 OK"; a server may leave the reason out, and some its space.
        check(
                line.length() >= 12
                        && (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
                        && (line.length() == 12 || line.charAt(12) == ' '),
                "status line");
        http10 = line.charAt(7) == '0';
        status = 0;
        for (int i = 9; i < 12; i++) {
            int digit = line.charAt(i) - '0';
            check(digit >= 0 && digit <= 9, "status");
            status = status * 10 + digit;
        }
        check(status >= 100, "status");
        reasonPhrase = line.length() > 13 ? line.substring(13) : "";
        fields = newFields();
        state = State.FIELDS;
        return true;
    }

    private boolean field(ByteBuf in, int limit) {
        String line = line(in, limit);
        if (line == null) {
            return false;
        }
        if (!line.isEmpty()) {
            int colon = line.indexOf(':');
            // A folded line, which begins with a space, has no token before its colon either.
            check(colon > 0 && FieldSyntax.isToken(line.substring(0, colon)), "field");
            fields.add(line.substring(0, colon), stripped(line, colon + 1));
        } else if (state == State.TRAILERS) {
            finish(fields);
        } else {
            headEnded();
        }
        return true;
    }

    private void headEnded() {
        ResponseHead head = new ResponseHead(status, reasonPhrase, fields);
        if (head.isInterim()) {
            check(++interim <= MOST_INTERIM, "too many interim answers");
            // It must not have these (RFC 9110, section 8.6; RFC 9112, section 6.1), and ends with its head whatever
            // they say
            // (RFC 9112, section 6.3), which not every reader behind us may know.
            fields.remove(HttpHeaderNames.CONTENT_LENGTH).remove(HttpHeaderNames.TRANSFER_ENCODING);
            begin(State.STATUS_LINE);
            sink.head(head);
            return;
        }
        List<String> codings = fields.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        List<String> lengths = fields.getAll(HttpHeaderNames.CONTENT_LENGTH);
        check(codings.isEmpty() || lengths.isEmpty(), "Content-Length beside Transfer-Encoding");
        check(codings.isEmpty() || !http10, "Transfer-Encoding in HTTP/1.0");
        check(codings.isEmpty() || (codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked")), "coding");
        check(lengths.size() <= 1, "several lengths");
        long length = lengths.isEmpty() ? -1 : length(lengths.getFirst());
        persistent = !http10 && !fields.containsValue(HttpHeaderNames.CONNECTION, "close", true);
        remaining = 0;
        if (status == 101) {
            state = State.SWITCHED;
        } else if (method.equals("HEAD") || status == 304) {
            state = State.BODY_OF_LENGTH;
        } else if (status == 204) {
            // It has no body, but who gives it a length may send one.
            persistent &= codings.isEmpty() && length <= 0;
            state = State.BODY_OF_LENGTH;
        } else if (!codings.isEmpty()) {
            begin(State.CHUNK_LINE);
        } else if (length >= 0) {
            remaining = length;
            state = State.BODY_OF_LENGTH;
        } else {
            persistent = false;
            state = State.BODY_TO_END;
        }
        sink.head(head);
    }

    private boolean body(ByteBuf in) {
        if (!sink.takesBody()) {
            return false;
        }
        int length = in.readableBytes();
        if (state != State.BODY_TO_END) {
            length = (int) Math.min(length, remaining);
            remaining -= length;
        }
        if (length > 0) {
            // Taken before the sink is called, which may call back.
            ByteBuf part = in.readRetainedSlice(length);
            boolean whole = state != State.BODY_TO_END && remaining == 0;
            if (whole && state == State.CHUNK) {
                state = State.CHUNK_END;
            }
            sink.data(part);
            if (whole && state == State.BODY_OF_LENGTH && sink.takesBody()) {
                finish(newFields());
            }
            return true;
        }
        if (state == State.BODY_OF_LENGTH && remaining == 0) {
            finish(newFields());
        }
        return false;
    }

    private boolean chunkLine(ByteBuf in) {
        String line = line(in, CHUNK_LINE_BYTES);
        if (line == null) {
            return false;
        }
        allowance = CHUNK_LINE_BYTES;
        int end = 0;
        long size = 0;
        while (end < line.length() && Character.digit(line.charAt(end), 16) >= 0 && line.charAt(end) < 128) {
            size = (size << 4) | Character.digit(line.charAt(end), 16);
            check(++end <= 15, "chunk size");
        }
        // Extensions (RFC 9112, section 7.1.1) are dropped; some servers pad the size with spaces.
        String rest = line.substring(end).stripLeading();
        check(end > 0 && (rest.isEmpty() || rest.charAt(0) == ';'), "chunk size");
        if (size == 0) {
            fields = newFields();
            begin(State.TRAILERS);
        } else {
            remaining = size;
            state = State.CHUNK;
        }
        return true;
    }

    private boolean chunkEnd(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return false;
        }
        check(in.readByte() == '\r' && in.readByte() == '\n', "chunk's end");
        state = State.CHUNK_LINE;
        return true;
    }

    private void finish(HttpHeaders trailers) {
        state = State.DONE;
        sink.end(trailers);
    }

    private void begin(State next) {
        state = next;
        allowance = next == State.TRAILERS ? TRAILER_BYTES : next == State.CHUNK_LINE ? CHUNK_LINE_BYTES : HEAD_BYTES;
    }

    /** The next line without its end; null: it is not there yet. */
    private @Nullable String line(ByteBuf in, int limit) {
        int start = in.readerIndex();
        int feed = in.indexOf(start + scanned, in.writerIndex(), (byte) '\n');
        if (feed < 0) {
            scanned = in.readableBytes();
            check(scanned <= allowance, "more than " + limit + " bytes");
            return null;
        }
        scanned = 0;
        int length = feed - start + 1;
        check(length <= allowance, "more than " + limit + " bytes");
        allowance -= length;
        check(length >= 2 && in.getByte(feed - 1) == '\r', "line feed alone");
        String line = in.toString(start, length - 2, StandardCharsets.ISO_8859_1);
        check(FieldSyntax.isValue(line), "control character");
        in.readerIndex(feed + 1);
        return line;
    }

    private static String stripped(String line, int from) {
        int start = from;
        int end = line.length();
        while (start < end && isBlank(line.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static long length(String text) {
        check(!text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9'), "length");
        return Long.parseLong(text);
    }

    private static HttpHeaders newFields() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new DecoderException("not an answer: " + what);
        }
    }
}
