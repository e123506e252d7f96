package dev.sallyport.sidecar.admission;

import static dev.sallyport.sidecar.testing.RouteBuilder.http;
import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static dev.sallyport.sidecar.testing.RouteBuilder.passthrough;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.sidecar.admission.TunnelAdmission.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunnelAdmissionTest {

    private static final String TOKEN = "placeholder_of_some_account";

    private final Sandbox sandbox = Sandbox.of(
            https("api", "api.example.com"),
            https("odd", "odd.example.com:8443"),
            https("six", "[2001:db8::1]"),
            https("placed", "placed.example.com")
                    .credential(new CredentialConfig.Bearer(new SecretRef("secret", "token")))
                    .placeholder(TOKEN),
            http("plain", "plain.example.com:8080"),
            passthrough("pinned", "pinned.example.com", "*.pinned.example.com"),
            https("shadowed", "pinned.example.com"));

    @ParameterizedTest
    @CsvSource({
        "api.example.com:443, intercept api.example.com:443",
        "API.Example.com.:443, intercept api.example.com:443",
        "odd.example.com:8443, intercept odd.example.com:8443",
        "plain.example.com:8080, intercept plain.example.com:8080",
        "placed.example.com:443, intercept placed.example.com:443",
        "'[2001:DB8::1]:443', 'intercept [2001:db8::1]:443'",
        "pinned.example.com:443, pass pinned@pinned.example.com:443",
        "x.pinned.example.com:443, pass pinned@x.pinned.example.com:443",
        "x.y.pinned.example.com:443, RouteNotFound",
        "api.example.com:8443, RouteNotFound",
        "api.example.com:80, RouteNotFound",
        "odd.example.com:443, RouteNotFound",
        "unknown.example.com:443, RouteNotFound",
        "127.0.0.1:443, RouteNotFound",
        "169.254.169.254:80, RouteNotFound",
        "localhost:22, RouteNotFound",
        "api.example.com, MalformedRequest",
        "api.example.com:, MalformedRequest",
        "api.example.com:0, MalformedRequest",
        "api.example.com:0443, MalformedRequest",
        "api.example.com:65979, MalformedRequest",
        "api.example.com:443:443, MalformedRequest",
        "https://api.example.com:443, MalformedRequest",
        "api.example.com:443/, MalformedRequest",
        "/api.example.com:443, MalformedRequest",
        "user@api.example.com:443, MalformedRequest",
        "'api.example.com :443', MalformedRequest",
        "api.example.com%00:443, MalformedRequest",
        "2130706433:443, MalformedRequest",
        "0x7f.1:443, MalformedRequest",
        "'[::1%lo]:443', MalformedRequest",
        "'[::1]', MalformedRequest",
        "*:443, MalformedRequest",
        "'', MalformedRequest",
    })
    void the_first_route_to_host_and_port_says_what_becomes_of_it(String target, String outcome) {
        assertThat(outcome(Asked.http1("CONNECT", target).field("Host", host(target))))
                .isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.com:443, intercept api.example.com:443",
        "api.example.com, intercept api.example.com:443",
        "API.example.com., intercept api.example.com:443",
        "api.example.com:80, AuthorityMismatch",
        "pinned.example.com:443, AuthorityMismatch",
        "'', AuthorityMismatch",
        "user@api.example.com, MalformedRequest",
    })
    void its_host_field_agrees(String host, String outcome) {
        assertThat(outcome(Asked.http1("CONNECT", "api.example.com:443").field("Host", host)))
                .isEqualTo(outcome);
    }

    @Test
    void it_passes_in_http_1_only_where_the_field_may_be_missing_in_http_1_0() {
        assertThat(outcome(Asked.http10("CONNECT", "api.example.com:443"))).isEqualTo("intercept api.example.com:443");
        assertThat(outcome(Asked.http1("CONNECT", "api.example.com:443"))).isEqualTo("MalformedRequest");
        assertThat(outcome(Asked.http2("CONNECT", "https", "api.example.com:443", "")))
                .isEqualTo("MethodNotAllowed");
    }

    @Test
    void a_placeholder_on_its_way_to_somebody_else_is_an_alarm() {
        assertThat(outcome(connect("unknown.example.com").field("Authorization", "Bearer " + TOKEN)))
                .isEqualTo("PlaceholderMisuse");
        assertThat(outcome(connect("api.example.com").field("Authorization", "Bearer " + TOKEN)))
                .isEqualTo("PlaceholderMisuse");
        assertThat(outcome(connect("placed.example.com").field("Authorization", "Bearer " + TOKEN)))
                .isEqualTo("intercept placed.example.com:443");
    }

    @Test
    void a_refusal_says_whom_it_was_for() {
        Verdict verdict = sandbox.connect(connect("unknown.example.com"));

        assertThat(((Verdict.Refuse) verdict).origin().orElseThrow().hostField())
                .isEqualTo("unknown.example.com");
    }

    private String outcome(Asked asked) {
        return switch (sandbox.connect(asked)) {
            case Verdict.Refuse refuse -> refuse.deny().reason().code();
            case Verdict.Intercept intercept -> "intercept " + intercept.host() + ":" + intercept.port();
            case Verdict.Passthrough pass -> {
                var permit = pass.permit();
                permit.close();
                yield "pass " + permit.route().name() + "@" + permit.origin().host() + ":"
                        + permit.origin().port();
            }
        };
    }

    private static Asked connect(String host) {
        return Asked.http1("CONNECT", host + ":443").field("Host", host + ":443");
    }

    /** One that agrees, as far as there is something to agree with. */
    private static String host(String target) {
        return target.matches("[-.A-Za-z0-9:\\[\\]]+") ? target : "api.example.com:443";
    }
}
