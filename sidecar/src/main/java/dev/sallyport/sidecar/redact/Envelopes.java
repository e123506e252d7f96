package dev.sallyport.sidecar.redact;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Follows the messages of a stream of gRPC, gRPC-Web or Connect: a byte of flags, four of length, the message. An
 * answering peer may wait for the end of a message, and its last bytes must not be held back until there is another.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over HTTP/2</a>
 */
final class Envelopes {

    private static final int COMPRESSED = 1;
    /** Connect's end of a stream, and the trailers of gRPC-Web. */
    private static final int OTHER_FLAGS = 0x82;

    private static final int PREFIX = 5;

    private int prefixRead;
    private long remaining;
    private boolean isLost;

    /** Null: an answer with these fields has no such messages. */
    static @Nullable Envelopes of(HttpHeaders responseFields) {
        String type = responseFields.get("content-type", "").toLowerCase(Locale.ROOT);
        boolean has = (type.startsWith("application/grpc") && !type.startsWith("application/grpc-web-text"))
                || type.startsWith("application/connect+");
        return has ? new Envelopes() : null;
    }

    /** Whether an answer with these fields has messages that are compressed one by one. */
    static boolean areCompressed(HttpHeaders responseFields) {
        return isCompression(responseFields.get("grpc-encoding", ""))
                || isCompression(responseFields.get("connect-content-encoding", ""));
    }

    private static boolean isCompression(String encoding) {
        return !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity");
    }

    /**
     * Follows the next bytes.
     *
     * @param in is left as it is
     * @return whether a message ends with them
     * @throws RedactionImpossibleException if a message is compressed
     */
    boolean endWith(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end && !isLost) {
            if (prefixRead < PREFIX) {
                prefix(in.getUnsignedByte(at));
                at++;
            } else {
                long skipped = Math.min(remaining, end - at);
                remaining -= skipped;
                at += (int) skipped;
            }
            if (prefixRead == PREFIX && remaining == 0) {
                prefixRead = 0;
            }
        }
        return !isLost && prefixRead == 0;
    }

    private void prefix(int octet) {
        if (prefixRead > 0) {
            remaining = remaining << 8 | octet;
        } else if ((octet & COMPRESSED) != 0) {
            throw new RedactionImpossibleException("a message of the answer is compressed");
        } else {
            isLost = (octet & ~OTHER_FLAGS) != 0;
        }
        prefixRead++;
    }
}
