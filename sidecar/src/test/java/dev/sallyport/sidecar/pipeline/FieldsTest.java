package dev.sallyport.sidecar.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest.CredentialUse;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.credential.Injection;
import dev.sallyport.sidecar.route.Origin;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldsTest {

    private static final Origin ORIGIN = new Origin(Scheme.HTTPS, "api.example.com", 443);
    private static final CredentialUse USE = new CredentialUse("s/k", "00");

    @Test
    void a_credentialed_route_loses_every_credential_of_the_client() {
        MultiMap from = fields(
                "HOST",
                "proxy",
                "AUTHORIZATION",
                "a",
                "X-Api-Key",
                "b",
                "Api-Key",
                "c",
                "X-Goog-Api-Key",
                "d",
                "x-CUSTOM",
                "e",
                "x-custom",
                "f",
                "Accept",
                "*/*");
        MultiMap to = HttpHeaders.headers();

        Fields.forward(from, to, ORIGIN, new Injection.Field("X-Custom", "real", USE));

        assertThat(to.entries().stream().map(Object::toString))
                .containsExactly("HOST=api.example.com", "Accept=*/*", "X-Custom=real");
    }

    @Test
    void a_withheld_credential_leaves_no_dummy_either() {
        MultiMap to = HttpHeaders.headers();

        Fields.forward(fields("Host", "p", "Authorization", "dummy"), to, ORIGIN, Injection.None.WITHHELD);

        assertThat(to.contains("authorization")).isFalse();
    }

    @Test
    void nominated_fields_end_here_but_never_the_length_or_the_injected_one() {
        MultiMap from = fields(
                "Host",
                "p",
                "Connection",
                "close, X-Mine",
                "Connection",
                "content-length,authorization,host",
                "X-Mine",
                "1",
                "Content-Length",
                "3",
                "Trailer",
                "X-T",
                "Upgrade",
                "h2c",
                "HTTP2-Settings",
                "AA");
        MultiMap to = HttpHeaders.headers();

        Fields.forward(from, to, ORIGIN, new Injection.Field("Authorization", "Bearer real", USE));

        assertThat(to.entries().stream().map(Object::toString))
                .containsExactly("Host=api.example.com", "Content-Length=3", "Authorization=Bearer real");
    }

    @ParameterizedTest
    @CsvSource({
        "'', '?key=S'",
        "'?', '?key=S'",
        "?a=1, ?a=1&key=S",
        "?key=dummy&a=%20b, ?a=%20b&key=S",
        "?a=1&k%65y=dummy&key, ?a=1&key=S",
        "?Key=other, ?Key=other&key=S",
    })
    void an_injected_parameter_replaces_any_of_its_name(String query, String expected) {
        assertThat(Fields.withParameter(query, "key", "S")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "upgrade, websocket, true",
        "'Upgrade, HTTP2-Settings', h2c, false",
        "upgrade, 'h2c, websocket', true",
        "keep-alive, websocket, false",
    })
    void only_other_protocols_than_http_2_are_an_upgrade(String connection, String upgrade, boolean expected) {
        assertThat(Fields.isUpgrade(fields("Connection", connection, "Upgrade", upgrade)))
                .isEqualTo(expected);
    }

    @Test
    void no_text_of_an_injection_shows_its_value() {
        assertThat(new Injection.Field("n", "real-secret", USE).toString()).doesNotContain("real-secret");
        assertThat(new Injection.Query("n", "real-secret", USE).toString()).doesNotContain("real-secret");
    }

    private static MultiMap fields(String... pairs) {
        MultiMap fields = HttpHeaders.headers();
        for (int i = 0; i < pairs.length; i += 2) {
            fields.add(pairs[i], pairs[i + 1]);
        }
        return fields;
    }
}
