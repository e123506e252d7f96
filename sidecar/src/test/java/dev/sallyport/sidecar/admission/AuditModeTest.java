package dev.sallyport.sidecar.admission;

import static dev.sallyport.contract.config.PlaceholderConfig.Place.HEADER;
import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static dev.sallyport.sidecar.testing.RouteBuilder.passthrough;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.sidecar.admission.Admission.Step;
import dev.sallyport.sidecar.policy.Permit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditModeTest {

    private static final String TOKEN = "placeholder_of_some_account";

    private final Sandbox sandbox = Sandbox.auditing(
            https("api", "api.example.com")
                    .rule(List.of("POST"), "/v1/messages")
                    .rule(new RuleConfig(List.of("PUT"), List.of(), Optional.of("request.query.x == ['1']")))
                    .limits(new RouteLimits(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.of(100))),
            https("body", "body.example.com")
                    .rule(new RuleConfig(List.of(), List.of(), Optional.of("request.json.x == 1"))),
            https("scarce", "scarce.example.com")
                    .limits(new RouteLimits(OptionalInt.of(1), OptionalInt.of(1), OptionalLong.empty())),
            https("placed", "placed.example.com")
                    .credential(new CredentialConfig.Bearer(new SecretRef("secret", "token")))
                    .placeholder(TOKEN, HEADER),
            passthrough("pinned", "pinned.example.com")
                    .limits(new RouteLimits(OptionalInt.empty(), OptionalInt.of(1), OptionalLong.empty())));

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/messages, api@api.example.com:443",
        "GET, /v1/messages, api@api.example.com:443 would deny MethodNotAllowed",
        "DELETE, /v1/other, api@api.example.com:443 would deny MethodNotAllowed",
        "PUT, /v1/other?x=2, api@api.example.com:443 would deny ConditionNotMet",
        "PUT, /v1/other?x=1;, api@api.example.com:443 would deny ConditionNotEvaluable",
        "PUT, /v1/other?x=1, api@api.example.com:443",
    })
    void what_a_rule_would_refuse_passes_marked(String method, String target, String outcome) {
        assertThat(sandbox.outcome(Asked.inTunnel(method, "api.example.com", target)))
                .isEqualTo(outcome);
    }

    @Test
    void what_a_condition_on_the_body_would_refuse_passes_marked() {
        assertThat(sandbox.outcome(posted("body.example.com"), "{\"x\": 2}".getBytes(UTF_8)))
                .isEqualTo("body@body.example.com:443 would deny ConditionNotMet");
        assertThat(sandbox.outcome(posted("body.example.com"), "{".getBytes(UTF_8)))
                .isEqualTo("body@body.example.com:443 would deny BodyUnusable");
    }

    @Test
    void what_a_limit_would_refuse_passes_marked() {
        Permit first = granted(Asked.inTunnel("GET", "scarce.example.com", "/"));
        Permit second = granted(Asked.inTunnel("GET", "scarce.example.com", "/"));
        first.close();
        second.close();
        Permit third = granted(Asked.inTunnel("GET", "scarce.example.com", "/"));

        assertThat(first.wouldDeny()).isEmpty();
        assertThat(second.wouldDeny().orElseThrow().code()).isEqualTo("TooManyConcurrentRequests");
        assertThat(second.rule()).isEmpty();
        assertThat(third.wouldDeny().orElseThrow().code()).isEqualTo("RateLimited");
    }

    @Test
    void a_tunnel_beyond_its_limit_passes_marked() {
        var first = sandbox.connect(connect("pinned.example.com"));
        var second = sandbox.connect(connect("pinned.example.com"));

        assertThat(((TunnelAdmission.Verdict.Passthrough) first).permit().wouldDeny())
                .isEmpty();
        assertThat(((TunnelAdmission.Verdict.Passthrough) second).permit().wouldDeny())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.com, /v1/../admin, AmbiguousPath",
        "api.example.com, /v1/a%2Fb, MethodNotAllowed",
        "placed.example.com, /, PlaceholderMissing",
        "unknown.example.com, /, RouteNotFound",
        "api.example.com, /" + TOKEN + ", PlaceholderMisuse",
        "unknown.example.com, /" + TOKEN + ", PlaceholderMisuse",
    })
    void what_is_ambiguous_unknown_or_misused_is_refused_all_the_same(String host, String target, String outcome) {
        assertThat(sandbox.outcome(Asked.inTunnel("GET", host, target)).replaceAll(".* would deny ", ""))
                .isEqualTo(outcome);
    }

    @Test
    void an_encoded_slash_that_no_rule_spells_is_refused_all_the_same() {
        Sandbox narrow = Sandbox.auditing(https("api", "api.example.com").rule(List.of(), "/v1/**"));

        assertThat(narrow.outcome(Asked.inTunnel("GET", "api.example.com", "/v1/a%2Fb")))
                .isEqualTo("AmbiguousPath");
    }

    @Test
    void what_is_malformed_mismatched_or_too_large_is_refused_all_the_same() {
        assertThat(sandbox.outcome(Asked.http1("TRACE", "/api/x").field("Host", "h")))
                .isEqualTo("MethodNotAllowed");
        assertThat(sandbox.outcome(Asked.http1("GET", "/api/x"))).isEqualTo("MalformedRequest");
        assertThat(sandbox.outcome(Asked.http1("GET", "/").field("Host", "h").through("api.example.com", 443, true)))
                .isEqualTo("AuthorityMismatch");
        assertThat(sandbox.outcome(Asked.inTunnel("POST", "api.example.com", "/v1/messages")
                        .body("text/plain", 101)))
                .isEqualTo("BodyTooLarge");
    }

    private Permit granted(Asked asked) {
        return ((Step.Grant) sandbox.admission(asked).begin()).permit();
    }

    private static Asked posted(String host) {
        return Asked.inTunnel("POST", host, "/").chunked("application/json");
    }

    private static Asked connect(String host) {
        return Asked.http1("CONNECT", host + ":443").field("Host", host + ":443");
    }
}
