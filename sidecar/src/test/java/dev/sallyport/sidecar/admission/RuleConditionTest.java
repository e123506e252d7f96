package dev.sallyport.sidecar.admission;

import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.config.PathPattern;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.sidecar.admission.Admission.Step;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.policy.when.InvalidConditionException;
import dev.sallyport.sidecar.route.RouteTable;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleConditionTest {

    private static final String JSON = "application/json";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "request.method == 'GET'",
                "request.host == 'api.example.com'",
                "request.path == '/v1/a-b%20c'",
                "request.query == {'x': ['1', '2'], 'y': ['']}",
                "request.headers['x-version'] == '7'",
                "request.contentType == ''",
            })
    void a_condition_sees_the_request_in_its_normal_form(String when) {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com").rule(rule(when)));

        assertThat(sandbox.outcome(Asked.http1("GET", "/v1/%61%2Db%20c?x=1&x=%32&y")
                        .field("Host", "API.example.com:443")
                        .field("X-Version", "7")
                        .through("api.example.com", 443, true)))
                .isEqualTo("api@api.example.com:443");
    }

    @Test
    void a_rule_whose_condition_fails_permits_nothing() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com").rule(rule("request.headers['x-version'] == '7'")));

        assertThat(sandbox.outcome(get("/").field("X-Version", "8"))).isEqualTo("ConditionNotMet");
        assertThat(sandbox.outcome(get("/"))).isEqualTo("ConditionNotEvaluable");
    }

    @Test
    void the_first_rule_that_holds_is_the_one_recorded() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com")
                .rule(rule("request.method == 'PUT'", "/a"))
                .rule(rule("request.method == 'GET'", "/a"))
                .rule(rule("true", "/a")));

        assertThat(permittingRule(sandbox.admission(get("/a")).begin())).hasValue(1);
    }

    @Test
    void what_a_rule_permits_without_the_body_is_not_held_back_by_one_that_reads_it() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com")
                .rule(rule("request.json.model == 'm'", "/**"))
                .rule(rule("request.path == '/b'", "/**")));

        assertThat(permittingRule(sandbox.admission(post("/b")).begin())).hasValue(1);
        assertThat(sandbox.outcome(post("/a"))).isEqualTo("needs 33554432");
    }

    @Test
    void the_body_decides_where_a_condition_reads_it() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com")
                .rule(rule("request.json.model.startsWith('claude-')", "/v1/messages"))
                .rule(rule("request.json.stream == true", "/v1/messages")));

        assertThat(sandbox.outcome(post("/v1/messages"), json("{'model': 'claude-x'}")))
                .isEqualTo("api@api.example.com:443");
        assertThat(sandbox.outcome(post("/v1/messages"), json("{'model': 'm', 'stream': true}")))
                .isEqualTo("api@api.example.com:443");
        assertThat(sandbox.outcome(post("/v1/messages"), json("{'model': 'm', 'stream': false}")))
                .isEqualTo("ConditionNotMet");
        assertThat(sandbox.outcome(post("/v1/messages"), json("{'model': 'm'}")))
                .isEqualTo("ConditionNotMet");
        assertThat(sandbox.outcome(post("/v1/messages"), json("{'model': 7}"))).isEqualTo("ConditionNotEvaluable");
        assertThat(sandbox.outcome(post("/v1/messages"), json("{'model'"))).isEqualTo("BodyUnusable");
        assertThat(sandbox.outcome(post("/v1/messages"), new byte[0])).isEqualTo("BodyUnusable");
        assertThat(sandbox.outcome(post("/v1/other"))).isEqualTo("PathNotAllowed");
    }

    @Test
    void a_request_without_a_body_is_decided_at_once() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com").rule(rule("request.json.model == 'm'")));

        assertThat(sandbox.outcome(get("/"))).isEqualTo("BodyUnusable");
    }

    @Test
    void conditions_over_a_large_head_are_not_evaluated_at_once() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com")
                .rule(rule("request.headers['x-version'] == '7'"))
                .rule(rule("request.json.b == 1")));
        String large = "x".repeat(Admission.MOST_AT_ONCE);

        Admission permitted = sandbox.admission(get("/").field("X-Version", "7").field("X-Large", large));
        assertThat(permitted.begin()).isEqualTo(Step.NeedsTime.TO_DECIDE);
        assertThat(Sandbox.describe(permitted.withTime())).isEqualTo("api@api.example.com:443");
        assertThatThrownBy(permitted::withTime).isInstanceOf(IllegalStateException.class);

        Admission reading = sandbox.admission(post("/").field("X-Version", "8").field("X-Large", large));
        assertThat(reading.begin()).isEqualTo(Step.NeedsTime.TO_DECIDE);
        assertThat(Sandbox.describe(reading.withTime())).isEqualTo("needs 33554432");
        assertThat(Sandbox.describe(reading.withBody(json("{'b': 1}")))).isEqualTo("api@api.example.com:443");
    }

    @Test
    void a_large_head_is_no_matter_where_there_are_no_conditions() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com"));

        assertThat(sandbox.outcome(get("/").field("X-Large", "x".repeat(60_000))))
                .isEqualTo("api@api.example.com:443");
    }

    @Test
    void a_condition_that_costs_too_much_ends_the_matter() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com")
                .rule(rule("request.json.text.matches('(a?){50}a{50}b$')"))
                .rule(rule("request.json.b == 1")));
        byte[] body = json("{'text': '" + "a".repeat(2_000_000) + "', 'b': 1}");

        assertThat(sandbox.outcome(post("/"), body)).isEqualTo("ConditionTooCostly");
        assertThat(sandbox.outcome(post("/"), json("{'text': 'a', 'b': 1}"))).isEqualTo("api@api.example.com:443");
    }

    @Test
    void the_explanation_is_that_of_the_rule_whose_path_says_the_most() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com")
                .rule(rule("request.headers['x-a'] == 'a'", "/**"))
                .rule(rule("request.query.x == ['1']", "/v1/models"))
                .rule(rule("request.method == 'PUT'", "/v1/*")));

        Deny deny = refusal(sandbox.admission(get("/v1/models?x=1;y=2")).begin());

        assertThat(deny.reason().code()).isEqualTo("ConditionNotEvaluable");
        assertThat(deny.message()).contains("semicolon");
        assertThat(sandbox.outcome(get("/v1/other"))).isEqualTo("ConditionNotMet");
    }

    @Test
    void a_condition_is_not_asked_where_method_or_path_are_not_listed() {
        Sandbox sandbox = Sandbox.of(https("api", "api.example.com")
                .rule(new RuleConfig(
                        List.of("POST"),
                        List.of(new PathPattern("/v1/messages")),
                        Optional.of("request.json.x == 1"))));

        assertThat(sandbox.outcome(get("/v1/messages"))).isEqualTo("MethodNotAllowed");
        assertThat(sandbox.outcome(post("/v1/other"))).isEqualTo("PathNotAllowed");
    }

    @Test
    void no_more_of_a_body_is_read_than_the_smallest_bound() {
        RouteLimits route = new RouteLimits(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.of(1000));
        RouteLimits sandbox = new RouteLimits(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.of(100));
        RouteLimits huge = new RouteLimits(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.of(1L << 40));

        assertThat(reading(route, RouteLimits.NONE).outcome(post("/"))).isEqualTo("needs 1000");
        assertThat(reading(route, sandbox).outcome(post("/"))).isEqualTo("needs 100");
        assertThat(reading(huge, RouteLimits.NONE).outcome(post("/"))).isEqualTo("needs 33554432");
        assertThat(reading(huge, RouteLimits.NONE)
                        .outcome(Asked.inTunnel("POST", "api.example.com", "/").body(JSON, 33554433)))
                .isEqualTo("BodyTooLarge");
        assertThat(reading(route, sandbox)
                        .outcome(Asked.inTunnel("POST", "api.example.com", "/").body(JSON, 101)))
                .isEqualTo("BodyTooLarge");
    }

    @Test
    void a_condition_that_cannot_be_compiled_is_named_with_its_route_and_rule() {
        List<RouteConfig> routes = List.of(
                https("good", "api.example.com").build(),
                https("bad", "api.example.com")
                        .rule(rule("true"))
                        .rule(rule("request.metod == 'GET'"))
                        .build());

        assertThatThrownBy(() -> new RouteTable(routes))
                .isInstanceOf(InvalidConditionException.class)
                .hasMessageStartingWith("routes: bad: rules[1].when: at 1:");
    }

    private static Sandbox reading(RouteLimits route, RouteLimits sandbox) {
        return Sandbox.of(
                dev.sallyport.contract.config.Enforcement.ENFORCE,
                sandbox,
                https("api", "api.example.com").limits(route).rule(rule("request.json.x == 1")));
    }

    private static RuleConfig rule(String when, String... paths) {
        return new RuleConfig(List.of(), Stream.of(paths).map(PathPattern::new).toList(), Optional.of(when));
    }

    private static Asked get(String path) {
        return Asked.inTunnel("GET", "api.example.com", path);
    }

    private static Asked post(String path) {
        return Asked.inTunnel("POST", "api.example.com", path).chunked(JSON);
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }

    private static OptionalInt permittingRule(Step step) {
        return ((Step.Grant) step).permit().rule();
    }

    private static Deny refusal(Step step) {
        return ((Step.Refuse) step).deny();
    }
}
