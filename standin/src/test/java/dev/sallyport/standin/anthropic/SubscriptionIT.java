package dev.sallyport.standin.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.standin.Client;
import dev.sallyport.standin.OnStandin;
import dev.sallyport.standin.StandinOptions;
import dev.sallyport.standin.auth.Carrier;
import dev.sallyport.standin.auth.Keyring;
import dev.sallyport.standin.auth.Provider;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionIT extends OnStandin {
    private static final String TOKEN = "sk-ant-oat01-real";
    private static final String BETA = "oauth-2025-04-20";

    SubscriptionIT() {
        super(StandinOptions.onLoopback()
                .withKeyrings(Map.of(
                        Provider.ANTHROPIC, Keyring.of("sk-ant-real"), Provider.ANTHROPIC_TOKEN, Keyring.of(TOKEN)))
                .withAnthropicAccepts(Set.of(Carrier.X_API_KEY)));
    }

    @ParameterizedTest
    @ValueSource(strings = {BETA, "claude-code-20250219," + BETA, "a, " + BETA + " ,b"})
    void takesATokenAsBearerWithItsBeta(String beta) throws Exception {
        var response = models("Authorization", "Bearer " + TOKEN, "anthropic-beta", beta);

        assertThat(response.statusCode()).isEqualTo(200);
        var request = standin.requests().getFirst();
        assertThat(request.onlyRealCredentials()).isTrue();
        assertThat(request.credentials().getFirst().provider()).isEqualTo(Provider.ANTHROPIC_TOKEN);
        assertThat(request.headerValues("anthropic-beta")).containsExactly(beta);
        assertThat(request.headerValues("anthropic-version")).containsExactly("2023-06-01");
    }

    @Test
    void refusesATokenWithoutItsBeta() throws Exception {
        var without = models("Authorization", "Bearer " + TOKEN);
        var other = models("Authorization", "Bearer " + TOKEN, "anthropic-beta", BETA + "x");

        assertThat(without.statusCode()).isEqualTo(401).isEqualTo(other.statusCode());
        assertThat(Client.json(without).path("error").path("type").asText()).isEqualTo("authentication_error");
    }

    @Test
    void refusesATokenInThePlaceOfAKeyAndAKeyInThatOfAToken() throws Exception {
        assertThat(models("x-api-key", TOKEN, "anthropic-beta", BETA).statusCode())
                .isEqualTo(401);
        assertThat(models("Authorization", "Bearer sk-ant-real", "anthropic-beta", BETA)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void refusesATokenBesideAnythingElse() throws Exception {
        for (var key : Set.of("dummy", "sk-ant-real")) {
            var response = models("Authorization", "Bearer " + TOKEN, "x-api-key", key, "anthropic-beta", BETA);

            assertThat(response.statusCode()).as(key).isEqualTo(401);
        }
    }

    private HttpResponse<String> models(String... headers) throws Exception {
        var all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "anthropic-version";
        all[headers.length + 1] = "2023-06-01";
        return client.get("/v1/models", all);
    }
}
