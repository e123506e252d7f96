package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Writes the parts of an HTTP/1.1 answer (RFC 9112). */
final class ResponseWriter {

    /** Fields that are about one connection, and so this side's own. */
    private static final Set<String> OWN =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private static final ByteBuf CRLF = Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer(2).writeShort(0x0d0a))
            .asReadOnly();

    private ResponseWriter() {}

    /**
     * A head, its empty line included.
     *
     * @param own what this side says of the connection and the framing: whole lines
     * @param without a field in lower case that is left out; empty: none
     * @throws IllegalArgumentException if a field cannot be sent
     */
    static ByteBuf head(ByteBufAllocator buffers, ResponseHead head, String own, String without) {
        StringBuilder text = new StringBuilder(256);
        String phrase = head.reasonPhrase().isEmpty()
                ? HttpResponseStatus.valueOf(head.status()).reasonPhrase()
                : head.reasonPhrase();
        text.append("HTTP/1.1 ")
                .append(head.status())
                .append(' ')
                .append(checked(phrase))
                .append("\r\n");
        append(text, head.fields(), without);
        return buffer(buffers, text.append(own).append("\r\n"));
    }

    /** What comes before a chunk's data. */
    static ByteBuf chunkSize(ByteBufAllocator buffers, int size) {
        return ByteBufUtil.writeAscii(buffers, Integer.toHexString(size) + "\r\n");
    }

    /** What comes after a chunk's data. */
    static ByteBuf chunkEnd() {
        return CRLF.duplicate();
    }

    /** The last chunk, the trailers and the end. */
    static ByteBuf lastChunk(ByteBufAllocator buffers, HttpHeaders trailers) {
        StringBuilder text = new StringBuilder("0\r\n");
        append(text, trailers, "content-length");
        return buffer(buffers, text.append("\r\n"));
    }

    private static ByteBuf buffer(ByteBufAllocator buffers, CharSequence text) {
        ByteBuf buffer = buffers.buffer(text.length());
        int _ = buffer.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        return buffer;
    }

    private static void append(StringBuilder text, HttpHeaders fields, String without) {
        for (Iterator<Map.Entry<CharSequence, CharSequence>> all = fields.iteratorCharSequence(); all.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> field = all.next();
            String name = field.getKey().toString();
            String lower = name.toLowerCase(Locale.ROOT);
            if (OWN.contains(lower) || lower.equals(without)) {
                continue;
            }
            if (!Octets.isToken(name)) {
                throw new IllegalArgumentException("not a field name");
            }
            text.append(name).append(": ").append(checked(field.getValue())).append("\r\n");
        }
    }

    /** Whatever came from an upstream: no line may begin where it says so. */
    private static CharSequence checked(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xff || !Octets.isField(c)) {
                throw new IllegalArgumentException("not a field value");
            }
        }
        return text;
    }
}
