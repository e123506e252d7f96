package dev.sallyport.sidecar.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.Scheme;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginTest {

    @ParameterizedTest
    @CsvSource({
        "api.example.com, api.example.com, 443, true",
        "API.example.com, api.example.com, 443, true",
        "api.example.com, api.example.com, 8443, false",
        "api.example.com:8443, api.example.com, 8443, true",
        "*.example.com, api.example.com, 443, true",
        "*.example.com, example.com, 443, false",
        "*.example.com, a.b.example.com, 443, false",
        "*.example.com, apiexample.com, 443, false",
        "*.example.com, .example.com, 443, false",
        "example.com, api.example.com, 443, false",
    })
    void is_matched_by_exact_names_and_one_more_label(String pattern, String host, int port, boolean matches) {
        assertThat(new Origin(Scheme.HTTPS, host, port).matches(HostPattern.parse(pattern)))
                .isEqualTo(matches);
    }
}
