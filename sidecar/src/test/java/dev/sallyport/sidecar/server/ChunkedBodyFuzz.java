package dev.sallyport.sidecar.server;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderException;
import java.nio.charset.StandardCharsets;

/** A body in chunks is the same however its octets come, and when it is put in chunks again. */
class ChunkedBodyFuzz {

    @FuzzTest
    void a_body_is_read_in_one_way(byte[] octets) {
        Read whole = read(octets, octets.length);
        require(whole.equals(read(octets, 1)), "read otherwise octet by octet");
        require(whole.equals(read(octets, 5)), "read otherwise in parts");
        if (whole.ended()) {
            StringBuilder again = new StringBuilder();
            if (!whole.data().isEmpty()) {
                again.append(Integer.toHexString(whole.data().length())).append("\r\n");
                again.append(whole.data()).append("\r\n");
            }
            String text = again.append("0\r\n")
                    .append(whole.trailers())
                    .append("\r\n")
                    .append(whole.rest())
                    .toString();
            Read second = read(text.getBytes(StandardCharsets.ISO_8859_1), text.length());
            require(whole.equals(second), "put in chunks again it is read otherwise");
        }
    }

    private record Read(boolean broken, boolean ended, String data, String trailers, String rest) {}

    private static Read read(byte[] octets, int step) {
        ChunkedBody body = new ChunkedBody(64, 256, 8);
        StringBuilder data = new StringBuilder();
        ByteBuf buffer = Unpooled.buffer(octets.length + 1);
        try {
            for (int at = 0; at < octets.length; at += step) {
                buffer.writeBytes(octets, at, Math.min(step, octets.length - at));
                for (ByteBuf next = body.next(buffer); next != null; next = body.next(buffer)) {
                    require(next.isReadable(), "a part of nothing");
                    data.append(next.toString(StandardCharsets.ISO_8859_1));
                    next.release();
                }
            }
        } catch (DecoderException e) {
            // What came before the break may have gone on already, in parts of any size.
            return new Read(true, false, "", "", "");
        }
        StringBuilder trailers = new StringBuilder();
        body.trailers().forEach(field -> {
            require(FieldLines.isTrailer(field.getKey()), "a trailer that must not be one");
            trailers.append(field.getKey()).append(':').append(field.getValue()).append("\r\n");
        });
        return new Read(
                false,
                body.isEnded(),
                data.toString(),
                trailers.toString(),
                body.isEnded() ? buffer.toString(StandardCharsets.ISO_8859_1) : "");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
