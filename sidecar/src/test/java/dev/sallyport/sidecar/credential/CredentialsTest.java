package dev.sallyport.sidecar.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.sidecar.redact.ResponseMasking;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CredentialsTest {

    private static final String SECRET = "sk-real-value";
    private static final CredentialConfig PAIR =
            new CredentialConfig.Basic(Optional.empty(), Optional.of(Scene.USER), Scene.REF);

    @Test
    void every_secret_value_of_the_route_is_masked() {
        Scene scene = Scene.of(PAIR, SECRET).secret(Scene.USER, "a-user-name");
        String pair = "a-user-name:" + SECRET;

        assertThat(masked(scene, pair)).isEqualTo("***********:*************");
        assertThat(masked(scene, Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))))
                .matches("[*]{15}[A-Za-z0-9+/*][*]+=*");
    }

    @Test
    void a_users_name_that_is_too_short_is_not() {
        Scene scene = Scene.of(PAIR, SECRET).secret(Scene.USER, "git");

        assertThat(masked(scene, "git:" + SECRET)).isEqualTo("git:*************");
    }

    @Test
    void values_of_other_routes_are_not() {
        Scene scene = Scene.of(Scene.BEARER, SECRET).secret(Scene.USER, "a-user-name");

        assertThat(masked(scene, "a-user-name:" + SECRET)).isEqualTo("a-user-name:*************");
    }

    @Test
    void nothing_is_masked_where_nothing_is_to_be() {
        assertThat(Scene.uncredentialed()
                        .credentials()
                        .masking(Scene.uncredentialed().route()))
                .isSameAs(ResponseMasking.none());
        Scene unmasked = Scene.of(Scene.BEARER, SECRET).redact(RedactResponses.NONE);
        assertThat(unmasked.credentials().masking(unmasked.route())).isSameAs(ResponseMasking.none());
    }

    @Test
    void masking_goes_on_with_the_values_that_it_began_with() {
        Scene scene = Scene.of(Scene.BEARER, SECRET);
        try (ResponseMasking old = scene.credentials().masking(scene.route());
                ResponseMasking fresh =
                        scene.secret(Scene.REF, "another-value").credentials().masking(scene.route())) {
            assertThat(old.text(SECRET + " another-value")).isEqualTo("************* another-value");
            assertThat(fresh.text(SECRET + " another-value")).isEqualTo(SECRET + " *************");
        }
    }

    private static String masked(Scene scene, String value) {
        HttpHeaders fields = new DefaultHttpHeaders().add("X-Echo", value);
        Credentials credentials = scene.credentials();
        // The second one is of the same needles, which the first one's end leaves alone.
        for (int i = 0; i < 2; i++) {
            try (ResponseMasking masking = credentials.masking(scene.route())) {
                masking.fields(fields);
            }
        }
        return fields.get("X-Echo");
    }
}
