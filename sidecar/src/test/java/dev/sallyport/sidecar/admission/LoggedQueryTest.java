package dev.sallyport.sidecar.admission;

import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.QueryLogging;
import dev.sallyport.contract.config.SecretRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoggedQueryTest {

    private final Sandbox sandbox = Sandbox.of(
            https("names", "api.example.com"),
            https("values", "api.example.com").queryLogging(QueryLogging.VALUES),
            https("keyed", "api.example.com")
                    .queryLogging(QueryLogging.VALUES)
                    .credential(new CredentialConfig.Query("key", new SecretRef("s", "k"))));

    @ParameterizedTest
    @CsvSource({
        "/names/x?a=1&b=2, a=&b=",
        "/names/x?a=1=2&b, a=&b=",
        "/names/x?%61%3D=1, %61%3D=",
        "/names/x?&&a=1&, a=",
        "/names/x?=secret, =",
        "/values/x?a=1&b=2, a=1&b=2",
        "/values/x?a=1=2&b&c=, a=1=2&b=&c=",
        "/values/x?a=%00%ff, a=%00%ff",
        "/keyed/x?a=1&key=AIza-the-agent-s-own, a=1&key=",
        "/nobody/x?a=1, a=",
    })
    void shows_names_and_only_where_the_route_says_so_values(String target, String logged) {
        Admission admission = sandbox.admission(Asked.baseUrl("GET", target));

        admission.begin();

        assertThat(admission.loggedQuery()).contains(logged);
    }

    @Test
    void shows_nothing_where_there_is_nothing() {
        for (String target : new String[] {"/values/x", "/values/x?", "/values/x?&&"}) {
            Admission admission = sandbox.admission(Asked.baseUrl("GET", target));

            admission.begin();

            assertThat(admission.loggedQuery()).isEmpty();
        }
    }

    @Test
    void is_cut_to_what_a_record_may_hold() {
        Admission admission = sandbox.admission(Asked.baseUrl("GET", "/values/x?a=" + "b".repeat(5000) + "&c=d"));

        admission.begin();

        assertThat(admission.loggedQuery().orElseThrow()).hasSize(2048).startsWith("a=bb");
    }
}
