package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;

/** How one answer is framed (RFC 9112, section 6), and how much of it is still to come. */
final class Http1Answer {

    private static final int MOST_LENGTH_DIGITS = 18;

    private final RequestParser.Parsed request;
    private Framing framing = Framing.UNKNOWN;
    private long left;
    private boolean closes;
    private boolean continued;
    private boolean broken;

    private enum Framing {
        UNKNOWN,
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    Http1Answer(RequestParser.Parsed request) {
        this.request = request;
        this.closes = request.closes();
    }

    /** Has the connection end after it. */
    void close() {
        closes = true;
    }

    boolean closes() {
        return closes;
    }

    boolean hasBegun() {
        return framing != Framing.UNKNOWN;
    }

    /**
     * Whether the connection can't be used after an answer that comes before the request's end: the client may or may not
     * send the body that it asked about (RFC 9110, section 10.1.1), or it is too long to be read for nothing.
     */
    boolean mustCloseBefore(boolean tooLong) {
        return tooLong || (request.expectsContinue() && !continued);
    }

    ByteBuf interim(ByteBufAllocator buffers, ResponseHead head) {
        if (head.status() < 100 || head.status() > 199 || head.status() == 101 || hasBegun()) {
            throw new IllegalArgumentException("not an interim answer");
        }
        continued |= head.status() == 100;
        return ResponseWriter.head(buffers, head, "", "content-length");
    }

    ByteBuf begin(ByteBufAllocator buffers, ResponseHead head) {
        if (hasBegun() || head.status() < 200 || head.status() > 999) {
            throw new IllegalArgumentException("not a final answer, or a second one");
        }
        boolean old = request.head().protocol() == Protocol.HTTP_1_0;
        boolean bodiless = head.status() == 204 || head.status() == 304;
        List<String> lengths = head.fields().getAll(HttpHeaderNames.CONTENT_LENGTH);
        Framing framed;
        if (bodiless || request.head().method().equals("HEAD")) {
            framed = Framing.NONE;
        } else if (!lengths.isEmpty()) {
            left = length(lengths);
            framed = Framing.LENGTH;
        } else {
            framed = old ? Framing.UNTIL_CLOSE : Framing.CHUNKED;
        }
        String own = (framed == Framing.CHUNKED ? "transfer-encoding: chunked\r\n" : "")
                + (closes ? "connection: close\r\n" : "");
        ByteBuf written = ResponseWriter.head(buffers, head, own, head.status() == 204 ? "content-length" : "");
        framing = framed;
        return written;
    }

    ByteBuf switching(ByteBufAllocator buffers, ResponseHead head) {
        String protocol = head.fields().get(HttpHeaderNames.UPGRADE);
        if (head.status() != 101 || protocol == null || !Octets.isVisible(protocol)) {
            throw new IllegalArgumentException("not a switch of protocols");
        }
        return ResponseWriter.head(
                buffers, head, "connection: upgrade\r\nupgrade: " + protocol + "\r\n", "content-length");
    }

    ByteBuf connected(ByteBufAllocator buffers) {
        return ByteBufUtil.writeAscii(buffers, "HTTP/1.1 200 Connection established\r\n\r\n");
    }

    static long length(List<String> lengths) {
        String text = lengths.getFirst();
        boolean digits = lengths.size() == 1
                && !text.isEmpty()
                && text.length() <= MOST_LENGTH_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            throw new IllegalArgumentException("malformed Content-Length");
        }
        return Long.parseLong(text);
    }

    /** Whether these bytes are to be sent. If not, they are none, or there is no place for them: then it {@link #isBroken}. */
    boolean takes(int bytes) {
        switch (framing) {
            case UNKNOWN -> throw new IllegalStateException("no head yet");
            case NONE -> {
                return false;
            }
            case LENGTH -> {
                broken |= bytes > left;
                left -= bytes;
            }
            case CHUNKED, UNTIL_CLOSE -> {}
        }
        return bytes > 0 && !broken;
    }

    boolean isBroken() {
        return broken;
    }

    boolean isChunked() {
        return framing == Framing.CHUNKED;
    }

    /** Whether it may end here. */
    boolean isWhole() {
        return framing != Framing.UNKNOWN && !broken && (framing != Framing.LENGTH || left == 0);
    }
}
