package dev.sallyport.sidecar.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.PlaceholderConfig.Place;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubstitutionTest {

    private static final String T = Scene.TOKEN;
    private static final String SECRET = "ghp_Real/Secret+1";

    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer T, Bearer S",
        "authorization, token T, token S",
        "X-Anything, T, S",
        "Cookie, 'a=b; t=T; c=d', 'a=b; t=S; c=d'",
        "X-Twice, 'T,T T', 'S,S S'",
        "X-Inside, prefixTsuffix, prefixSsuffix",
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
        "T:, S:",
        "T, S",
        "a:b:T, a:b:S",
    })
    void inside_basic(String before, String after) {
        Draft draft = Scene.of(Scene.BASIC, SECRET)
                .placeholder(Place.BASIC)
                .field("Authorization", "Basic " + base64(before.replace("T", T)))
                .draft();

        assertThat(draft.fields().get("authorization")).isEqualTo("Basic " + base64(after.replace("S", SECRET)));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
