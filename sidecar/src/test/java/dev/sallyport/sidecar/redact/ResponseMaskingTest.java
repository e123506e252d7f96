package dev.sallyport.sidecar.redact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.RedactResponses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
                "X-" + "other",
                "nothing");

        headers.fields(fields);

        assertThat(fields.entries().stream().map(Object::toString))
                .containsExactly(
                        "Location=https://x.example/?t=" + "*".repeat(SECRET.length() + 6),
                        "Set-Cookie=a=" + STARS + "; Path=/",
                        "Set-Cookie=b=1",
                        "WWW-Authenticate=Basic dT" + "*".repeat(22),
                        "X-other=nothing");
        assertThat(headers.maskedBytes()).isPositive();
    }

    @Test
    void a_body_passes_as_it_is_where_headers_are_masked_only() {
        ByteBuf body = buffer(SECRET);

        assertThat(headers.masksBody()).isFalse();
        assertThat(headers.body(body)).isSameAs(body);
        assertThat(headers.finish().readableBytes()).isZero();
        body.release();
    }

    @Test
    void a_body_is_masked_across_its_parts() {
        StringBuilder out = new StringBuilder();
        for (String part : List.of("a sk-te", "st_0A+", "b/C=9 z", "s")) {
            ByteBuf given = full.body(buffer(part));
            out.append(given.toString(StandardCharsets.UTF_8));
            given.release();
        }
        ByteBuf rest = full.finish();
        out.append(rest.toString(StandardCharsets.UTF_8));
        rest.release();

        assertThat(out).hasToString("a " + STARS + " zs");
    }

    private static ByteBuf buffer(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private static HttpHeaders fields(String... namesAndValues) {
        HttpHeaders fields = new DefaultHttpHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
