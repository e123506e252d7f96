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

class InjectorTest {

    private static final String SECRET = "sk-real-value";

    @Test
    void an_uncredentialed_route_passes_what_the_client_sent() {
        Draft draft = Scene.uncredentialed()
                .field("Authorization", "Bearer own")
                .field("x-api-key", "own")
                .query("?key=own")
                .draft();

        assertThat(draft.fields().get("authorization")).isEqualTo("Bearer own");
        assertThat(draft.fields().get("x-api-key")).isEqualTo("own");
        assertThat(draft.query()).isEqualTo("?key=own");
    }

    @Test
    void each_kind_sets_its_credential_and_says_which() {
        assertThat(Scene.of(Scene.BEARER, SECRET).draft().fields().entries())
                .singleElement()
                .hasToString("Authorization=Bearer " + SECRET);
        assertThat(Scene.of(Scene.HEADER, SECRET).draft().fields().entries())
                .singleElement()
                .hasToString("X-Api-Key=" + SECRET);
        assertThat(Scene.of(Scene.BASIC, SECRET).draft().fields().entries())
                .singleElement()
                .hasToString("Authorization=Basic " + base64("git:" + SECRET));
        assertThat(Scene.of(Scene.QUERY, "a b&c=é%").draft().query()).isEqualTo("?key=a%20b%26c%3D%C3%A9%25");
        assertThat(((Injection.Done) Scene.of(Scene.BEARER, SECRET).inject()).use())
                .contains(new CredentialUse("work/token", "000000000696b9f9"));
    }

    @Test
    void a_users_name_may_be_a_secret_value_too() {
        CredentialConfig basic = new CredentialConfig.Basic(Optional.empty(), Optional.of(Scene.USER), Scene.REF);

        assertThat(Scene.of(basic, SECRET)
                        .secret(Scene.USER, "bob")
                        .draft()
                        .fields()
                        .get("authorization"))
                .isEqualTo("Basic " + base64("bob:" + SECRET));
        assertThat(Scene.of(basic, SECRET).secret(Scene.USER, "b:b").refused().reason())
                .isEqualTo(Reason.CREDENTIAL_UNAVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "AUTHORIZATION",
                "X-Api-Key",
                "x-api-key",
                "api-key",
                "Api-Key",
                "x-goog-api-key",
                "Proxy-Authorization",
                "X-Own-Token",
                "x-own-TOKEN"
            })
    void the_clients_own_credentials_are_taken_out(String name) {
        CredentialConfig own = new CredentialConfig.Header("x-own-token", Scene.REF, Optional.of("Token "));

        Draft draft = Scene.of(own, SECRET)
                .field("Accept", "*/*")
                .field(name, "dummy")
                .field(name, "dummy two")
                .draft();

        assertThat(draft.fields().entries().stream().map(Object::toString))
                .containsExactly("Accept=*/*", "x-own-token=Token " + SECRET);
    }

    @ParameterizedTest
    @CsvSource({
        "'', ?key=sk-real-value",
        "?, ?key=sk-real-value",
        "?a=1&&b=%2f+&, ?a=1&&b=%2f+&&key=sk-real-value",
        "?key=own&a=1&k%65y=two&key, ?a=1&key=sk-real-value",
        "?KEY=1&keys=2&key2=3, ?KEY=1&keys=2&key2=3&key=sk-real-value",
        "?%zz=1&%=2, ?%zz=1&%=2&key=sk-real-value",
        "??key=1, ??key=1&key=sk-real-value",
    })
    void the_injected_parameter_replaces_the_clients_and_nothing_else(String before, String after) {
        assertThat(Scene.of(Scene.QUERY, SECRET).query(before).draft().query()).isEqualTo(after);
    }

    @Test
    void what_the_policy_would_refuse_gets_nothing_and_loses_the_clients_own() {
        Scene scene = Scene.of(Scene.QUERY, SECRET)
                .wouldBeDenied()
                .field("Authorization", "Bearer own")
                .field("Accept", "*/*")
                .query("?a=1&key=own");

        Injection.Done done = (Injection.Done) scene.inject();

        assertThat(done.use()).isEmpty();
        assertThat(done.rewritten().fields().entries()).singleElement().hasToString("Accept=*/*");
        assertThat(done.rewritten().query()).isEqualTo("?a=1");
    }

    @Test
    void a_secret_is_not_sent_to_a_host_that_it_does_not_allow() {
        List<HostPattern> others = List.of(HostPattern.parse("other.example.com"));
        List<HostPattern> these = List.of(HostPattern.parse("*.example.com"));
        byte[] secret = SECRET.getBytes(StandardCharsets.UTF_8);

        assertThat(Scene.of(Scene.BEARER, "")
                        .secret(Scene.REF, secret, Optional.of(others))
                        .refused()
                        .reason())
                .isEqualTo(Reason.CREDENTIAL_HOST_NOT_ALLOWED);
        assertThat(Scene.of(Scene.BEARER, "")
                        .secret(Scene.REF, secret, Optional.of(List.of()))
                        .refused()
                        .reason())
                .isEqualTo(Reason.CREDENTIAL_HOST_NOT_ALLOWED);
        assertThat(Scene.of(Scene.BEARER, "")
                        .secret(Scene.REF, secret, Optional.of(these))
                        .inject())
                .isInstanceOf(Injection.Done.class);
    }

    @Test
    void a_secret_that_must_name_its_hosts_and_does_not_is_sent_nowhere_not_even_for_a_placeholder() {
        assertThat(Scene.of(Scene.BEARER, SECRET).unbound(Scene.REF).refused().reason())
                .isEqualTo(Reason.CREDENTIAL_HOST_NOT_ALLOWED);
        assertThat(Scene.of(Scene.BEARER, SECRET)
                        .placeholder(Place.HEADER)
                        .field("Authorization", "Bearer " + Scene.TOKEN)
                        .unbound(Scene.REF)
                        .refused()
                        .reason())
                .isEqualTo(Reason.CREDENTIAL_HOST_NOT_ALLOWED);
    }

    @Test
    void a_value_that_is_not_there_refuses_the_request() {
        assertThat(Scene.of(Scene.BEARER, SECRET).unusable(Scene.REF).refused().reason())
                .isEqualTo(Reason.CREDENTIAL_UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource
    void a_secret_that_cannot_be_masked_goes_only_where_nothing_is_to_be_masked(RedactResponses where) {
        for (String secret : List.of("short", "x".repeat(16 * 1024 + 1))) {
            Scene scene = Scene.of(Scene.BEARER, secret).redact(where);

            if (where == RedactResponses.NONE) {
                assertThat(scene.inject()).isInstanceOf(Injection.Done.class);
            } else {
                assertThat(scene.refused().reason()).isEqualTo(Reason.CREDENTIAL_UNAVAILABLE);
                assertThat(scene.refused().message()).contains("work/token", "redactResponses");
            }
        }
    }

    @Test
    void no_text_shows_the_secret() {
        Scene scene = Scene.of(Scene.BEARER, SECRET).query("?a=own");

        assertThat(scene.inject().toString() + scene.draft() + scene.credentials())
                .doesNotContain(SECRET)
                .doesNotContain("own");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
