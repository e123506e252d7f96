package dev.sallyport.sidecar.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest.Form;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.AgentAccess;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.route.Origin;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntryTest {

    private static final String TOKEN = "sallyport-proxy-9rXq2v7KbTf0LmZc3HdYw5Ns";
    private static final String FIELD = basic("sallyport:" + TOKEN);
    private static final AgentAccess ACCESS = new AgentAccess(TOKEN, List.of());

    @Test
    void whereNobodyIsToldApartEverythingPassesAsItIs() {
        Asked asked = Asked.baseUrl("GET", "/~" + TOKEN + "/api/x").field("Proxy-Authorization", "Basic wrong");

        assertThat(Entry.of(asked.head(), Optional.empty(), Optional.empty()))
                .isEqualTo(new Entry.Admitted(asked.head()));
    }

    @Test
    void whatCameThroughATunnelWasAskedForAtItsBeginning() {
        Asked asked = Asked.inTunnel("GET", "api.example.com", "/~" + TOKEN + "/x");

        assertThat(Entry.of(asked.head(), asked.tunnel(), Optional.of(ACCESS)))
                .isEqualTo(new Entry.Admitted(asked.head()));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, http://cache.example.com/x, http://cache.example.com/x",
        "CONNECT, api.example.com:443, api.example.com:443",
        "POST, /api/v1/messages?beta=1, /api/v1/messages?beta=1",
        "OPTIONS, *, *"
    })
    void theTokenInItsFieldAdmitsEveryForm(String method, String target, String kept) {
        Entry entry = entry(Asked.http1(method, target).field("Proxy-Authorization", FIELD));

        assertThat(admittedTarget(entry)).isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BASIC ", "basic ", "Basic   "})
    void theSchemeIsReadInAnyCase(String scheme) {
        String pair = FIELD.substring("Basic ".length());

        assertThat(entry(Asked.baseUrl("GET", "/api/").field("proxy-authorization", scheme + pair)))
                .isInstanceOf(Entry.Admitted.class);
    }

    @Test
    void paddingMayBeLeftOut() {
        assertThat(entry(Asked.baseUrl("GET", "/api/").field("Proxy-Authorization", FIELD.replace("=", ""))))
                .isInstanceOf(Entry.Admitted.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/~TOKEN/api/v1/models?a=b, /api/v1/models?a=b",
        "/%7ETOKEN/api/v1/models, /api/v1/models",
        "/%7eTOKEN/api, /api",
        "/~TOKEN, /",
        "/~TOKEN/, /",
        "/~TOKEN?a=b, /?a=b",
        "/~TOKEN//x, //x",
        "/~TOKEN/http://evil.example/, /http://evil.example/",
        "/~TOKEN/~TOKEN/x, /~TOKEN/x"
    })
    void theTokenInThePathAdmitsAndIsTakenOut(String target, String left) {
        Entry entry = entry(Asked.baseUrl("POST", target.replace("TOKEN", TOKEN)));

        assertThat(admittedTarget(entry)).isEqualTo(left.replace("TOKEN", TOKEN));
    }

    @Test
    void http2CarriesItInEitherPlace() {
        assertThat(admittedTarget(entry(Asked.http2("GET", "http", "10.43.0.17:15001", "/~" + TOKEN + "/api/"))))
                .isEqualTo("/api/");
        assertThat(admittedTarget(entry(
                        Asked.http2("GET", "https", "10.43.0.17:15001", "/api/").field("proxy-authorization", FIELD))))
                .isEqualTo("/api/");
        assertThat(entry(Asked.http2("GET", "http", "10.43.0.17:15001", "/api/")))
                .isInstanceOf(Entry.Refused.class);
        assertThat(entry(Asked.http2("CONNECT", "http", "api.example.com:443", "")))
                .isInstanceOf(Entry.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic",
                "Basic ",
                "Bearer TOKEN",
                "Digest username=\"sallyport\"",
                "Basic TOKEN",
                "Basic !!!!",
                "Basic \u00e4\u00f6",
                "Basic \u0661",
                "TOKEN",
                "Basic PAIR PAIR",
                "Basic PAIR, Basic PAIR",
                "Basic\tPAIR",
                "Negotiate, Basic PAIR"
            })
    void aFieldThatHoldsSomethingElseIsRefused(String value) {
        String pair = FIELD.substring("Basic ".length());
        Asked asked = Asked.baseUrl("GET", "/api/")
                .field("Proxy-Authorization", value.replace("TOKEN", TOKEN).replace("PAIR", pair));

        assertThat(refusal(entry(asked))).isEqualTo(Reason.PROXY_CREDENTIAL_REQUIRED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sallyport:",
                ":TOKEN",
                "TOKEN",
                "Sallyport:TOKEN",
                "sallyport:TOKENx",
                "sallyport:TOKE",
                "sallyport: TOKEN",
                "sallyport:TOKEN\0",
                "sallyport:TOKEN\n",
                "agent:TOKEN",
                "sallyport:token",
                "sallyport:T\u00d6KEN"
            })
    void aPairThatIsNotExactlyTheOneIsRefused(String pair) {
        String value = basic(pair.replace("TOKEN", TOKEN).replace("TOKE", TOKEN.substring(0, TOKEN.length() - 1)));

        assertThat(refusal(entry(Asked.forward("http://cache.example.com/", "cache.example.com")
                        .field("Proxy-Authorization", value))))
                .isEqualTo(Reason.PROXY_CREDENTIAL_REQUIRED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1",
                "/~/api",
                "/~",
                "/~TOKENx/api",
                "/~TOKE/api",
                "/~token/api",
                "/~~TOKEN/api",
                "/TOKEN/api",
                "//~TOKEN/api",
                "/./~TOKEN/api",
                "/api/~TOKEN",
                "/api?~TOKEN",
                "/?/~TOKEN/api",
                "/%257ETOKEN/api",
                "/~TOKEN;x/api",
                "/~TOKEN%2Fapi",
                "/~\u00e4/api",
                "*",
                "http://10.43.0.17:15001/~TOKEN/api",
                "http://sallyport:TOKEN@cache.example.com/",
                "~TOKEN/api"
            })
    void aPathWithoutTheTokenAtItsBeginningIsRefused(String target) {
        String spelt = target.replace("TOKEN", TOKEN).replace("TOKE", TOKEN.substring(0, TOKEN.length() - 1));

        assertThat(refusal(entry(Asked.http1("GET", spelt).field("Host", "10.43.0.17"))))
                .isEqualTo(Reason.PROXY_CREDENTIAL_REQUIRED);
    }

    @Test
    void whatIsThereTwiceOrWrongInOnePlaceIsRefused() {
        assertThat(refusal(entry(Asked.baseUrl("GET", "/api/")
                        .field("Proxy-Authorization", FIELD)
                        .field("proxy-authorization", FIELD))))
                .isEqualTo(Reason.PROXY_CREDENTIAL_REQUIRED);
        assertThat(refusal(entry(Asked.baseUrl("GET", "/~" + TOKEN + "/api/")
                        .field("Proxy-Authorization", basic("sallyport:other")))))
                .isEqualTo(Reason.PROXY_CREDENTIAL_REQUIRED);
        assertThat(refusal(entry(Asked.baseUrl("GET", "/~other/api/").field("Proxy-Authorization", FIELD))))
                .isEqualTo(Reason.PROXY_CREDENTIAL_REQUIRED);
        assertThat(admittedTarget(
                        entry(Asked.baseUrl("GET", "/~" + TOKEN + "/api/").field("Proxy-Authorization", FIELD))))
                .isEqualTo("/api/");
    }

    @Test
    void theTokenDoesNotCountWhereTheUpstreamsCredentialStands() {
        assertThat(refusal(entry(Asked.baseUrl("GET", "/api/").field("Authorization", FIELD))))
                .isEqualTo(Reason.PROXY_CREDENTIAL_REQUIRED);
    }

    @Test
    void aRefusalSaysForWhomTheRequestWas() {
        assertThat(entry(Asked.http1("CONNECT", "api.example.com:443")))
                .isInstanceOfSatisfying(Entry.Refused.class, refused -> {
                    assertThat(refused.form()).isEqualTo(Form.TUNNEL);
                    assertThat(refused.origin()).contains(new Origin(Scheme.HTTPS, "api.example.com", 443));
                });
        assertThat(entry(Asked.forward("http://cache.example.com/a", "cache.example.com")))
                .isInstanceOfSatisfying(Entry.Refused.class, refused -> {
                    assertThat(refused.form()).isEqualTo(Form.HTTP_PROXY);
                    assertThat(refused.origin()).contains(new Origin(Scheme.HTTP, "cache.example.com", 80));
                });
        assertThat(entry(Asked.baseUrl("GET", "/api/"))).isInstanceOfSatisfying(Entry.Refused.class, refused -> {
            assertThat(refused.form()).isEqualTo(Form.BASE_URL);
            assertThat(refused.origin()).isEmpty();
            assertThat(refused.deny().message()).doesNotContain(TOKEN);
        });
    }

    @Test
    void theFilesThatTheAgentTrustsAreTheProxysOwn() {
        assertThat(entry(Asked.baseUrl("GET", "/~" + TOKEN + "/~trust/ca-bundle.crt")))
                .isEqualTo(new Entry.Trust("ca-bundle.crt"));
        assertThat(entry(Asked.baseUrl("GET", "/~trust/ca-bundle.crt"))).isInstanceOf(Entry.Refused.class);
        assertThat(entry(Asked.baseUrl("POST", "/~" + TOKEN + "/~trust/ca-bundle.crt")))
                .isInstanceOf(Entry.Admitted.class);
    }

    private static Entry entry(Asked asked) {
        return Entry.of(asked.head(), asked.tunnel(), Optional.of(ACCESS));
    }

    private static String admittedTarget(Entry entry) {
        assertThat(entry).isInstanceOf(Entry.Admitted.class);
        return ((Entry.Admitted) entry).head().target();
    }

    private static Reason refusal(Entry entry) {
        assertThat(entry).isInstanceOf(Entry.Refused.class);
        return ((Entry.Refused) entry).deny().reason();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}
