package dev.sallyport.sidecar.admission;

import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.sidecar.admission.Admission.Step;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.credential.Credentials;
import dev.sallyport.sidecar.credential.Placeholders;
import dev.sallyport.sidecar.policy.Permit;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.policy.when.InvalidConditionException;
import dev.sallyport.sidecar.route.RouteTable;
import dev.sallyport.sidecar.testing.RouteBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A configuration, the policy that serves by it, and a clock that stands still unless it is told to go on. */
final class Sandbox {

    final AtomicLong nanos = new AtomicLong(1);
    final Policy policy = new Policy(nanos::get);
    final Snapshot snapshot;

    private Sandbox(List<RouteConfig> routes, Enforcement enforcement, RouteLimits limits) {
        ProxyConfig config = new ProxyConfig(
                ProxyConfig.SCHEMA,
                1,
                new SandboxRef("agents", "claude", "uid"),
                enforcement,
                AllowedHosts.OPTIONAL,
                Optional.empty(),
                Optional.empty(),
                ProxyLimits.DEFAULTS,
                limits,
                routes);
        try {
            snapshot = new Snapshot(
                    config, new RouteTable(routes), new Credentials(List.of(), Map.of()), Placeholders.of(routes));
        } catch (InvalidConditionException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static Sandbox of(RouteBuilder... routes) {
        return of(Enforcement.ENFORCE, RouteLimits.NONE, routes);
    }

    static Sandbox auditing(RouteBuilder... routes) {
        return of(Enforcement.AUDIT, RouteLimits.NONE, routes);
    }

    static Sandbox of(Enforcement enforcement, RouteLimits limits, RouteBuilder... routes) {
        return new Sandbox(Stream.of(routes).map(RouteBuilder::build).toList(), enforcement, limits);
    }

    Admission admission(Asked asked) {
        return new Admission(asked.head(), asked.contentLength(), asked.tunnel(), snapshot, policy);
    }

    TunnelAdmission.Verdict connect(Asked asked) {
        return TunnelAdmission.decide(asked.head(), snapshot, policy);
    }

    /** What it comes to: {@code "route@host:port"}, or the refusal's reason; a permit is closed at once. */
    String outcome(Asked asked) {
        return describe(admission(asked).begin());
    }

    /** The same with a body, which must be asked for. */
    String outcome(Asked asked, byte[] body) {
        Admission admission = admission(asked);
        Step first = admission.begin();
        return first instanceof Step.NeedsBody
                ? describe(admission.withBody(body))
                : "without its body: " + describe(first);
    }

    static String describe(Step step) {
        return switch (step) {
            case Step.Refuse refuse -> refuse.deny().reason().code();
            case Step.NeedsTime _ -> "needs time";
            case Step.NeedsBody needs -> "needs " + needs.mostBytes();
            case Step.Grant grant -> {
                try (Permit permit = grant.permit()) {
                    yield permit.route().name() + "@" + permit.origin().host() + ":"
                            + permit.origin().port()
                            + permit.wouldDeny()
                                    .map(reason -> " would deny " + reason.code())
                                    .orElse("");
                }
            }
        };
    }
}
