package dev.sallyport.sidecar.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sallyport.contract.config.RedactResponses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out is read by another implementation, which is strict about frames. */
class WebSocketMaskerTest {

    private static final String SECRET = "sk-test_0A+b/C=9";
    private static final String STARS = "*".repeat(SECRET.length());
    private static final int FIN = 0x80;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final Needles needles = Needles.of(List.of(bytes(SECRET)));
    private final ResponseMasking masking = ResponseMasking.of(RedactResponses.FULL, needles);
    private final EmbeddedChannel reader =
            new EmbeddedChannel(new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                    .expectMaskedFrames(false)
                    .allowExtensions(false)
                    .maxFramePayloadLength(Integer.MAX_VALUE)
                    .withUTF8Validator(false)
                    .build()));

    @AfterEach
    void close() {
        masking.close();
        needles.close();
        reader.finishAndReleaseAll();
    }

    @Test
    void a_message_in_one_frame_keeps_it() {
        byte[] in = frame(FIN | TEXT, "a " + SECRET + " z");

        assertThat(mask(in)).isEqualTo(frame(FIN | TEXT, "a " + STARS + " z"));
        assertThat(masking.hasMasked()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 200_000})
    void frames_of_every_length_pass(int length) {
        String payload = "x".repeat(length);

        assertThat(mask(frame(FIN | BINARY, payload))).isEqualTo(frame(FIN | BINARY, payload));
        assertThat(read()).containsExactly("BINARY " + payload);
    }

    @Test
    void lengths_in_more_bytes_than_needed_pass_as_they_are() {
        byte[] two = {(byte) 0x81, 126, 0, 1, 'x'};
        byte[] eight = {(byte) 0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'x'};

        assertThat(masked(two)).isEqualTo(two);
        assertThat(masked(eight)).isEqualTo(eight);
    }

    @Test
    void a_frame_of_a_huge_length_passes_in_parts() {
        byte[] header = {
            (byte) 0x82,
            127,
            0x7f,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff
        };

        assertThat(masked(header)).isEqualTo(header);
        assertThat(masked(bytes("a sk-te"))).isEqualTo(bytes("a "));
        assertThat(masked(bytes(SECRET.substring(5)))).isEqualTo(bytes(STARS));
        assertThat(masked(bytes(SECRET + "."))).isEqualTo(bytes(STARS + "."));
    }

    @Test
    void nothing_is_held_back_past_the_end_of_a_message() {
        assertThat(mask(frame(FIN | TEXT, "sk-test_"))).isEqualTo(frame(FIN | TEXT, "sk-test_"));
        assertThat(mask(frame(FIN | TEXT, "0A+b/C=9"))).isEqualTo(frame(FIN | TEXT, "0A+b/C=9"));
    }

    @Test
    void a_message_is_masked_over_all_of_its_frames() {
        mask(frame(TEXT, "a sk-"), frame(0, ""), frame(0, "test_0A"), frame(0, "+"), frame(FIN, "b/C=9 z"));

        assertThat(read()).containsExactly("TEXT a " + STARS + " z");
    }

    @Test
    void what_is_held_back_of_a_frame_holds_back_no_control_frame() {
        mask(frame(TEXT, "a sk-te"));
        assertThat(read()).isEmpty();

        mask(frame(FIN | PING, "one"));
        assertThat(read()).containsExactly("PING one");
        mask(frame(0, "st_0A+b/C"), frame(FIN | PONG, ""));
        assertThat(read()).containsExactly("PONG ");
        mask(frame(FIN, "=9"));

        assertThat(read()).containsExactly("TEXT a " + STARS);
    }

    @Test
    void a_message_that_ends_with_an_empty_frame_gives_all_that_was_held_back() {
        mask(frame(TEXT, "sk-te"));
        assertThat(reader.inboundMessages()).isEmpty();
        mask(frame(FIN, ""));

        assertThat(read()).containsExactly("TEXT sk-te");
    }

    @Test
    void an_empty_message_in_several_frames_stays_one() {
        mask(frame(BINARY, ""), frame(0, ""), frame(FIN, ""), frame(FIN | TEXT, "x"));

        assertThat(read()).containsExactly("BINARY ", "TEXT x");
    }

    @Test
    void a_secret_that_begins_in_a_close_frames_code_is_masked() {
        assertThat(mask(frame(FIN | CLOSE, "\u000f" + SECRET))).isEqualTo(frame(FIN | CLOSE, "\u000f" + STARS));
    }

    @Test
    void control_frames_are_masked_but_for_a_close_frames_code() {
        assertThat(mask(frame(FIN | PING, SECRET))).isEqualTo(frame(FIN | PING, STARS));
        assertThat(mask(frame(FIN | PONG, "x" + SECRET))).isEqualTo(frame(FIN | PONG, "x" + STARS));
        assertThat(mask(frame(FIN | CLOSE, "\u0003\u00e8bye " + SECRET)))
                .isEqualTo(frame(FIN | CLOSE, "\u0003\u00e8bye " + STARS));
        assertThat(mask(frame(FIN | CLOSE, SECRET.substring(0, 2) + SECRET)))
                .isEqualTo(frame(FIN | CLOSE, SECRET.substring(0, 2) + STARS));
        assertThat(mask(frame(FIN | CLOSE, ""))).isEqualTo(frame(FIN | CLOSE, ""));
        assertThat(mask(frame(FIN | CLOSE, "\u0003"))).isEqualTo(frame(FIN | CLOSE, "\u0003"));
    }

    @ParameterizedTest
    @CsvSource({
        "8181, a masked frame",
        "C100, an extension",
        "A100, an extension",
        "9100, an extension",
        "8300, a data frame that is not defined",
        "8700, a data frame that is not defined",
        "8B00, a control frame that is not defined",
        "8F00, a control frame that is not defined",
        "0900, a control frame in parts",
        "0800, a control frame in parts",
        "897E, a control frame in parts or too long",
        "887F, a control frame in parts or too long",
        "8000, not its message's next",
        "0000, not its message's next",
        "01000100, not its message's next",
        "01008100, not its message's next",
        "827F8000000000000000, more than 2^63",
    })
    void what_no_server_may_send_is_refused(String hex, String why) {
        byte[] octets = ByteBufUtil.decodeHexDump(hex);
        ByteBuf in = Unpooled.wrappedBuffer(octets, new byte[16]);

        assertThatExceptionOfType(RedactionImpossibleException.class)
                .isThrownBy(() -> masking.frames(in).release())
                .withMessageContaining(why);
        assertThat(in.refCnt()).isZero();
    }

    @Test
    void messages_stay_what_they_are_however_they_are_cut() {
        long seed = new SecureRandom().nextLong();
        System.out.println("Messages are random with seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<String> expected = new ArrayList<>();
            ByteBuf in = Unpooled.buffer();
            for (int message = random.nextInt(6); message >= 0; message--) {
                String payload = payload(random);
                int type = random.nextBoolean() ? TEXT : BINARY;
                int at = 0;
                boolean first = true;
                while (random.nextInt(3) > 0) {
                    int length = random.nextInt(payload.length() - at + 1);
                    in.writeBytes(frame(first ? type : 0, payload.substring(at, at + length)));
                    at += length;
                    first = false;
                    if (random.nextInt(3) == 0) {
                        in.writeBytes(frame(FIN | PING, "p" + SECRET));
                        expected.add("PING p" + STARS);
                    }
                }
                in.writeBytes(frame(FIN | (first ? type : 0), payload.substring(at)));
                expected.add((type == TEXT ? "TEXT " : "BINARY ") + payload.replace(SECRET, STARS));
            }
            while (in.isReadable()) {
                mask(ByteBufUtil.getBytes(in.readSlice(1 + random.nextInt(Math.min(in.readableBytes(), 40)))));
            }
            in.release();

            assertThat(read()).as("seed %s, round %s", seed, round).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void a_secret_longer_than_any_frame_of_ours_is_masked_too() {
        byte[] secret = new byte[Needles.LONGEST];
        Arrays.fill(secret, (byte) 'k');
        secret[0] = 's';
        String text = new String(secret, StandardCharsets.US_ASCII);
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> escaped.append(String.format("\\u%04x", c)));
        try (Needles longest = Needles.of(List.of(secret));
                ResponseMasking one = ResponseMasking.of(RedactResponses.FULL, longest)) {
            for (String form : List.of(text, escaped.toString())) {
                for (String end : List.of(form.substring(form.length() - 1), "")) {
                    ByteBuf in = Unpooled.copiedBuffer(
                            frame(TEXT, "a" + form.substring(0, 9_000)),
                            frame(0, form.substring(9_000, form.length() - 1)),
                            frame(FIN, end));

                    reader.writeInbound(one.frames(in));

                    assertThat(read())
                            .containsExactly("TEXT a"
                                    + (end.isEmpty()
                                            ? form.substring(0, form.length() - 1)
                                            : "*".repeat(form.length())));
                }
            }
        }
    }

    @Test
    void no_bytes_make_it_fail_in_another_way_than_by_a_refusal() {
        Random random = new Random(new SecureRandom().nextLong());
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            try (ResponseMasking one = ResponseMasking.of(RedactResponses.FULL, needles)) {
                for (int part = random.nextInt(8); part >= 0; part--) {
                    byte[] octets = new byte[1 + random.nextInt(20)];
                    random.nextBytes(octets);
                    if (octets.length > 1 && random.nextBoolean()) {
                        octets[0] &= (byte) 0x8f;
                        octets[1] &= 0x0f;
                    }
                    ByteBuf in = Unpooled.copiedBuffer(octets);
                    try {
                        one.frames(in).release();
                    } catch (RedactionImpossibleException e) {
                        refused++;
                        break;
                    } finally {
                        assertThat(in.refCnt()).isZero();
                    }
                }
            }
        }
        assertThat(refused).isBetween(1_000, 4_999);
    }

    private static String payload(Random random) {
        StringBuilder payload = new StringBuilder();
        for (int piece = random.nextInt(6); piece > 0; piece--) {
            payload.append(
                    switch (random.nextInt(3)) {
                        case 0 -> SECRET;
                        case 1 -> SECRET.substring(0, random.nextInt(SECRET.length()));
                        default -> " ".repeat(1 + random.nextInt(60));
                    });
        }
        return payload.append(' ').toString();
    }

    /** Masks these, which the reader would not take. */
    private byte[] masked(byte[] part) {
        ByteBuf out = masking.frames(Unpooled.copiedBuffer(part));
        byte[] octets = ByteBufUtil.getBytes(out);
        out.release();
        return octets;
    }

    /** Masks these, and gives what came out to the reader too. */
    private byte[] mask(byte[]... parts) {
        ByteBuf out = masking.frames(Unpooled.copiedBuffer(parts));
        byte[] octets = ByteBufUtil.getBytes(out);
        reader.writeInbound(out);
        return octets;
    }

    /** The whole messages and control frames that have come out. */
    private List<String> read() {
        List<String> read = new ArrayList<>();
        StringBuilder message = new StringBuilder();
        List<Object> frames = List.copyOf(reader.inboundMessages());
        int done = 0;
        for (int i = 0; i < frames.size(); i++) {
            WebSocketFrame frame = (WebSocketFrame) frames.get(i);
            String text = frame.content().toString(StandardCharsets.ISO_8859_1);
            switch (frame) {
                case PingWebSocketFrame ping -> read.add("PING " + text);
                case PongWebSocketFrame pong -> read.add("PONG " + text);
                case CloseWebSocketFrame close -> read.add("CLOSE " + text);
                case TextWebSocketFrame first -> message.append("TEXT ").append(text);
                case BinaryWebSocketFrame first -> message.append("BINARY ").append(text);
                default -> message.append(text);
            }
            boolean isData = !(frame instanceof PingWebSocketFrame
                    || frame instanceof PongWebSocketFrame
                    || frame instanceof CloseWebSocketFrame);
            if (isData && frame.isFinalFragment()) {
                read.add(message.toString());
                message.setLength(0);
                done = i + 1;
            }
        }
        if (message.isEmpty()) {
            reader.releaseInbound();
        } else {
            // A message is not whole yet: its frames stay, the control frames don't.
            for (int i = 0; i < frames.size(); i++) {
                WebSocketFrame frame = (WebSocketFrame) frames.get(i);
                if (i < done || frame instanceof PingWebSocketFrame || frame instanceof PongWebSocketFrame) {
                    reader.inboundMessages().remove(frame);
                    frame.release();
                }
            }
        }
        return read;
    }

    private static byte[] frame(int first, String payload) {
        byte[] octets = payload.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuf frame = Unpooled.buffer();
        frame.writeByte(first);
        if (octets.length < 126) {
            frame.writeByte(octets.length);
        } else if (octets.length < 65_536) {
            frame.writeByte(126).writeShort(octets.length);
        } else {
            frame.writeByte(127).writeLong(octets.length);
        }
        return ByteBufUtil.getBytes(frame.writeBytes(octets));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
