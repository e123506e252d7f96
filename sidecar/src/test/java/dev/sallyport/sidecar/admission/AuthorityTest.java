package dev.sallyport.sidecar.admission;

import static dev.sallyport.sidecar.testing.RouteBuilder.http;
import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Target, Host, {@code :authority} and tunnel: each pair agrees or the request is refused. */
class AuthorityTest {

    private final Sandbox sandbox = Sandbox.of(
            https("api", "api.example.com"),
            https("other", "other.example.com", "odd.example.com:8443"),
            https("six", "[2001:db8::1]"),
            http("plain", "plain.example.com", "plain.example.com:443"));

    @ParameterizedTest
    @CsvSource({
        "http://plain.example.com/, plain.example.com, plain@plain.example.com:80",
        "http://plain.example.com/, plain.example.com:80, plain@plain.example.com:80",
        "http://plain.example.com:80/, plain.example.com, plain@plain.example.com:80",
        "http://plain.example.com/, PLAIN.example.com, plain@plain.example.com:80",
        "http://plain.example.com/, plain.example.com., plain@plain.example.com:80",
        "http://plain.example.com./, plain.example.com, plain@plain.example.com:80",
        "http://plain.example.com:443/, plain.example.com:443, plain@plain.example.com:443",
        "http://plain.example.com:443/, plain.example.com, AuthorityMismatch",
        "http://plain.example.com/, plain.example.com:443, AuthorityMismatch",
        "http://plain.example.com/, api.example.com, AuthorityMismatch",
        "http://plain.example.com/, evil.example, AuthorityMismatch",
        "http://plain.example.com/, 127.0.0.1:15001, AuthorityMismatch",
        "http://plain.example.com/, '', AuthorityMismatch",
        "http://plain.example.com/, plain.example.com:080, AuthorityMismatch",
        "http://plain.example.com/, plain.example.com:, AuthorityMismatch",
        "http://plain.example.com/, plain.example.com.., AuthorityMismatch",
        "http://plain.example.com/, plain.example.com@evil.example, MalformedRequest",
        "http://plain.example.com/, 'plain.example.com, evil.example', MalformedRequest",
        "http://plain.example.com/, plain.example.com/evil, MalformedRequest",
    })
    void a_forward_request_names_one_host_in_target_and_field(String target, String host, String outcome) {
        assertThat(sandbox.outcome(Asked.forward(target, host))).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.com, 443, /, api.example.com, api@api.example.com:443",
        "api.example.com, 443, /, api.example.com:443, api@api.example.com:443",
        "api.example.com, 443, /, Api.Example.COM, api@api.example.com:443",
        "api.example.com, 443, /, api.example.com., api@api.example.com:443",
        "api.example.com, 443, /, api.example.com:80, AuthorityMismatch",
        "api.example.com, 443, /, other.example.com, AuthorityMismatch",
        "api.example.com, 443, /, xapi.example.com, AuthorityMismatch",
        "api.example.com, 443, /, example.com, AuthorityMismatch",
        "api.example.com, 443, /, '', AuthorityMismatch",
        "api.example.com, 443, /, 127.0.0.1:15001, AuthorityMismatch",
        "odd.example.com, 8443, /, odd.example.com:8443, other@odd.example.com:8443",
        "odd.example.com, 8443, /, odd.example.com, AuthorityMismatch",
        "odd.example.com, 8443, /, odd.example.com:443, AuthorityMismatch",
        "'[2001:db8::1]', 443, /, '[2001:DB8:0::1]', 'six@[2001:db8::1]:443'",
        "'[2001:db8::1]', 443, /, '[2001:db8::2]', AuthorityMismatch",
        "api.example.com, 443, https://api.example.com/, api.example.com, api@api.example.com:443",
        "api.example.com, 443, https://api.example.com:443/, api.example.com, api@api.example.com:443",
        "api.example.com, 443, https://other.example.com/, api.example.com, AuthorityMismatch",
        "api.example.com, 443, https://other.example.com/, other.example.com, AuthorityMismatch",
        "api.example.com, 443, https://api.example.com/, other.example.com, AuthorityMismatch",
        "api.example.com, 443, https://api.example.com:8443/, api.example.com, AuthorityMismatch",
        "api.example.com, 443, http://api.example.com/, api.example.com, SchemeNotAllowed",
        "api.example.com, 443, ftp://api.example.com/, api.example.com, SchemeNotAllowed",
        "api.example.com, 443, https://user@api.example.com/, api.example.com, MalformedRequest",
        "unknown.example.com, 443, /, unknown.example.com, RouteNotFound",
        "unknown.example.com, 443, /, api.example.com, AuthorityMismatch",
        "plain.example.com, 443, /, plain.example.com, SchemeNotAllowed",
    })
    void a_request_inside_tls_names_the_tunnel_s_host(
            String tunnel, int port, String target, String host, String outcome) {
        Asked asked = Asked.http1("GET", target).field("Host", host).through(tunnel, port, true);

        assertThat(sandbox.outcome(asked)).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({
        "plain.example.com, 80, /, plain.example.com, plain@plain.example.com:80",
        "plain.example.com, 443, /, plain.example.com:443, plain@plain.example.com:443",
        "plain.example.com, 443, /, plain.example.com, AuthorityMismatch",
        "plain.example.com, 80, http://plain.example.com/, plain.example.com, plain@plain.example.com:80",
        "plain.example.com, 80, https://plain.example.com/, plain.example.com, SchemeNotAllowed",
        "api.example.com, 443, /, api.example.com, SchemeNotAllowed",
        "api.example.com, 443, /, api.example.com:443, SchemeNotAllowed",
        "api.example.com, 443, /, plain.example.com, SchemeNotAllowed",
    })
    void a_request_inside_a_plain_tunnel_does_too(String tunnel, int port, String target, String host, String outcome) {
        Asked asked = Asked.http1("GET", target).field("Host", host).through(tunnel, port, false);

        assertThat(sandbox.outcome(asked)).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({
        "https, api.example.com, '', api@api.example.com:443",
        "https, api.example.com:443, '', api@api.example.com:443",
        "https, api.example.com, api.example.com, api@api.example.com:443",
        "https, api.example.com, API.example.com:443, api@api.example.com:443",
        "https, api.example.com, other.example.com, AuthorityMismatch",
        "https, other.example.com, api.example.com, AuthorityMismatch",
        "https, other.example.com, '', AuthorityMismatch",
        "https, user@api.example.com, '', MalformedRequest",
        "http, api.example.com, '', SchemeNotAllowed",
        "HTTPS, api.example.com, '', MalformedRequest",
        "https, '', api.example.com, api@api.example.com:443",
        "https, '', '', MalformedRequest",
    })
    void an_http2_request_inside_a_tunnel_names_its_host_too(
            String scheme, String authority, String host, String outcome) {
        Asked asked = Asked.http2("GET", scheme, authority, "/").through("api.example.com", 443, true);
        if (!host.isEmpty()) {
            asked.field("host", host);
        }

        assertThat(sandbox.outcome(asked)).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({
        "http, 127.0.0.1:15001, '', /api/x, api@api.example.com:443",
        "https, proxy.agents.svc:15001, '', /api/x, api@api.example.com:443",
        "http, api.example.com, '', /api/x, api@api.example.com:443",
        "http, api.example.com, '', /x, RouteNotFound",
        "http, plain.example.com, '', /x, RouteNotFound",
        "http, 127.0.0.1:15001, 127.0.0.1:15001, /api/x, api@api.example.com:443",
        "http, 127.0.0.1:15001, evil.example, /api/x, AuthorityMismatch",
        "http, 127.0.0.1:15001, '', http://plain.example.com/, MalformedRequest",
        "http, 127.0.0.1:15001, '', '', MalformedRequest",
        "gopher, 127.0.0.1:15001, '', /api/x, MalformedRequest",
        "'', 127.0.0.1:15001, '', /api/x, MalformedRequest",
    })
    void an_http2_request_without_a_tunnel_is_always_in_reverse_form(
            String scheme, String authority, String host, String path, String outcome) {
        Asked asked = Asked.http2("GET", scheme, authority, path);
        if (!host.isEmpty()) {
            asked.field("host", host);
        }

        assertThat(sandbox.outcome(asked)).isEqualTo(outcome);
    }

    @Test
    void there_is_one_host_field_and_only_http_1_0_may_have_none() {
        assertThat(sandbox.outcome(Asked.http1("GET", "/api/x"))).isEqualTo("MalformedRequest");
        assertThat(sandbox.outcome(Asked.http10("GET", "/api/x"))).isEqualTo("api@api.example.com:443");
        assertThat(sandbox.outcome(Asked.baseUrl("GET", "/api/x").field("host", "127.0.0.1:15001")))
                .isEqualTo("MalformedRequest");
        assertThat(sandbox.outcome(Asked.http10("GET", "http://plain.example.com/")))
                .isEqualTo("plain@plain.example.com:80");
        assertThat(sandbox.outcome(Asked.http10("GET", "/").through("api.example.com", 443, true)))
                .isEqualTo("api@api.example.com:443");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:15001, api@api.example.com:443",
        "proxy, api@api.example.com:443",
        "'[::1]:15001', api@api.example.com:443",
        "127.1, api@api.example.com:443",
        "'', api@api.example.com:443",
        "other.example.com, api@api.example.com:443",
        "user@proxy, MalformedRequest",
        "proxy/x, MalformedRequest",
        "'a b', MalformedRequest",
    })
    void in_reverse_form_the_field_names_the_proxy_in_whatever_way(String host, String outcome) {
        assertThat(sandbox.outcome(Asked.http1("GET", "/api/x").field("Host", host)))
                .isEqualTo(outcome);
    }
}
