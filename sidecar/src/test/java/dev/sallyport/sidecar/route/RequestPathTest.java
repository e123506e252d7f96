package dev.sallyport.sidecar.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/v1/messages, /v1/messages",
        "/v1/messages/, /v1/messages/",
        "/%76%31/m, /v1/m",
        "/a%2db, /a-b",
        "/a%c3%a4, /a%C3%A4",
        "/a%20b, /a%20b",
        "/@scope%2fname, /@scope%2Fname",
        "/a%25, /a%25",
        "/a;v=1/b, /a;v=1/b",
        "/a...b/..c, /a...b/..c",
        "/{id}|x, /%7Bid%7D%7Cx",
        "/a:b@c!$&'()*+;=, /a:b@c!$&'()*+;=",
    })
    void has_one_normal_form_and_keeps_its_bytes(String path, String normal) throws Exception {
        RequestPath read = RequestPath.parse(path);

        assertThat(read.normal()).isEqualTo(normal);
        assertThat(read.original()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v1",
                "//v1",
                "/v1//messages",
                "/v1/../admin",
                "/v1/./messages",
                "/..",
                "/.",
                "/v1/%2e%2e/admin",
                "/v1/%2E./admin",
                "/v1/.%2e",
                "/v1/%252e%252e/admin",
                "/v1/%25252e%25252e/admin",
                "/v1/%2e%2e%2fadmin",
                "/v1/..%2fadmin",
                "/v1/..;/admin",
                "/v1/..;x=y/admin",
                "/v1/%2e%2e;/admin",
                "/v1/..%3b/admin",
                "/v1/;/admin",
                "/v1\\..\\admin",
                "/v1/%5c../admin",
                "/v1/..%5cadmin",
                "/v1/%255c",
                "/v1/%00",
                "/v1/a%0d%0ab",
                "/v1/%7f",
                "/v1/%c2%85",
                "/v1/%",
                "/v1/%2",
                "/v1/%zz",
                "/v1/%u002e",
                "/v1/%c0%ae%c0%ae/admin",
                "/v1/%ff",
                "/v1/%ed%a0%80",
                "/v1/%ef%bc%8e%ef%bc%8e/admin",
                "/v1/%e2%80%a5/admin",
            })
    void is_refused_where_two_readers_could_differ(String path) {
        assertThatThrownBy(() -> RequestPath.parse(path)).isInstanceOf(AmbiguousPathException.class);
    }

    @Test
    void has_a_normal_form_that_is_its_own_normal_form() throws Exception {
        Random random = new Random(7);
        String alphabet = "/ab.%2eE5Cf;:@~-_\\{0";
        int accepted = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder path = new StringBuilder("/");
            for (int length = random.nextInt(12); length > 0; length--) {
                path.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                RequestPath read = RequestPath.parse(path.toString());
                accepted++;

                assertThat(RequestPath.parse(read.normal()).normal()).isEqualTo(read.normal());
                assertThat(read.normal())
                        .doesNotContain("//")
                        .doesNotContain("/../")
                        .doesNotContain("\\");
                assertThat(java.net
                                .URI
                                .create("http://h" + read.normal())
                                .normalize()
                                .getRawPath())
                        .isEqualTo(read.normal());
            } catch (AmbiguousPathException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
        assertThat(accepted).isGreaterThan(1_000);
    }
}
