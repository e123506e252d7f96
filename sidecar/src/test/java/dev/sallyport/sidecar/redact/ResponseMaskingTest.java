package dev.sallyport.sidecar.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sallyport.contract.config.RedactResponses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseMaskingTest {

    private static final String SECRET = "sk-test_0A+b/C=9";
    private static final String STARS = "*".repeat(SECRET.length());

    private final Needles needles = Needles.of(List.of(SECRET.getBytes(StandardCharsets.UTF_8)));
    private ResponseMasking full = ResponseMasking.none();
    private ResponseMasking headers = ResponseMasking.none();

    @BeforeEach
    void open() {
        full = ResponseMasking.of(RedactResponses.FULL, needles);
        headers = ResponseMasking.of(RedactResponses.HEADERS, needles);
    }

    @AfterEach
    void close() {
        full.close();
        headers.close();
        needles.close();
    }

    @Test
    void fields_of_every_name_are_masked_in_their_order() {
        HttpHeaders fields = fields(
                "Location",
                "https://x.example/?t=sk-test_0A%2Bb%2FC%3D9",
                "Set-Cookie",
                "a=" + SECRET + "; Path=/",
                "Set-Cookie",
                "b=1",
                "WWW-Authenticate",
                "Basic " + Base64.getEncoder().encodeToString(("u:" + SECRET).getBytes(StandardCharsets.UTF_8)),
                "X-other",
                "nothing");

        headers.fields(fields);

        assertThat(fields.entries().stream().map(Object::toString))
                .containsExactly(
                        "Location=https://x.example/?t=" + "*".repeat(SECRET.length() + 6),
                        "Set-Cookie=a=" + STARS + "; Path=/",
                        "Set-Cookie=b=1",
                        "WWW-Authenticate=Basic dT" + "*".repeat(22),
                        "X-other=nothing");
        assertThat(headers.hasMasked()).isTrue();
    }

    @Test
    void the_pair_of_basic_is_masked_at_every_alignment() {
        for (String user : List.of("", "u", "us", "use", "user")) {
            String encoded = Base64.getEncoder().encodeToString((user + ":" + SECRET).getBytes(StandardCharsets.UTF_8));
            HttpHeaders fields = fields("X-Echo", "Basic " + encoded);

            headers.fields(fields);

            int clear = (user.length() + 1) * 8 / 6;
            assertThat(fields.get("X-Echo")).startsWith("Basic " + encoded.substring(0, clear) + "*");
            assertThat(fields.get("X-Echo").substring(6 + clear)).matches("[*]{22,23}=*");
        }
    }

    @Test
    void names_are_masked_too_and_what_frames_the_message_never() {
        try (Needles digits = Needles.of(List.of("123456".getBytes(StandardCharsets.UTF_8)));
                ResponseMasking masking = ResponseMasking.of(RedactResponses.HEADERS, digits)) {
            HttpHeaders fields = fields("Content-Length", "123456", "X-123456", "1", "Age", "123456");

            masking.fields(fields);

            assertThat(fields.entries().stream().map(Object::toString))
                    .containsExactly("Content-Length=123456", "X-******=1", "Age=******");
        }
    }

    @Test
    void a_reason_phrase_is_masked() {
        assertThat(headers.text("Bad key " + SECRET)).isEqualTo("Bad key " + STARS);
        assertThat(headers.text("OK")).isEqualTo("OK");
    }

    @Test
    void nothing_is_masked_without_needles() {
        HttpHeaders fields = fields("A", SECRET);
        ResponseMasking none = ResponseMasking.of(RedactResponses.NONE, needles);
        ByteBuf body = buffer(SECRET);

        none.fields(fields);

        assertThat(none).isSameAs(ResponseMasking.none());
        assertThat(fields.get("A")).isEqualTo(SECRET);
        assertThat(none.text(SECRET)).isEqualTo(SECRET);
        assertThat(none.body(body)).isSameAs(body);
        assertThat(none.frames(body)).isSameAs(body);
        assertThat(none.isImpossible(fields("Content-Encoding", "gzip"))).isFalse();
        body.release();
        none.close();
        none.close();
    }

    @Test
    void a_body_passes_as_it_is_where_headers_are_masked_only() {
        ByteBuf body = buffer(SECRET);
        HttpHeaders request = fields("Accept-Encoding", "gzip", "Range", "bytes=1-");

        headers.prepare(request);

        assertThat(request.get("accept-encoding")).isEqualTo("gzip");
        assertThat(request.contains("range")).isTrue();
        assertThat(headers.masksBody()).isFalse();
        assertThat(headers.isImpossible(fields("Content-Encoding", "gzip"))).isFalse();
        assertThat(headers.body(body)).isSameAs(body);
        assertThat(headers.finish().readableBytes()).isZero();
        body.release();
    }

    @Test
    void a_whole_and_unencoded_answer_is_asked_for() {
        HttpHeaders request = fields(
                "Accept",
                "*/*",
                "accept-encoding",
                "gzip",
                "Accept-Encoding",
                "br",
                "Range",
                "bytes=5-",
                "If-Range",
                "\"x\"",
                "A-IM",
                "gzip",
                "grpc-accept-encoding",
                "gzip",
                "Sec-WebSocket-Extensions",
                "permessage-deflate",
                "Sec-WebSocket-Version",
                "13");

        full.prepare(request);

        assertThat(request.entries().stream().map(Object::toString))
                .containsExactlyInAnyOrder("Accept=*/*", "Accept-Encoding=identity", "Sec-WebSocket-Version=13");
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Encoding, gzip, true",
        "content-encoding, 'identity, br', true",
        "Content-Encoding, identity, false",
        "Content-Encoding, 'Identity ,', false",
        "Content-Encoding, '', false",
        "Content-Encoding, unknown, true",
        "Transfer-Encoding, chunked, false",
        "Transfer-Encoding, 'gzip, chunked', true",
        "grpc-encoding, gzip, true",
        "grpc-encoding, identity, false",
        "Connect-Content-Encoding, zstd, true",
        "Content-Range, bytes 5-9/10, true",
        "Content-Type, multipart/byteranges; boundary=x, true",
        "Content-Type, text/plain, false",
        "IM, gzip, true",
        "Sec-WebSocket-Extensions, permessage-deflate, true",
    })
    void an_answer_in_which_a_secret_cannot_be_seen_is_impossible(String name, String value, boolean impossible) {
        assertThat(full.isImpossible(fields("A", "b", name, value))).isEqualTo(impossible);
    }

    @Test
    void one_of_two_codings_is_enough() {
        assertThat(full.isImpossible(fields("Content-Encoding", "identity", "Content-Encoding", "gzip")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_body_is_masked_across_its_parts(boolean direct) {
        StringBuilder out = new StringBuilder();
        for (String part : List.of("a sk-te", "st_0A+", "b/C=9 z", "", "s")) {
            ByteBuf in = direct ? direct(part) : buffer(part);
            ByteBuf given = full.body(in);
            out.append(given.toString(StandardCharsets.UTF_8));
            given.release();

            assertThat(in.refCnt()).isZero();
        }
        ByteBuf rest = full.finish();
        out.append(rest.toString(StandardCharsets.UTF_8));
        rest.release();

        assertThat(out).hasToString("a " + STARS + " zs");
    }

    @Test
    void a_buffer_in_which_nothing_is_found_goes_on_as_it_is() {
        ByteBuf in = direct("data: {\"text\":\"sk-te\"}\n\n");

        ByteBuf out = full.body(in);

        assertThat(out).isSameAs(in);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("data: {\"text\":\"sk-te\"}\n\n");
        out.release();
    }

    @Test
    void an_event_leaves_at_once() {
        String event = "event: delta\ndata: {\"text\":\"sk-te st sk-tes\\n\"}\n\n";
        for (int i = 0; i < 10; i++) {
            ByteBuf out = full.body(buffer(event));

            assertThat(out.readableBytes()).isEqualTo(event.length());
            out.release();
        }
    }

    @Test
    void a_buffer_that_may_not_be_changed_is_copied() {
        ByteBuf in = Unpooled.unreleasableBuffer(buffer("a " + SECRET)).asReadOnly();

        ByteBuf out = full.body(in.retain());

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a " + STARS);
        assertThat(in.toString(StandardCharsets.UTF_8)).isEqualTo("a " + SECRET);
        out.release();
    }

    @Test
    void only_the_readable_bytes_are_looked_at() {
        ByteBuf whole = buffer("sk-test_|0A+b/C=9|" + SECRET + "|");
        ByteBuf in = whole.retainedSlice(9, 9);

        ByteBuf out = full.body(in);

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("0A+b/C=9|");
        assertThat(whole.toString(StandardCharsets.UTF_8)).isEqualTo("sk-test_|0A+b/C=9|" + SECRET + "|");
        out.release();
        whole.release();
    }

    @Test
    void bodies_of_any_size_and_cut_are_masked_as_a_whole() {
        long seed = new SecureRandom().nextLong();
        System.out.println("Bodies are random with seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            byte[] text = text(random);
            byte[] expected = text.clone();
            try (StreamMasker masker = needles.newStream()) {
                masker.maskWhole(expected, 0, expected.length);
            }
            ByteBuf out = Unpooled.buffer();
            try (ResponseMasking masking = ResponseMasking.of(RedactResponses.FULL, needles)) {
                int at = 0;
                while (at < text.length) {
                    int length = Math.min(text.length - at, 1 + random.nextInt(random.nextBoolean() ? 20 : 20_000));
                    ByteBuf in = random.nextBoolean()
                            ? Unpooled.copiedBuffer(text, at, length)
                            : ByteBufAllocator.DEFAULT.directBuffer().writeBytes(text, at, length);
                    take(masking.body(in), out);
                    at += length;
                }
                take(masking.finish(), out);
            }

            assertThat(out.toString(StandardCharsets.ISO_8859_1))
                    .as("seed %s, round %s", seed, round)
                    .isEqualTo(new String(expected, StandardCharsets.ISO_8859_1));
            out.release();
        }
    }

    private static byte[] text(Random random) {
        StringBuilder text = new StringBuilder();
        while (text.length() < 60_000) {
            switch (random.nextInt(4)) {
                case 0 -> text.append(SECRET);
                case 1 -> text.append(SECRET, 0, random.nextInt(SECRET.length()));
                case 2 -> text.append("\\u0073k-test_0A+b\\/C=9", 0, 6 + random.nextInt(16));
                default -> text.append(" ".repeat(random.nextInt(3_000)));
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void a_message_of_grpc_leaves_whole_although_a_secret_may_begin_at_its_end() {
        full.fields(fields("content-type", "application/grpc+proto"));
        ByteBuf out = Unpooled.buffer();

        take(full.body(message(0, "hello s")), out);
        assertThat(out.readableBytes()).isEqualTo(12);
        take(full.body(message(0, "x").readSlice(5).retain()), out);
        take(full.body(buffer("s")), out);
        take(full.body(message(0, SECRET)), out);
        take(full.body(message(0, "")), out);
        take(full.finish(), out);

        assertThat(out.toString(StandardCharsets.ISO_8859_1))
                .isEqualTo("\0\0\0\0\7hello s\0\0\0\0\1s\0\0\0\0\20" + STARS + "\0\0\0\0\0");
        out.release();
    }

    @Test
    void an_end_of_a_message_that_lies_hides_no_secret() {
        // The upstream lets the agent say what the answer is and what comes before the secret.
        int whole = 0;
        int refused = 0;
        for (int cut = 0; cut <= SECRET.length(); cut++) {
            try (ResponseMasking masking = ResponseMasking.of(RedactResponses.FULL, needles)) {
                masking.fields(fields("content-type", "application/grpc"));
                ByteBuf out = Unpooled.buffer();
                take(masking.body(message(0, SECRET.substring(0, cut))), out);
                try {
                    take(masking.body(buffer(SECRET.substring(cut) + " x")), out);
                    take(masking.finish(), out);
                    whole++;
                } catch (RedactionImpossibleException e) {
                    // What comes next begins no message.
                    refused++;
                }

                int told = cut <= 3 ? cut : 0;
                String text = out.toString(5, out.readableBytes() - 5, StandardCharsets.ISO_8859_1);
                assertThat(SECRET.substring(0, told) + STARS.substring(told) + " x")
                        .startsWith(text);
                out.release();
            }
        }
        assertThat(whole).isPositive();
        assertThat(refused).isPositive();
    }

    @Test
    void a_compressed_message_of_grpc_is_impossible() {
        full.fields(fields("content-type", "application/grpc"));
        ByteBuf in = message(1, "x");

        assertThatExceptionOfType(RedactionImpossibleException.class)
                .isThrownBy(() -> full.body(in).release());
        assertThat(in.refCnt()).isZero();
    }

    @Test
    void the_trailers_of_grpc_web_are_no_compressed_message() {
        full.fields(fields("Content-Type", "application/grpc-web+proto"));
        ByteBuf out = Unpooled.buffer();

        take(full.body(message(0x80, "grpc-status: 0")), out);

        assertThat(out.readableBytes()).isEqualTo(19);
        out.release();
    }

    @Test
    void needles_are_kept_until_the_exchange_has_ended() {
        needles.close();
        HttpHeaders fields = fields("A", SECRET);

        headers.fields(fields);

        assertThat(fields.get("A")).isEqualTo(STARS);
        assertThatIllegalStateException().isThrownBy(() -> ResponseMasking.of(RedactResponses.FULL, needles));
        headers.close();
        headers.close();
        full.close();
        assertThatIllegalStateException().isThrownBy(needles::newStream);
    }

    @Test
    void no_text_shows_the_secret() {
        full.body(buffer("sk-te")).release();

        assertThat(full.toString()).isEqualTo("ResponseMasking[FULL]");
    }

    private static void take(ByteBuf given, ByteBuf out) {
        out.writeBytes(given);
        given.release();
    }

    private static ByteBuf message(int flags, String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        return Unpooled.buffer().writeByte(flags).writeInt(octets.length).writeBytes(octets);
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private static ByteBuf direct(String text) {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer();
        buffer.writeCharSequence(text, StandardCharsets.UTF_8);
        return buffer;
    }

    private static HttpHeaders fields(String... namesAndValues) {
        HttpHeaders fields = new DefaultHttpHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
