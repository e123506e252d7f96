package dev.sallyport.standin.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialsTest {
    @ParameterizedTest
    @CsvSource({
        "X-Api-Key, k1, X_API_KEY, k1",
        "api-key, k1, API_KEY, k1",
        "x-goog-api-key, k1, X_GOOG_API_KEY, k1",
        "Authorization, Bearer k1, BEARER, k1",
        "authorization, bEARER   k1, BEARER, k1",
        "Authorization, Digest k1, OTHER_AUTHORIZATION, Digest k1",
        "Authorization, Basic !!!, OTHER_AUTHORIZATION, Basic !!!",
        "Proxy-Authorization, Basic k1, PROXY_AUTHORIZATION, Basic k1",
    })
    void readsACredentialWhereverItTravels(String header, String value, Carrier carrier, String credential) {
        var headers = MultiMap.caseInsensitiveMultiMap().add(header, value);

        var presented = Credentials.presentedBy(headers, "/");

        assertThat(presented).containsExactly(new Credential(carrier, credential));
    }

    @ParameterizedTest
    @CsvSource({"user:secret, secret", "secret:, secret", "user:se:cret, se:cret"})
    void readsThePasswordOrElseTheUserOfABasicCredential(String pair, String credential) {
        var encoded = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        var headers = MultiMap.caseInsensitiveMultiMap().add("authorization", "Basic " + encoded);

        var presented = Credentials.presentedBy(headers, "/");

        assertThat(presented).containsExactly(new Credential(Carrier.BASIC, credential));
    }

    @Test
    void readsADecodedKeyFromTheQuery() {
        var presented = Credentials.presentedBy(MultiMap.caseInsensitiveMultiMap(), "/v1/x?alt=sse&key=a%2Bb&monkey=c");

        assertThat(presented).containsExactly(new Credential(Carrier.QUERY_KEY, "a+b"));
    }

    @Test
    void readsEveryCredentialOfARequestThatHasSeveral() {
        var headers = MultiMap.caseInsensitiveMultiMap()
                .add("x-api-key", "one")
                .add("x-api-key", "two")
                .add("authorization", "Bearer three");

        var presented = Credentials.presentedBy(headers, "/");

        assertThat(presented)
                .extracting(Credential::value)
                .containsExactlyInAnyOrderElementsOf(List.of("one", "two", "three"));
    }

    @Test
    void keepsACredentialOutOfItsText() {
        assertThat(new Credential(Carrier.BEARER, "sk-secret")).asString().doesNotContain("secret");
    }
}
