package dev.sallyport.sidecar.admission;

import static dev.sallyport.contract.config.PlaceholderConfig.Place.BASIC;
import static dev.sallyport.contract.config.PlaceholderConfig.Place.BODY;
import static dev.sallyport.contract.config.PlaceholderConfig.Place.HEADER;
import static dev.sallyport.contract.config.PlaceholderConfig.Place.PATH;
import static dev.sallyport.contract.config.PlaceholderConfig.Place.QUERY;
import static dev.sallyport.sidecar.testing.RouteBuilder.http;
import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static dev.sallyport.sidecar.testing.RouteBuilder.passthrough;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.AuditedRequest.Form;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.sidecar.admission.Admission.Step;
import dev.sallyport.sidecar.testing.RouteBuilder;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RouteChoiceTest {

    private static final String WORK = "placeholder_of_the_work_account";
    private static final String HOME = "placeholder_of_the_home_account";
    private static final String JSON = "application/json";

    @Nested
    class Without_placeholders {

        private final Sandbox sandbox = Sandbox.of(
                https("first", "api.example.com"),
                https("wild", "*.example.com"),
                https("exact", "www.example.com"),
                https("second", "api.example.com"),
                https("both", "a.example.org", "b.example.org"),
                https("picked", "a.example.net", "b.example.net").baseUrlHost("b.example.net"),
                passthrough("pinned", "pinned.example.com"));

        @Test
        void the_reverse_form_names_its_route_byte_for_byte() {
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/second/x"))).isEqualTo("second@api.example.com:443");
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/second"))).isEqualTo("second@api.example.com:443");
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/second?x=/first")))
                    .isEqualTo("second@api.example.com:443");
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/picked/x"))).isEqualTo("picked@b.example.net:443");
            for (String none : List.of(
                    "/Second/x",
                    "/%73econd/x",
                    "/second;/x",
                    "/second%2Fx",
                    "//second/x",
                    "/./second/x",
                    "/x/../second/x",
                    "/",
                    "/second.",
                    "/%2e/second")) {
                assertThat(sandbox.outcome(Asked.baseUrl("GET", none))).as(none).isEqualTo("RouteNotFound");
            }
        }

        @Test
        void a_route_without_one_literal_host_has_no_reverse_form() {
            for (String none : List.of("/wild/x", "/both/x", "/pinned/x")) {
                assertThat(sandbox.outcome(Asked.baseUrl("GET", none))).as(none).isEqualTo("RouteNotFound");
            }
        }

        @Test
        void the_first_route_in_the_configuration_s_order_has_the_host() {
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "api.example.com", "/")))
                    .isEqualTo("first@api.example.com:443");
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "www.example.com", "/")))
                    .isEqualTo("wild@www.example.com:443");
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "b.example.org", "/")))
                    .isEqualTo("both@b.example.org:443");
        }

        @Test
        void a_wildcard_is_one_label() {
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "a.b.example.com", "/")))
                    .isEqualTo("RouteNotFound");
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "example.com", "/")))
                    .isEqualTo("RouteNotFound");
        }

        @Test
        void the_record_has_what_was_learnt_of_a_refused_request() {
            Admission unknown = sandbox.admission(Asked.baseUrl("GET", "/nobody/x?a=b"));
            Admission mismatch = sandbox.admission(
                    Asked.inTunnel("GET", "api.example.com", "/y?a=b").field("Host", "x"));
            Admission ambiguous = sandbox.admission(Asked.baseUrl("GET", "/second/../x?a=b"));

            unknown.begin();
            mismatch.begin();
            ambiguous.begin();

            assertThat(unknown.form()).isEqualTo(Form.BASE_URL);
            assertThat(unknown.route()).isEmpty();
            assertThat(unknown.path()).contains("/nobody/x");
            assertThat(unknown.loggedQuery()).contains("a=");
            assertThat(mismatch.form()).isEqualTo(Form.INTERCEPTED);
            assertThat(mismatch.origin().orElseThrow().host()).isEqualTo("api.example.com");
            assertThat(mismatch.path()).contains("/y");
            assertThat(ambiguous.route().orElseThrow().name()).isEqualTo("second");
            assertThat(ambiguous.path()).contains("/../x");
        }
    }

    @Nested
    class With_placeholders {

        private final Sandbox sandbox = Sandbox.of(
                placed("work", "git.example.com").placeholder(WORK),
                placed("home", "git.example.com").placeholder(HOME, HEADER, QUERY, PATH),
                https("anyone", "git.example.com"),
                placed("only", "only.example.com").placeholder(WORK),
                https("elsewhere", "elsewhere.example.com"),
                http("plain", "plain.example.com"));

        @Test
        void the_first_route_whose_placeholder_is_carried_has_the_host() {
            assertThat(sandbox.outcome(git("/").field("Authorization", "Bearer " + WORK)))
                    .isEqualTo("work@git.example.com:443");
            assertThat(sandbox.outcome(git("/").field("X-Token", HOME))).isEqualTo("home@git.example.com:443");
            assertThat(sandbox.outcome(git("/").basic("git", WORK))).isEqualTo("work@git.example.com:443");
            assertThat(sandbox.outcome(git("/?token=" + HOME))).isEqualTo("home@git.example.com:443");
            assertThat(sandbox.outcome(git("/bot" + HOME + "/send"))).isEqualTo("home@git.example.com:443");
        }

        @Test
        void without_one_the_first_route_that_needs_none_has_it() {
            assertThat(sandbox.outcome(git("/"))).isEqualTo("anyone@git.example.com:443");
        }

        @Test
        void where_every_route_needs_one_the_request_is_asked_for_it() {
            Admission admission = sandbox.admission(Asked.inTunnel("GET", "only.example.com", "/"));

            assertThat(Sandbox.describe(admission.begin())).isEqualTo("PlaceholderMissing");
            assertThat(admission.route().orElseThrow().name()).isEqualTo("only");
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/only/x"))).isEqualTo("PlaceholderMissing");
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/work/x"))).isEqualTo("PlaceholderMissing");
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/work/x").field("Authorization", "token " + WORK)))
                    .isEqualTo("work@git.example.com:443");
        }

        @Test
        void one_in_a_place_that_its_route_does_not_list_is_misused() {
            assertThat(sandbox.outcome(git("/?token=" + WORK))).isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(git("/" + WORK))).isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(git("/").basic("git", HOME))).isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(git("/?token=" + WORK).field("Authorization", "Bearer " + WORK)))
                    .isEqualTo("PlaceholderMisuse");
        }

        @Test
        void two_of_different_routes_are_misused() {
            assertThat(sandbox.outcome(
                            git("/").field("Authorization", "Bearer " + WORK).field("X-Token", HOME)))
                    .isEqualTo("PlaceholderMisuse");
        }

        @Test
        void one_at_a_host_that_does_not_own_it_is_misused() {
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "elsewhere.example.com", "/")
                            .field("Authorization", "Bearer " + WORK)))
                    .isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(
                            Asked.inTunnel("GET", "only.example.com", "/").field("Authorization", "Bearer " + HOME)))
                    .isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(Asked.forward("http://plain.example.com/", "plain.example.com")
                            .field("X", WORK)))
                    .isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/elsewhere/x?" + WORK)))
                    .isEqualTo("PlaceholderMisuse");
        }

        @Test
        void one_on_its_way_to_a_host_that_no_route_knows_is_an_alarm_and_not_just_unknown() {
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "evil.example", "/?leak=" + WORK)))
                    .isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(Asked.forward("http://evil.example/" + WORK, "evil.example")))
                    .isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(Asked.forward("http://git.example.com/", "git.example.com")
                            .field("X", WORK)))
                    .isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/nobody/" + WORK))).isEqualTo("PlaceholderMisuse");
            assertThat(sandbox.outcome(Asked.baseUrl("GET", "/nobody//..%2f").field("X", WORK)))
                    .isEqualTo("PlaceholderMisuse");
        }

        @Test
        void a_body_that_quotes_one_is_no_misuse() {
            assertThat(sandbox.outcome(
                            Asked.inTunnel("POST", "elsewhere.example.com", "/").body(JSON, 100)))
                    .isEqualTo("elsewhere@elsewhere.example.com:443");
        }

        private Asked git(String target) {
            return Asked.inTunnel("GET", "git.example.com", target);
        }
    }

    @Nested
    class With_placeholders_in_bodies {

        private final Sandbox sandbox = Sandbox.of(
                placed("work", "id.example.com").placeholder(WORK, BODY, BASIC),
                placed("home", "id.example.com").placeholder(HOME, BODY).limits(bytes(50)),
                https("anyone", "id.example.com"),
                placed("only", "only.example.com").placeholder(HOME, BODY).limits(bytes(50)));

        @Test
        void a_json_or_form_body_is_read_to_find_them() {
            assertThat(sandbox.outcome(post(JSON), body(WORK))).isEqualTo("work@id.example.com:443");
            assertThat(sandbox.outcome(post("application/x-www-form-urlencoded; charset=utf-8"), body(HOME)))
                    .isEqualTo("home@id.example.com:443");
            assertThat(sandbox.outcome(post("application/x-ndjson"), body(WORK)))
                    .isEqualTo("work@id.example.com:443");
            assertThat(sandbox.outcome(post("application/vnd.api+json"), body("none")))
                    .isEqualTo("anyone@id.example.com:443");
            assertThat(sandbox.outcome(
                            Asked.inTunnel("POST", "only.example.com", "/").chunked(JSON), body("none")))
                    .isEqualTo("PlaceholderMissing");
        }

        @Test
        void a_body_of_another_kind_or_none_at_all_is_not() {
            assertThat(sandbox.outcome(post("application/x-git-receive-pack-request")))
                    .isEqualTo("anyone@id.example.com:443");
            assertThat(sandbox.outcome(post(JSON).field("Content-Encoding", "gzip")))
                    .isEqualTo("anyone@id.example.com:443");
            assertThat(sandbox.outcome(post(JSON).field("Content-Type", "text/plain")))
                    .isEqualTo("anyone@id.example.com:443");
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "id.example.com", "/")))
                    .isEqualTo("anyone@id.example.com:443");
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "only.example.com", "/")))
                    .isEqualTo("PlaceholderMissing");
        }

        @Test
        void a_body_is_not_read_where_the_head_has_one() {
            assertThat(sandbox.outcome(post(JSON).basic("id", WORK))).isEqualTo("work@id.example.com:443");
        }

        @Test
        void a_foreign_one_in_a_body_is_no_misuse() {
            Sandbox other = Sandbox.of(
                    placed("home", "id.example.com").placeholder(HOME, BODY),
                    placed("work", "git.example.com").placeholder(WORK));

            assertThat(other.outcome(post(JSON), body(HOME + WORK))).isEqualTo("home@id.example.com:443");
        }

        @Test
        void no_more_is_read_than_the_routes_permit() {
            Asked only = Asked.inTunnel("POST", "only.example.com", "/").chunked(JSON);

            assertThat(sandbox.outcome(only)).isEqualTo("needs 50");
            assertThat(sandbox.outcome(post(JSON))).isEqualTo("needs 33554432");
            assertThat(sandbox.outcome(
                            Asked.inTunnel("POST", "only.example.com", "/").body(JSON, 51)))
                    .isEqualTo("BodyTooLarge");
            assertThat(sandbox.outcome(
                            Asked.inTunnel("POST", "id.example.com", "/").body(JSON, Admission.MOST_READ + 1L)))
                    .isEqualTo("BodyTooLarge");
            assertThat(sandbox.outcome(post(JSON), (HOME + "x".repeat(50)).getBytes(UTF_8)))
                    .isEqualTo("BodyTooLarge");
        }

        @Test
        void nothing_is_read_for_what_is_refused_anyway() {
            assertThat(sandbox.outcome(
                            Asked.inTunnel("POST", "id.example.com", "/..").chunked(JSON)))
                    .isEqualTo("AmbiguousPath");
            assertThat(sandbox.outcome(Asked.http1("POST", "/")
                            .field("Host", "x")
                            .chunked(JSON)
                            .through("id.example.com", 443, true)))
                    .isEqualTo("AuthorityMismatch");
        }

        @Test
        void a_body_is_given_only_where_it_was_asked_for() {
            Admission admission = sandbox.admission(post(JSON));

            assertThatThrownBy(() -> admission.withBody(new byte[0])).isInstanceOf(IllegalStateException.class);
            assertThat(admission.begin()).isInstanceOf(Step.NeedsBody.class);
            assertThat(Sandbox.describe(admission.withBody(new byte[0]))).isEqualTo("anyone@id.example.com:443");
            assertThatThrownBy(() -> admission.withBody(new byte[0])).isInstanceOf(IllegalStateException.class);
        }

        private Asked post(String contentType) {
            return Asked.inTunnel("POST", "id.example.com", "/token").chunked(contentType);
        }

        private static byte[] body(String value) {
            return ("{\"x\":\"" + value + "\"}").getBytes(UTF_8);
        }
    }

    private static RouteBuilder placed(String name, String host) {
        return https(name, host).credential(new CredentialConfig.Bearer(new SecretRef("secret", "token")));
    }

    private static RouteLimits bytes(long most) {
        return new RouteLimits(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.of(most));
    }
}
