package dev.sallyport.sidecar.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.PathPattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathMatcherTest {

    @ParameterizedTest
    @CsvSource({
        "/v1/messages, /v1/messages, true",
        "/v1/messages, /v1/messages/, false",
        "/v1/messages, /v1/Messages, false",
        "/v1/messages, /v1/%6dessages, true",
        "/v1/*, /v1/models, true",
        "/v1/*, /v1/models/a, false",
        "/v1/*, /v1/, true",
        "/v1/m*s, /v1/models, true",
        "/v1/m*l*s, /v1/modes, false",
        "/v1/models/**, /v1/models, true",
        "/v1/models/**, /v1/models/, true",
        "/v1/models/**, /v1/models/a/b, true",
        "/v1/models/**, /v1/modelsx, false",
        "/**, /, true",
        "/**, /a/b, true",
        "/*, /@s%2Fn, false",
        "/**, /@s%2Fn, false",
        "/@*%2F*, /@scope%2Fname, true",
        "/@*%2F*, /@scope%2fname, true",
        "/@*%2F*, /@scope%2Fa%2Fb, false",
        "/*2F, /a%2F, false",
        "/a/**, /a/b%25c, false",
        "/*/x, /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/y, false",
    })
    void says_what_a_pattern_stands_for(String pattern, String path, boolean matches) throws Exception {
        assertThat(new PathMatcher(new PathPattern(pattern)).matches(RequestPath.parse(path)))
                .isEqualTo(matches);
    }
}
