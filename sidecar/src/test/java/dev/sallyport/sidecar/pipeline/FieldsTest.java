package dev.sallyport.sidecar.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.route.Origin;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;

class FieldsTest {

    private static final Origin ORIGIN = new Origin(Scheme.HTTPS, "api.example.com", 443);

    @Test
    void fields_pass_in_their_order_and_spelling_and_host_is_the_routes() {
        HttpHeaders to = Fields.forward(
                fields("X-b", "2", "HOST", "proxy", "accept", "*/*", "X-a", "1", "X-b", "3", "Via", "1.1 v"), ORIGIN);

        assertThat(to)
                .extracting(Object::toString)
                .containsExactly("X-b=2", "HOST=api.example.com", "accept=*/*", "X-a=1", "X-b=3", "Via=1.1 v");
    }

    @Test
    void what_has_no_host_is_given_one() {
        assertThat(Fields.forward(fields("a", "1"), new Origin(Scheme.HTTP, "h", 8080)))
                .extracting(Object::toString)
                .containsExactly("a=1", "Host=h:8080");
    }

    @Test
    void nominated_fields_end_here_but_never_the_length_or_the_host() {
        HttpHeaders from = fields(
                "Host",
                "p",
                "Connection",
                "close, X-Mine",
                "Connection",
                "content-length,host",
                "X-Mine",
                "1",
                "Content-Length",
                "3",
                "Trailer",
                "X-T",
                "Upgrade",
                "h2c",
                "HTTP2-Settings",
                "AA",
                "Keep-Alive",
                "5",
                "Proxy-Authorization",
                "Basic eA==",
                "Proxy-Anything",
                "x",
                "Transfer-Encoding",
                "chunked");

        assertThat(Fields.forward(from, ORIGIN))
                .extracting(Object::toString)
                .containsExactly("Host=api.example.com", "Content-Length=3", "Trailer=X-T");
    }

    @Test
    void of_te_only_trailers_goes_on() {
        assertThat(Fields.forward(fields("te", "deflate, Trailers;q=1"), ORIGIN).contains("te"))
                .isFalse();
        assertThat(Fields.forward(fields("te", "gzip, trailers"), ORIGIN).get("te"))
                .isEqualTo("trailers");
    }

    @Test
    void an_answers_hop_by_hop_fields_end_here() {
        HttpHeaders to = Fields.answer(fields(
                "Connection",
                "keep-alive, X-Hop",
                "X-Hop",
                "1",
                "Proxy-Authenticate",
                "Basic",
                "Set-Cookie",
                "a=1",
                "Set-Cookie",
                "b=2",
                "Transfer-Encoding",
                "chunked",
                "Alt-Svc",
                "h3"));

        assertThat(to).extracting(Object::toString).containsExactly("Set-Cookie=a=1", "Set-Cookie=b=2", "Alt-Svc=h3");
    }

    @Test
    void trailers_hold_nothing_that_frames_routes_or_authenticates() {
        HttpHeaders to = Fields.trailers(fields(
                "grpc-status",
                "0",
                "Content-Length",
                "1",
                "Host",
                "h",
                "Authorization",
                "Bearer x",
                "X-API-Key",
                "k",
                "Transfer-Encoding",
                "chunked",
                "X-Checksum",
                "c"));

        assertThat(to).extracting(Object::toString).containsExactly("grpc-status=0", "X-Checksum=c");
    }

    private static HttpHeaders fields(String... pairs) {
        HttpHeaders fields = new DefaultHttpHeaders();
        for (int i = 0; i < pairs.length; i += 2) {
            fields.add(pairs[i], pairs[i + 1]);
        }
        return fields;
    }
}
