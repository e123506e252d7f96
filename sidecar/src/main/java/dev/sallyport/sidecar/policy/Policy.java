package dev.sallyport.sidecar.policy;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.Enforcement;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.RequestPath;
import dev.sallyport.sidecar.route.Route;
import dev.sallyport.sidecar.route.Route.Verdict;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Judges requests by the rules and limits of their route. What is used up of a limit belongs to the route's name, so that a
 * new configuration does not fill it again.
 */
public final class Policy {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final LongSupplier nanos;
    private final Map<String, Usage> usage = new ConcurrentHashMap<>();

    /**
     * Begins with every limit unused.
     *
     * @param nanos a clock that never goes back and began at or above 0
     */
    public Policy(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Decides.
     *
     * @param bodyBytes the body's declared length; empty: it has none, or it ends when it ends
     * @return a permit, to be closed when the request has ended, or the refusal
     */
    public Decision decide(
            Route route,
            Origin origin,
            String method,
            RequestPath path,
            OptionalLong bodyBytes,
            Enforcement enforcement) {
        OptionalLong most = route.config().limits().requestBodyBytes();
        if (most.isPresent() && bodyBytes.isPresent() && bodyBytes.getAsLong() > most.getAsLong()) {
            return bodyTooLarge(most.getAsLong());
        }
        return switch (route.judge(method, path)) {
            case Verdict.Permitted permitted ->
                limited(
                        route,
                        origin,
                        permitted.rule() < 0 ? OptionalInt.empty() : OptionalInt.of(permitted.rule()),
                        enforcement);
            case Verdict.Refused refused -> {
                Deny deny = refusal(refused);
                yield deny.reason() == Reason.AMBIGUOUS_PATH || enforcement == Enforcement.ENFORCE
                        ? deny
                        : unenforced(route, origin, deny.reason());
            }
        };
    }

    /** The refusal of a body that is larger than its route permits. */
    public static Deny bodyTooLarge(long most) {
        return new Deny(
                Reason.BODY_TOO_LARGE,
                "The request's body is larger than the " + most
                        + " bytes that its route permits (limits.requestBodyBytes).");
    }

    private static Deny refusal(Verdict.Refused refused) {
        return switch (refused) {
            case METHOD ->
                new Deny(
                        Reason.METHOD_NOT_ALLOWED,
                        "No rule of the route permits this method on this path; add it to the rule's methods if it"
                                + " should pass.");
            case PATH ->
                new Deny(
                        Reason.PATH_NOT_ALLOWED,
                        "No rule of the route permits this path; add it to a rule's paths if it should pass.");
            case DELIMITER ->
                new Deny(
                        Reason.AMBIGUOUS_PATH,
                        "The path has an encoded slash or percent sign, which only a rule that spells it (%2F, %25)"
                                + " permits.");
        };
    }

    private Decision limited(Route route, Origin origin, OptionalInt rule, Enforcement enforcement) {
        Usage used = usage.computeIfAbsent(route.name(), name -> new Usage());
        OptionalInt concurrent = route.config().limits().concurrentRequests();
        if (!used.enter(concurrent)) {
            return enforced(
                    route,
                    origin,
                    enforcement,
                    new Deny(
                            Reason.TOO_MANY_CONCURRENT_REQUESTS,
                            "The route has its " + concurrent.orElse(0)
                                    + " requests under way (limits.concurrentRequests); wait until one has ended.",
                            OptionalLong.of(1)));
        }
        OptionalInt perMinute = route.config().limits().requestsPerMinute();
        long wait = perMinute.isPresent() ? used.bucket.take(nanos.getAsLong(), perMinute.getAsInt()) : 0;
        if (wait > 0) {
            used.leave();
            long seconds = Math.ceilDiv(wait, NANOS_PER_SECOND);
            return enforced(
                    route,
                    origin,
                    enforcement,
                    new Deny(
                            Reason.RATE_LIMITED,
                            "The route's requests of this minute are used up (limits.requestsPerMinute); try again in "
                                    + seconds + " s.",
                            OptionalLong.of(seconds)));
        }
        return new Permit(route, origin, rule, Optional.empty(), used::leave);
    }

    private Decision enforced(Route route, Origin origin, Enforcement enforcement, Deny deny) {
        return enforcement == Enforcement.ENFORCE ? deny : unenforced(route, origin, deny.reason());
    }

    private Permit unenforced(Route route, Origin origin, Reason reason) {
        Usage used = usage.computeIfAbsent(route.name(), name -> new Usage());
        used.enter(OptionalInt.empty());
        return new Permit(route, origin, OptionalInt.empty(), Optional.of(reason), used::leave);
    }

    private static final class Usage {

        private final TokenBucket bucket = new TokenBucket();
        private final AtomicInteger underWay = new AtomicInteger();

        boolean enter(OptionalInt most) {
            int now = underWay.incrementAndGet();
            if (most.isPresent() && now > most.getAsInt()) {
                leave();
                return false;
            }
            return true;
        }

        void leave() {
            underWay.decrementAndGet();
        }
    }
}
