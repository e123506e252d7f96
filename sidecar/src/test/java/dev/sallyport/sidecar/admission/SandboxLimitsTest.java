package dev.sallyport.sidecar.admission;

import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static dev.sallyport.sidecar.testing.RouteBuilder.passthrough;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.sidecar.admission.Admission.Step;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.policy.Permit;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SandboxLimitsTest {

    @Test
    void concurrency_is_bounded_for_each_route_and_for_all() {
        Sandbox sandbox = Sandbox.of(
                Enforcement.ENFORCE,
                limits(0, 2),
                https("a", "a.example.com").limits(limits(0, 1)),
                https("b", "b.example.com"));
        Permit a = granted(sandbox, "a");

        assertThat(refused(sandbox, "a").message()).startsWith("The route has its 1 requests under way");
        Permit b = granted(sandbox, "b");
        Deny deny = refused(sandbox, "b");
        assertThat(deny.reason().code()).isEqualTo("TooManyConcurrentRequests");
        assertThat(deny.message()).startsWith("The sandbox has its 2 requests under way");
        assertThat(deny.retryAfterSeconds()).hasValue(1);
        a.close();
        a.close();
        Permit again = granted(sandbox, "a");
        assertThat(refused(sandbox, "b").reason().code()).isEqualTo("TooManyConcurrentRequests");
        again.close();
        b.close();
        granted(sandbox, "b");
        granted(sandbox, "a");
    }

    @Test
    void the_rate_is_bounded_for_each_route_and_for_all() {
        Sandbox sandbox = Sandbox.of(
                Enforcement.ENFORCE,
                limits(3, 0),
                https("a", "a.example.com").limits(limits(1, 0)),
                https("b", "b.example.com"));

        granted(sandbox, "a").close();
        assertThat(refused(sandbox, "a").message()).startsWith("The route's requests of this minute");
        granted(sandbox, "b").close();
        granted(sandbox, "b").close();
        Deny deny = refused(sandbox, "b");
        assertThat(deny.reason().code()).isEqualTo("RateLimited");
        assertThat(deny.message()).startsWith("The sandbox's requests of this minute");
        assertThat(deny.retryAfterSeconds()).hasValue(20);
        sandbox.nanos.addAndGet(TimeUnit.SECONDS.toNanos(20));
        granted(sandbox, "b").close();
        assertThat(refused(sandbox, "b").reason().code()).isEqualTo("RateLimited");
    }

    @Test
    void what_the_sandbox_refuses_takes_nothing_of_the_route() {
        Sandbox sandbox = Sandbox.of(
                Enforcement.ENFORCE,
                limits(2, 0),
                https("a", "a.example.com").limits(limits(2, 2)),
                https("b", "b.example.com"));
        granted(sandbox, "b").close();
        granted(sandbox, "b").close();

        for (int i = 0; i < 10; i++) {
            assertThat(refused(sandbox, "a").message()).startsWith("The sandbox's");
        }
        sandbox.nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));

        granted(sandbox, "a");
        granted(sandbox, "a");
    }

    @Test
    void what_the_route_refuses_takes_nothing_of_the_sandbox() {
        Sandbox sandbox = Sandbox.of(
                Enforcement.ENFORCE,
                limits(3, 3),
                https("a", "a.example.com").limits(limits(1, 0)),
                https("b", "b.example.com"));
        granted(sandbox, "a");

        for (int i = 0; i < 10; i++) {
            assertThat(refused(sandbox, "a").message()).startsWith("The route's");
        }

        granted(sandbox, "b");
        granted(sandbox, "b");
        assertThat(refused(sandbox, "b").reason().code()).isEqualTo("TooManyConcurrentRequests");
    }

    @Test
    void what_a_rule_refuses_takes_nothing_of_any_limit() {
        Sandbox sandbox = Sandbox.of(
                Enforcement.ENFORCE,
                limits(1, 1),
                https("a", "a.example.com").limits(limits(1, 1)).rule(List.of("GET"), "/"));

        for (int i = 0; i < 10; i++) {
            assertThat(sandbox.outcome(Asked.inTunnel("GET", "a.example.com", "/x")))
                    .isEqualTo("PathNotAllowed");
        }

        granted(sandbox, "a");
    }

    @Test
    void a_body_is_bounded_by_the_smaller_of_both() {
        RouteLimits hundred = new RouteLimits(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.of(100));
        RouteLimits thousand = new RouteLimits(OptionalInt.empty(), OptionalInt.empty(), OptionalLong.of(1000));
        Sandbox sandbox = Sandbox.of(
                Enforcement.ENFORCE,
                hundred,
                https("a", "a.example.com").limits(thousand),
                https("b", "b.example.com"));
        Admission a =
                sandbox.admission(Asked.inTunnel("POST", "a.example.com", "/").body("text/plain", 101));
        Admission b =
                sandbox.admission(Asked.inTunnel("POST", "b.example.com", "/").body("text/plain", 100));

        assertThat(Sandbox.describe(a.begin())).isEqualTo("BodyTooLarge");
        assertThat(a.mostBodyBytes()).hasValue(100);
        assertThat(Sandbox.describe(b.begin())).isEqualTo("b@b.example.com:443");
        assertThat(b.mostBodyBytes()).hasValue(100);
    }

    @Test
    void a_tunnel_that_is_passed_through_takes_of_the_limits_and_an_intercepted_one_does_not() {
        Sandbox sandbox = Sandbox.of(
                Enforcement.ENFORCE,
                limits(0, 1),
                passthrough("pinned", "pinned.example.com"),
                https("a", "a.example.com"));
        Asked connect = Asked.http1("CONNECT", "a.example.com:443").field("Host", "a.example.com:443");
        Asked pinned = Asked.http1("CONNECT", "pinned.example.com:443").field("Host", "pinned.example.com:443");

        assertThat(sandbox.connect(connect)).isInstanceOf(TunnelAdmission.Verdict.Intercept.class);
        assertThat(sandbox.connect(connect)).isInstanceOf(TunnelAdmission.Verdict.Intercept.class);
        assertThat(sandbox.connect(pinned)).isInstanceOf(TunnelAdmission.Verdict.Passthrough.class);
        assertThat(sandbox.connect(pinned)).isInstanceOf(TunnelAdmission.Verdict.Refuse.class);
        assertThat(refused(sandbox, "a").reason().code()).isEqualTo("TooManyConcurrentRequests");
    }

    @Test
    void bounds_hold_and_everything_is_given_back_when_many_ask_at_once() throws Exception {
        Sandbox sandbox = Sandbox.of(
                Enforcement.ENFORCE,
                limits(1000, 5),
                https("a", "a.example.com").limits(limits(0, 3)),
                https("b", "b.example.com").limits(limits(0, 4)));
        int granted = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Integer>> tasks = IntStream.range(0, 4)
                    .<Callable<Integer>>mapToObj(i -> () -> {
                        int grants = 0;
                        for (int n = 0; n < 5_000; n++) {
                            Step step = sandbox.admission(
                                            Asked.inTunnel("GET", (n % 2 == 0 ? "a" : "b") + ".example.com", "/"))
                                    .begin();
                            if (step instanceof Step.Grant grant) {
                                grants++;
                                grant.permit().close();
                            }
                        }
                        return grants;
                    })
                    .toList();
            for (Future<Integer> future : threads.invokeAll(tasks)) {
                granted += future.get();
            }
        }

        // The clock stands still: as many tokens as the bucket holds, neither lost nor made.
        assertThat(granted).isLessThanOrEqualTo(1000).isGreaterThan(900);
        sandbox.nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
        granted(sandbox, "a");
        granted(sandbox, "a");
        granted(sandbox, "b");
        granted(sandbox, "b");
        granted(sandbox, "b");
        assertThat(refused(sandbox, "b").message()).startsWith("The sandbox has its 5");
    }

    /** @param perMinute 0: any rate */
    private static RouteLimits limits(int perMinute, int concurrent) {
        return new RouteLimits(
                perMinute == 0 ? OptionalInt.empty() : OptionalInt.of(perMinute),
                concurrent == 0 ? OptionalInt.empty() : OptionalInt.of(concurrent),
                OptionalLong.empty());
    }

    private static Permit granted(Sandbox sandbox, String route) {
        Step step = begin(sandbox, route);
        assertThat(step).isInstanceOf(Step.Grant.class);
        return ((Step.Grant) step).permit();
    }

    private static Deny refused(Sandbox sandbox, String route) {
        Step step = begin(sandbox, route);
        assertThat(step).isInstanceOf(Step.Refuse.class);
        return ((Step.Refuse) step).deny();
    }

    private static Step begin(Sandbox sandbox, String route) {
        return sandbox.admission(Asked.inTunnel("GET", route + ".example.com", "/"))
                .begin();
    }
}
