package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Writes requests' heads and trailers for HTTP/1.1 (RFC 9112). What cannot be written without being read as something else
 * is an {@link IllegalArgumentException}, whose text holds nothing of it.
 */
final class RequestText {

    private static final byte[] VERSION = " HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);

    private RequestText() {}

    /**
     * A head.
     *
     * @param contentLength the body's length; empty: chunked
     * @param upgrade whether the fields that concern the connection are sent: they ask for another protocol
     */
    static ByteBuf head(ByteBufAllocator allocator, RequestHead head, OptionalLong contentLength, boolean upgrade) {
        ByteBuf out = allocator.buffer(1024);
        boolean done = false;
        try {
            FieldSyntax.requireToken(head.method());
            FieldSyntax.requireTarget(head.target());
            out.writeCharSequence(head.method(), StandardCharsets.US_ASCII);
            out.writeByte(' ');
            out.writeCharSequence(head.target(), StandardCharsets.ISO_8859_1);
            out.writeBytes(VERSION);
            boolean lengthSent = false;
            int hosts = 0;
            Iterator<Map.Entry<String, String>> fields = head.fields().iteratorAsString();
            while (fields.hasNext()) {
                Map.Entry<String, String> field = fields.next();
                String name = field.getKey();
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "content-length" -> {
                        if (contentLength.isPresent() && !lengthSent) {
                            lengthSent = true;
                            field(out, name, Long.toString(contentLength.getAsLong()));
                        }
                    }
                    case "host" -> {
                        hosts++;
                        field(out, name, field.getValue());
                    }
                    case "connection", "upgrade" -> {
                        if (upgrade) {
                            field(out, name, field.getValue());
                        }
                    }
                    case "transfer-encoding", "te", "keep-alive", "proxy-connection" -> {}
                    default -> field(out, name, field.getValue());
                }
            }
            FieldSyntax.require(hosts == 1, "not one Host");
            if (contentLength.isEmpty()) {
                field(out, "Transfer-Encoding", "chunked");
            } else if (contentLength.getAsLong() > 0 && !lengthSent) {
                field(out, "Content-Length", Long.toString(contentLength.getAsLong()));
            }
            out.writeByte('\r').writeByte('\n');
            done = true;
            return out;
        } finally {
            if (!done) {
                out.release();
            }
        }
    }

    /** The last chunk, and the trailers but for those that would change the framing. */
    static ByteBuf lastChunk(ByteBufAllocator allocator, HttpHeaders trailers) {
        ByteBuf out = allocator.buffer(trailers.isEmpty() ? 5 : 256);
        boolean done = false;
        try {
            out.writeByte('0');
            out.writeByte('\r').writeByte('\n');
            Iterator<Map.Entry<String, String>> fields = trailers.iteratorAsString();
            while (fields.hasNext()) {
                Map.Entry<String, String> field = fields.next();
                switch (field.getKey().toLowerCase(Locale.ROOT)) {
                    case "content-length", "transfer-encoding", "host", "connection", "trailer" -> {}
                    default -> field(out, field.getKey(), field.getValue());
                }
            }
            out.writeByte('\r').writeByte('\n');
            done = true;
            return out;
        } finally {
            if (!done) {
                out.release();
            }
        }
    }

    private static void field(ByteBuf out, String name, String value) {
        FieldSyntax.requireToken(name);
        FieldSyntax.requireValue(value);
        out.writeCharSequence(name, StandardCharsets.US_ASCII);
        out.writeByte(':').writeByte(' ');
        out.writeCharSequence(value, StandardCharsets.ISO_8859_1);
        out.writeByte('\r').writeByte('\n');
    }
}
