package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkedBodyTest {

    private static final String BODY = "5;a=b\r\nhello\r\n00B\r\n, world! \r\n\r\n1\r\n.\r\n0\r\nX: y\r\nZ:\r\n\r\n";

    /** What is read of these octets, given in parts of so many, and what is left. */
    private static String read(byte[] octets, int step) {
        ChunkedBody body = new ChunkedBody(1024, 1024, 10);
        StringBuilder text = new StringBuilder();
        ByteBuf buffer = Unpooled.buffer();
        for (int at = 0; at < octets.length; at += step) {
            buffer.writeBytes(octets, at, Math.min(step, octets.length - at));
            for (ByteBuf data = body.next(buffer); data != null; data = body.next(buffer)) {
                assertThat(data.isReadable()).isTrue();
                text.append(data.toString(StandardCharsets.ISO_8859_1));
            }
        }
        return text + "|" + body.isEnded() + "|" + body.trailers().entries() + "|"
                + buffer.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void is_the_same_however_it_is_split() {
        byte[] octets = (BODY + "GET /").getBytes(StandardCharsets.ISO_8859_1);
        for (int step = 1; step <= octets.length; step++) {
            assertThat(read(octets, step)).isEqualTo("hello, world! \r\n.|true|[X=y, Z=]|GET /");
        }
    }

    @Test
    void is_the_same_or_broken_however_it_is_split_and_spoilt() {
        Random random = new Random(42);
        int whole = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] octets = BODY.getBytes(StandardCharsets.ISO_8859_1);
            for (int changes = random.nextInt(2); changes >= 0; changes--) {
                octets[random.nextInt(octets.length)] = (byte) "\r\n\0 \t:,;aA09xz".charAt(random.nextInt(14));
            }
            String atOnce = outcome(octets, octets.length);
            assertThat(outcome(octets, 1)).isEqualTo(atOnce);
            assertThat(outcome(octets, 1 + random.nextInt(10))).isEqualTo(atOnce);
            whole += atOnce.contains("|true|") ? 1 : 0;
        }
        assertThat(whole).isBetween(1_000, 49_000);
    }

    private static String outcome(byte[] octets, int step) {
        try {
            return read(octets, step);
        } catch (DecoderException e) {
            return "broken";
        }
    }
}
