package dev.sallyport.sidecar.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest.CredentialUse;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.contract.config.RedactResponses;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In expectations, T is the placeholder's token and S the secret. */
class SubstitutionTest {

    private static final String T = Scene.TOKEN;
    private static final String ESCAPED = "\\u0073lp_0123456789abcdefghij\\u002DKL\\u004d";
    private static final String ENCODED = "%73lp_0123456789abcdefghij%2DKL%4d";
    private static final String SECRET = "ghp_Real/Secret+1";

    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer T, Bearer S",
        "authorization, token T, token S",
        "X-Anything, T, S",
        "Cookie, 'a=b; t=T; c=d', 'a=b; t=S; c=d'",
        "X-Twice, 'T,T TT', 'S,S SS'",
        "X-Inside, prefixTsuffix, prefixSsuffix",
        "Authorization, Basic T, Basic S",
    })
    void in_a_fields_value(String name, String before, String after) {
        Draft draft = Scene.of(Scene.BEARER, SECRET)
                .placeholder(Place.HEADER)
                .field("Accept", "*/*")
                .field(name, before.replace("T", T))
                .field("X-Last", "last")
                .draft();

        assertThat(draft.fields().entries().stream().map(Object::toString))
                .containsExactly("Accept=*/*", name + "=" + after.replace("S", SECRET), "X-Last=last");
    }

    @ParameterizedTest
    @CsvSource({
        "x-access-token:T, x-access-token:S",
        "T:x-oauth-basic, S:x-oauth-basic",
        "me:xTy, me:xSy",
        "me:TT, me:SS",
        "T:T, S:S",
        "T:, S:",
        "T, S",
        "a:b:T, a:b:S",
    })
    void inside_basic(String before, String after) {
        Draft draft = Scene.of(Scene.BASIC, SECRET)
                .placeholder(Place.BASIC)
                .field("Authorization", "basic  " + base64(before.replace("T", T)))
                .draft();

        assertThat(draft.fields().get("authorization")).isEqualTo("basic  " + base64(after.replace("S", SECRET)));
    }

    @Test
    void inside_basic_the_agents_users_name_stays() {
        Draft draft = Scene.of(Scene.BASIC, SECRET)
                .placeholder(Place.BASIC)
                .field("Authorization", "Basic " + base64("someone:" + T).replace("=", ""))
                .draft();

        assertThat(draft.fields().get("authorization")).isEqualTo("Basic " + base64("someone:" + SECRET));
    }

    @Test
    void a_secret_with_a_colon_is_no_users_name() {
        for (String pair : List.of(T + ":x", "a" + T + ":" + T)) {
            assertThat(Scene.of(Scene.BASIC, "user:password")
                            .placeholder(Place.BASIC)
                            .field("Authorization", "Basic " + base64(pair))
                            .refused()
                            .reason())
                    .isEqualTo(Reason.CREDENTIAL_UNAVAILABLE);
        }
        for (String pair : List.of("x:" + T, T)) {
            assertThat(Scene.of(Scene.BASIC, "user:password")
                            .placeholder(Place.BASIC)
                            .field("Authorization", "Basic " + base64(pair))
                            .draft()
                            .fields()
                            .get("authorization"))
                    .isEqualTo("Basic " + base64(pair.replace(T, "user:password")));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "?a=T&b=%2f+, ?a=S&b=%2f+",
        "?T, ?S",
        "?&&a=xTyT&&, ?&&a=xSyS&&",
        "?a=E, ?a=S",
        "?a==T=, ?a==S=",
        "?a=T?&b=T;T, ?a=S?&b=S;S",
    })
    void in_the_query(String before, String after) {
        Draft draft = Scene.of(Scene.BEARER, SECRET)
                .placeholder(Place.QUERY)
                .query(before.replace("T", T).replace("E", ENCODED))
                .draft();

        assertThat(draft.query()).isEqualTo(after.replace("S", "ghp_Real%2FSecret%2B1"));
    }

    @Test
    void in_the_query_the_injected_parameter_may_carry_it_and_others_of_its_name_go() {
        Draft draft = Scene.of(Scene.QUERY, SECRET)
                .placeholder(Place.QUERY)
                .query("?key=own&key=" + T + "&k%65y=own&a=1")
                .draft();

        assertThat(draft.query()).isEqualTo("?key=ghp_Real%2FSecret%2B1&a=1");
    }

    @ParameterizedTest
    @CsvSource({
        "/botT/sendMessage, /botS/sendMessage",
        "/T, /S",
        "/a/T/b/T, /a/S/b/S",
        "/a/E/%2D, /a/S/%2D",
        "/@scope%2Fname/T, /@scope%2Fname/S",
    })
    void in_the_path(String before, String after) {
        Draft draft = Scene.of(Scene.BEARER, "123456:ABC-d_e é;x")
                .placeholder(Place.PATH)
                .path(before.replace("T", T).replace("E", ENCODED))
                .draft();

        assertThat(draft.path()).isEqualTo(after.replace("S", "123456:ABC-d_e%20%C3%A9%3Bx"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"with/slash", "with\\backslash", "with%percent", "..", ".", ";a", "..;a", ".\uff0e"})
    void a_secret_that_would_change_the_path_stays_out_of_it(String secret) {
        Injection.Refused refused = Scene.of(Scene.BEARER, secret)
                .redact(RedactResponses.NONE)
                .placeholder(Place.PATH)
                .path("/" + T + "/x")
                .refused();

        assertThat(refused.reason()).isEqualTo(Reason.CREDENTIAL_UNAVAILABLE);
        assertThat(refused.message()).doesNotContain(secret + " ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"token\":\"T\"} | {\"token\":\"S\"}",
                "{\"token\":\"E\",\"n\":1.50e+3} | {\"token\":\"S\",\"n\":1.50e+3}",
                "[ \"xTy\" , \"TT\",{\"a\":{\"b\":\"T\"}}] | [ \"xSy\" , \"SS\",{\"a\":{\"b\":\"S\"}}]",
                "\"T\" | \"S\"",
                "{\"a\":\"T\",\"a\":\"T\"} | {\"a\":\"S\",\"a\":\"S\"}",
                "{\"a\":\"\\\\T\\\\E\\\"T\"} | {\"a\":\"\\\\S\\\\S\\\"S\"}",
                "{\"é€😀\":\"é€😀T\\ud83d\\ude00\"} | {\"é€😀\":\"é€😀S\\ud83d\\ude00\"}",
                "{\"a\":1}{\"b\":\"T\"} | {\"a\":1}{\"b\":\"S\"}",
            })
    void in_the_string_values_of_a_json_body(String before, String after) {
        Draft draft = Scene.of(Scene.BEARER, "a\"b\\c/é€😀")
                .placeholder(Place.BODY)
                .body("application/json", before.replace("T", T).replace("E", ESCAPED))
                .draft();

        assertThat(text(draft)).isEqualTo(after.replace("S", "a\\\"b\\\\c/é€😀"));
    }

    @Test
    void all_else_of_a_large_json_body_stays_byte_for_byte() {
        // Longer than any buffer of the parser's, and with characters of every length around each place.
        StringBuilder before = new StringBuilder("[");
        for (int i = 0; i < 5_000; i++) {
            before.append("{ \"é€😀")
                    .append(i)
                    .append("\" : \"")
                    .append("x€".repeat(i % 7))
                    .append("T\\n\" },\r\n\t");
        }
        String body = before.append("null]").toString();

        Draft draft = Scene.of(Scene.BEARER, SECRET)
                .placeholder(Place.BODY)
                .body("application/json", body.replace("T", T))
                .draft();

        assertThat(text(draft)).isEqualTo(body.replace("T", SECRET));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"T\":\"x\"} | PLACEHOLDER_MISUSE",
                "{\"T\":\"T\"} | PLACEHOLDER_MISUSE",
                "{\"E\":1} | PLACEHOLDER_MISUSE",
                "{\"a\":\"T\" | BODY_UNUSABLE",
                "{'a':'T'} | BODY_UNUSABLE",
                "{\"a\":T} | BODY_UNUSABLE",
                "\"T | BODY_UNUSABLE",
                "\"T\\ | BODY_UNUSABLE",
                "\"T\"\uFFFE | BODY_UNUSABLE",
                "// T | BODY_UNUSABLE",
                "{\"a\":\"E\\u00\"} | BODY_UNUSABLE",
            })
    void elsewhere_in_a_json_body_it_is_refused(String body, Reason reason) {
        Injection.Refused refused = Scene.of(Scene.BEARER, SECRET)
                .placeholder(Place.BODY, Place.HEADER)
                .field("X-A", T)
                .body("application/json", body.replace("T", T).replace("E", ESCAPED))
                .refused();

        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused.message()).doesNotContain(SECRET).doesNotContain(T);
    }

    @Test
    void json_that_is_no_utf_8_or_too_deep_is_refused_where_it_carries_the_token() {
        byte[] latin = ("[\"\u00e9 " + T + "\"]").getBytes(StandardCharsets.ISO_8859_1);
        String deep = "[".repeat(100_000) + "\"" + T + "\"" + "]".repeat(100_000);

        for (Scene scene : List.of(
                Scene.of(Scene.BEARER, SECRET).body("application/json", latin),
                Scene.of(Scene.BEARER, SECRET).body("application/json", deep))) {
            assertThat(scene.placeholder(Place.BODY).refused().reason()).isEqualTo(Reason.BODY_UNUSABLE);
        }
    }

    @Test
    void what_is_no_json_and_carries_nothing_is_none_of_our_business() {
        Draft draft = Scene.of(Scene.BEARER, SECRET)
                .placeholder(Place.HEADER, Place.BODY)
                .field("X-A", T)
                .body("application/json", "{broken")
                .draft();

        assertThat(text(draft)).isEqualTo("{broken");
    }

    @Test
    void a_secret_that_is_no_utf_8_stays_out_of_json() {
        Scene scene = Scene.of(Scene.BEARER, "")
                .secret(Scene.REF, "s\u00e9cret-value".getBytes(StandardCharsets.ISO_8859_1), Optional.empty())
                .placeholder(Place.BODY, Place.HEADER);

        assertThat(scene.body("application/json", "\"" + T + "\"").refused().reason())
                .isEqualTo(Reason.CREDENTIAL_UNAVAILABLE);
        assertThat(scene.body("application/json", "\"\"")
                        .field("X-A", T)
                        .draft()
                        .fields()
                        .get("X-A"))
                .isEqualTo("s\u00e9cret-value");
    }

    @ParameterizedTest
    @CsvSource({
        "client_secret=T&a=%2f+, client_secret=S&a=%2f+",
        "a=E&&b==T, a=S&&b==S",
        "T, S",
    })
    void in_the_values_of_a_form(String before, String after) {
        Draft draft = Scene.of(Scene.BEARER, SECRET)
                .placeholder(Place.BODY)
                .body(
                        "application/x-www-form-urlencoded",
                        before.replace("T", T).replace("E", ENCODED))
                .draft();

        assertThat(text(draft)).isEqualTo(after.replace("S", "ghp_Real%2FSecret%2B1"));
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-www-form-urlencoded, T=1",
        "application/x-www-form-urlencoded, a=T&E=1",
        "application/x-www-form-urlencoded; charset=utf-16, a=T",
        "text/plain, T",
        "multipart/form-data; boundary=x, T",
        "application/json; charset=utf-16, '\"T\"'",
        "'', '\"T\"'",
    })
    void in_any_other_body_it_is_refused(String type, String body) {
        assertThat(Scene.of(Scene.BEARER, SECRET)
                        .placeholder(Place.BODY)
                        .body(type, body.replace("T", T).replace("E", ENCODED))
                        .refused()
                        .reason())
                .isEqualTo(Reason.PLACEHOLDER_MISUSE);
    }

    @Test
    void in_an_encoded_body_it_is_not_replaced() {
        assertThat(Scene.of(Scene.BEARER, SECRET)
                        .placeholder(Place.BODY)
                        .field("Content-Encoding", "br")
                        .body("application/json", "\"" + T + "\"")
                        .refused()
                        .reason())
                .isEqualTo(Reason.PLACEHOLDER_MISUSE);
    }

    @Test
    void a_body_in_which_it_may_not_stand_is_left_alone() {
        Draft draft = Scene.of(Scene.BEARER, SECRET)
                .placeholder(Place.HEADER)
                .field("X-A", T)
                .body("application/json", "\"" + T + "\"")
                .draft();

        assertThat(text(draft)).isEqualTo("\"" + T + "\"");
    }

    @ParameterizedTest
    @EnumSource(
            value = Place.class,
            names = {"HEADER", "BASIC", "QUERY", "PATH"})
    void where_it_may_not_stand_it_is_misused(Place only) {
        for (Place place : Place.values()) {
            if (place == Place.BODY) {
                continue;
            }
            Scene scene = Scene.of(Scene.BEARER, "ghp_secret").placeholder(only);
            Scene carrying =
                    switch (place) {
                        case HEADER -> scene.field("Authorization", "Bearer " + T);
                        case BASIC -> scene.field("Authorization", "Basic " + base64("a:" + T));
                        case QUERY -> scene.query("?a=" + T);
                        case PATH -> scene.path("/a/" + ENCODED);
                        case BODY -> throw new AssertionError();
                    };

            if (place == only) {
                assertThat(carrying.inject()).isInstanceOf(Injection.Done.class);
            } else {
                assertThat(carrying.refused().reason()).isEqualTo(Reason.PLACEHOLDER_MISUSE);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Host, T.example.com",
        "Content-Type, text/plain; a=T",
        "Expect, T",
        "Trailer, T",
        "Proxy-Authorization, Bearer T",
    })
    void in_fields_that_frame_or_route_the_message_it_is_misused(String name, String value) {
        assertThat(Scene.of(Scene.BEARER, SECRET)
                        .placeholder(Place.HEADER, Place.BASIC)
                        .field(name, value.replace("T", T))
                        .refused()
                        .reason())
                .isEqualTo(Reason.PLACEHOLDER_MISUSE);
    }

    @Test
    void inside_basic_that_only_a_lenient_server_can_read_it_is_misused() {
        String encoded = base64("ab:" + T);

        for (String odd : List.of("!" + encoded, encoded.substring(0, 7) + "\t" + encoded.substring(7))) {
            assertThat(Scene.of(Scene.BEARER, SECRET)
                            .placeholder(Place.HEADER, Place.BASIC)
                            .field("Authorization", "Basic " + odd)
                            .refused()
                            .reason())
                    .isEqualTo(Reason.PLACEHOLDER_MISUSE);
        }
    }

    @Test
    void the_names_of_parameters_are_no_place() {
        assertThat(Scene.of(Scene.BEARER, SECRET)
                        .placeholder(Place.QUERY)
                        .query("?" + T + "=" + T)
                        .refused()
                        .reason())
                .isEqualTo(Reason.PLACEHOLDER_MISUSE);
    }

    @Test
    void a_request_that_does_not_carry_it_gets_nothing() {
        assertThat(Scene.of(Scene.BEARER, SECRET)
                        .placeholder(Place.values())
                        .field("Authorization", "Bearer own")
                        .query("?a=b")
                        .body("application/json", "{}")
                        .refused()
                        .reason())
                .isEqualTo(Reason.PLACEHOLDER_MISSING);
    }

    @Test
    void the_clients_other_credentials_are_taken_out() {
        Injection.Done done = (Injection.Done) Scene.of(Scene.HEADER, SECRET)
                .placeholder(Place.HEADER)
                .field("Authorization", "Bearer own")
                .field("authorization", "Bearer " + T)
                .field("X-API-KEY", "own")
                .field("api-key", "own")
                .field("Accept", "*/*")
                .inject();

        assertThat(done.rewritten().fields().entries().stream().map(Object::toString))
                .containsExactly("authorization=Bearer " + SECRET, "Accept=*/*");
        assertThat(done.use()).contains(new CredentialUse("work/token", "000000000696b9f9"));
    }

    @Test
    void several_places_are_replaced_at_once() {
        Draft draft = Scene.of(Scene.QUERY, "123456:abc")
                .placeholder(Place.values())
                .field("X-A", T)
                .field("Authorization", "Basic " + base64("a:" + T))
                .query("?key=" + T)
                .path("/bot" + T)
                .body("application/json", "[\"" + T + "\"]")
                .draft();

        assertThat(draft.fields().get("X-A")).isEqualTo("123456:abc");
        assertThat(draft.fields().get("Authorization")).isEqualTo("Basic " + base64("a:123456:abc"));
        assertThat(draft.query()).isEqualTo("?key=123456%3Aabc");
        assertThat(draft.path()).isEqualTo("/bot123456:abc");
        assertThat(text(draft)).isEqualTo("[\"123456:abc\"]");
    }

    @Test
    void each_kind_of_credential_has_one_secret() {
        for (CredentialConfig kind : List.of(Scene.BEARER, Scene.HEADER, Scene.BASIC, Scene.QUERY)) {
            assertThat(Scene.of(kind, SECRET)
                            .placeholder(Place.HEADER)
                            .field("X-A", T)
                            .draft()
                            .fields()
                            .get("X-A"))
                    .isEqualTo(SECRET);
        }
    }

    @Test
    void what_the_policy_would_refuse_loses_it() {
        Draft draft = Scene.of(Scene.BEARER, SECRET)
                .placeholder(Place.values())
                .wouldBeDenied()
                .field("Authorization", "Bearer " + T)
                .field("X-A", "x" + T)
                .field("Accept", "*/*")
                .query("?a=1&b=" + ENCODED)
                .draft();

        assertThat(draft.fields().entries()).singleElement().hasToString("Accept=*/*");
        assertThat(draft.query()).isEqualTo("?a=1");
    }

    @Test
    void a_secret_bound_to_other_hosts_does_not_go() {
        assertThat(Scene.of(Scene.BEARER, "")
                        .secret(
                                Scene.REF,
                                SECRET.getBytes(StandardCharsets.UTF_8),
                                Optional.of(List.of(HostPattern.parse("other.example.com"))))
                        .placeholder(Place.HEADER)
                        .field("X-A", T)
                        .refused()
                        .reason())
                .isEqualTo(Reason.CREDENTIAL_HOST_NOT_ALLOWED);
    }

    @Test
    void a_refused_requests_fields_never_hold_the_secret() {
        Scene scene = Scene.of(Scene.BEARER, SECRET)
                .placeholder(Place.HEADER)
                .field("X-A", T)
                .query("?a=" + T);

        assertThat(scene.refused().reason()).isEqualTo(Reason.PLACEHOLDER_MISUSE);
        assertThat(scene.fields().get("X-A")).isEqualTo(T);
    }

    private static String text(Draft draft) {
        return new String(draft.body().orElseThrow(), StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
