package dev.sallyport.sidecar.admission;

import static dev.sallyport.sidecar.testing.RouteBuilder.http;
import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of every head, whomever it is for. */
class HeadTest {

    private static final String PERMITTED = "api@api.example.com:443";

    private final Sandbox sandbox = Sandbox.of(https("api", "api.example.com"), http("plain", "plain.example.com"));

    @ParameterizedTest
    @CsvSource({
        "GET, api@api.example.com:443",
        "M-SEARCH, api@api.example.com:443",
        "get, api@api.example.com:443",
        "PROPFIND, api@api.example.com:443",
        "TRACE, MethodNotAllowed",
        "Trace, MethodNotAllowed",
        "CONNECT, MethodNotAllowed",
        "connect, MethodNotAllowed",
        "'GET ', MalformedRequest",
        "G(T, MalformedRequest",
        "G\u0000T, MalformedRequest",
        "G\u00cbT, MalformedRequest",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG, MalformedRequest",
    })
    void a_method_is_a_token_and_neither_trace_nor_connect(String method, String outcome) {
        assertThat(sandbox.outcome(Asked.baseUrl(method, "/api/x"))).isEqualTo(outcome);
        assertThat(sandbox.outcome(Asked.inTunnel(method, "api.example.com", "/x")))
                .isEqualTo(outcome);
    }

    @Test
    void an_asterisk_is_refused_as_it_names_no_path() {
        assertThat(sandbox.outcome(Asked.baseUrl("OPTIONS", "*"))).isEqualTo("RouteNotFound");
        assertThat(sandbox.outcome(Asked.inTunnel("OPTIONS", "api.example.com", "*")))
                .isEqualTo("PathNotAllowed");
        assertThat(sandbox.outcome(Asked.inTunnel("GET", "api.example.com", "*")))
                .isEqualTo("MalformedRequest");
        assertThat(sandbox.outcome(
                        Asked.http2("OPTIONS", "https", "api.example.com", "*").through("api.example.com", 443, true)))
                .isEqualTo("PathNotAllowed");
    }

    @Test
    void the_target_and_the_number_of_fields_are_bounded() {
        Asked many = Asked.baseUrl("GET", "/api/x");
        for (int i = 0; i < 199; i++) {
            many.field("X", "1");
        }

        assertThat(sandbox.outcome(many)).isEqualTo(PERMITTED);
        assertThat(sandbox.outcome(many.field("X", "1"))).isEqualTo("HeadTooLarge");
        assertThat(sandbox.outcome(Asked.baseUrl("GET", "/api/" + "x".repeat(16 * 1024 - 5))))
                .isEqualTo(PERMITTED);
        assertThat(sandbox.outcome(Asked.baseUrl("GET", "/api/" + "x".repeat(16 * 1024 - 4))))
                .isEqualTo("TargetTooLong");
    }

    @ParameterizedTest
    @CsvSource({
        "Upgrade, websocket, api@api.example.com:443, true",
        "upgrade, WebSocket, api@api.example.com:443, true",
        "'keep-alive, Upgrade', websocket, api@api.example.com:443, true",
        "keep-alive, websocket, api@api.example.com:443, false",
        "Upgrade, h2c, api@api.example.com:443, false",
        "'Upgrade, HTTP2-Settings', h2c, api@api.example.com:443, false",
        "Upgrade, 'h2c, websocket', UpgradeNotAllowed, false",
        "Upgrade, 'websocket, h2c', UpgradeNotAllowed, false",
        "Upgrade, 'websocket, websocket', UpgradeNotAllowed, false",
        "Upgrade, websocket/13, UpgradeNotAllowed, false",
        "Upgrade, TLS/1.2, UpgradeNotAllowed, false",
        "Upgrade, connect-udp, UpgradeNotAllowed, false",
        "Upgrade, h2, UpgradeNotAllowed, false",
    })
    void only_an_upgrade_to_websocket_passes(String connection, String upgrade, String outcome, boolean isWebSocket) {
        Asked asked =
                Asked.baseUrl("GET", "/api/x").field("Connection", connection).field("Upgrade", upgrade);
        Admission admission = sandbox.admission(asked);

        assertThat(Sandbox.describe(admission.begin())).isEqualTo(outcome);
        assertThat(admission.isWebSocket()).isEqualTo(isWebSocket);
    }

    @Test
    void websocket_is_a_get_of_http_1_1_without_a_body_and_named_once() {
        assertThat(sandbox.outcome(upgrading(Asked.baseUrl("POST", "/api/x")))).isEqualTo("UpgradeNotAllowed");
        assertThat(sandbox.outcome(upgrading(Asked.http10("GET", "/api/x")))).isEqualTo("UpgradeNotAllowed");
        assertThat(sandbox.outcome(upgrading(Asked.baseUrl("GET", "/api/x")).body("text/plain", 1)))
                .isEqualTo("UpgradeNotAllowed");
        assertThat(sandbox.outcome(upgrading(Asked.baseUrl("GET", "/api/x")).chunked("text/plain")))
                .isEqualTo("UpgradeNotAllowed");
        assertThat(sandbox.outcome(upgrading(Asked.baseUrl("GET", "/api/x")).field("Upgrade", "websocket")))
                .isEqualTo("UpgradeNotAllowed");
        assertThat(sandbox.outcome(upgrading(Asked.inTunnel("GET", "api.example.com", "/x"))))
                .isEqualTo(PERMITTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"})
    void http2_has_no_fields_of_a_connection(String name) {
        Asked asked = Asked.http2("GET", "http", "proxy", "/api/x");

        assertThat(sandbox.outcome(asked)).isEqualTo(PERMITTED);
        assertThat(sandbox.outcome(asked.field(name, "websocket"))).isEqualTo("MalformedRequest");
    }

    @Test
    void http2_says_te_only_for_trailers() {
        assertThat(sandbox.outcome(
                        Asked.http2("POST", "http", "proxy", "/api/x").field("te", "trailers")))
                .isEqualTo(PERMITTED);
        assertThat(sandbox.outcome(
                        Asked.http2("POST", "http", "proxy", "/api/x").field("te", "gzip")))
                .isEqualTo("MalformedRequest");
    }

    @Test
    void the_form_is_known_whatever_becomes_of_the_request() {
        assertThat(sandbox.admission(Asked.baseUrl("GET", "/nobody")).form()).isEqualTo(Form.BASE_URL);
        assertThat(sandbox.admission(Asked.baseUrl("GET", "http://plain.example.com/"))
                        .form())
                .isEqualTo(Form.HTTP_PROXY);
        assertThat(sandbox.admission(Asked.baseUrl("GET", "a b")).form()).isEqualTo(Form.UNKNOWN);
        assertThat(sandbox.admission(Asked.baseUrl("CONNECT", "api.example.com:443"))
                        .form())
                .isEqualTo(Form.TUNNEL);
        assertThat(sandbox.admission(Asked.inTunnel("GET", "api.example.com", "a b"))
                        .form())
                .isEqualTo(Form.INTERCEPTED);
    }

    private static Asked upgrading(Asked asked) {
        return asked.field("Connection", "Upgrade").field("Upgrade", "websocket");
    }
}
