package dev.sallyport.sidecar.policy;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.policy.when.Verdict.Cause;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.Route;
import dev.sallyport.sidecar.route.Route.Verdict;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Judges requests by the rules and limits of their route and the limits of the sandbox. What is used up of a route's limits
 * belongs to the route's name, so that a new configuration does not fill it again.
 */
public final class Policy {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final LongSupplier nanos;
    private final Map<String, Usage> usage = new ConcurrentHashMap<>();
    private final Usage ofSandbox = new Usage();

    /**
     * Begins with every limit unused.
     *
     * @param nanos a clock that never goes back and began at or above 0
     */
    public Policy(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Decides about a request.
     *
     * @param enforcement what becomes of one that a rule, a condition or a limit refuses
     * @param sandbox bounds on all routes' requests together
     * @return a permit, to be closed when the request has ended; the refusal; or that it takes the body to tell, which is
     *     said of a request only whose {@link PolicyRequest#bodyIsRead} is false
     */
    public Judgement judge(PolicyRequest request, Enforcement enforcement, RouteLimits sandbox) {
        Route route = request.route();
        OptionalLong most = mostBodyBytes(route.config().limits(), sandbox);
        if (most.isPresent()
                && request.bodyBytes().isPresent()
                && request.bodyBytes().getAsLong() > most.getAsLong()) {
            return bodyTooLarge(most.getAsLong());
        }
        return switch (route.judge(request.path(), request.facts(), request.bodyIsRead())) {
            case Verdict.Permitted permitted ->
                limited(route, request.origin(), permitted.rule(), enforcement, sandbox);
            case Verdict.NeedsBody _ -> Judgement.NeedsBody.TO_DECIDE;
            case Verdict.Unlisted.DELIMITER -> ambiguousDelimiter();
            case Verdict.Unlisted unlisted -> enforced(route, request.origin(), enforcement, refusal(unlisted));
            case Verdict.Unmet unmet ->
                enforced(route, request.origin(), enforcement, new Deny(reason(unmet.cause()), unmet.explanation()));
        };
    }

    /**
     * Decides about a tunnel whose inside is not seen: only limits hold.
     *
     * @return a permit, to be closed when the tunnel has ended, or the refusal
     */
    public Decision tunnel(Route route, Origin origin, Enforcement enforcement, RouteLimits sandbox) {
        return limited(route, origin, OptionalInt.empty(), enforcement, sandbox);
    }

    /** The smaller of the route's and the sandbox's bound on a body, in bytes; empty: neither has one. */
    public static OptionalLong mostBodyBytes(RouteLimits route, RouteLimits sandbox) {
        OptionalLong most = route.requestBodyBytes();
        OptionalLong other = sandbox.requestBodyBytes();
        if (most.isEmpty() || other.isEmpty()) {
            return most.isPresent() ? most : other;
        }
        return OptionalLong.of(Math.min(most.getAsLong(), other.getAsLong()));
    }

    /** The refusal of a body that is larger than its route or the sandbox permits. */
    public static Deny bodyTooLarge(long most) {
        return new Deny(
                Reason.BODY_TOO_LARGE,
                "The request's body is larger than the " + most
                        + " bytes that are permitted (limits.requestBodyBytes of its route or of the sandbox).");
    }

    private static Deny refusal(Verdict.Unlisted unlisted) {
        return switch (unlisted) {
            case METHOD ->
                new Deny(
                        Reason.METHOD_NOT_ALLOWED,
                        "No rule of the route permits this method on this path; add it to the rule's methods if it"
                                + " should pass.");
            case PATH ->
                new Deny(
                        Reason.PATH_NOT_ALLOWED,
                        "No rule of the route permits this path; add it to a rule's paths if it should pass.");
            case DELIMITER -> ambiguousDelimiter();
        };
    }

    /** Never let through: who reads the path otherwise than the rules do is asked for something else. */
    private static Deny ambiguousDelimiter() {
        return new Deny(
                Reason.AMBIGUOUS_PATH,
                "The path has an encoded slash or percent sign, which only a rule that spells it (%2F, %25) permits.");
    }

    private static Reason reason(Cause cause) {
        return switch (cause) {
            case NOT_MET -> Reason.CONDITION_NOT_MET;
            case BODY_UNUSABLE -> Reason.BODY_UNUSABLE;
            case NOT_EVALUABLE -> Reason.CONDITION_NOT_EVALUABLE;
            case TOO_COSTLY -> Reason.CONDITION_TOO_COSTLY;
        };
    }

    private Decision limited(
            Route route, Origin origin, OptionalInt rule, Enforcement enforcement, RouteLimits sandbox) {
        Usage ofRoute = of(route);
        RouteLimits own = route.config().limits();
        if (!ofRoute.enter(own.concurrentRequests())) {
            return enforced(route, origin, enforcement, tooMany("route", own.concurrentRequests()));
        }
        if (!ofSandbox.enter(sandbox.concurrentRequests())) {
            ofRoute.leave();
            return enforced(route, origin, enforcement, tooMany("sandbox", sandbox.concurrentRequests()));
        }
        long now = nanos.getAsLong();
        long wait = ofRoute.take(now, own.requestsPerMinute());
        String whose = "route";
        if (wait == 0) {
            wait = ofSandbox.take(now, sandbox.requestsPerMinute());
            whose = "sandbox";
            if (wait > 0) {
                ofRoute.giveBack(own.requestsPerMinute());
            }
        }
        if (wait > 0) {
            leave(ofRoute);
            return enforced(route, origin, enforcement, rateLimited(whose, wait));
        }
        return new Permit(route, origin, rule, Optional.empty(), () -> leave(ofRoute));
    }

    private static Deny tooMany(String whose, OptionalInt most) {
        return new Deny(
                Reason.TOO_MANY_CONCURRENT_REQUESTS,
                "The " + whose + " has its " + most.orElse(0)
                        + " requests under way (limits.concurrentRequests); wait until one has ended.",
                OptionalLong.of(1));
    }

    private static Deny rateLimited(String whose, long waitNanos) {
        long seconds = Math.ceilDiv(waitNanos, NANOS_PER_SECOND);
        return new Deny(
                Reason.RATE_LIMITED,
                "The " + whose + "'s requests of this minute are used up (limits.requestsPerMinute); try again in "
                        + seconds + " s.",
                OptionalLong.of(seconds));
    }

    private Decision enforced(Route route, Origin origin, Enforcement enforcement, Deny deny) {
        if (enforcement == Enforcement.ENFORCE) {
            return deny;
        }
        Usage ofRoute = of(route);
        ofRoute.enter(OptionalInt.empty());
        ofSandbox.enter(OptionalInt.empty());
        return new Permit(route, origin, OptionalInt.empty(), Optional.of(deny.reason()), () -> leave(ofRoute));
    }

    private Usage of(Route route) {
        return usage.computeIfAbsent(route.name(), name -> new Usage());
    }

    private void leave(Usage ofRoute) {
        ofSandbox.leave();
        ofRoute.leave();
    }
}
