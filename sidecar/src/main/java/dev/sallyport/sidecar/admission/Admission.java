package dev.sallyport.sidecar.admission;

import dev.sallyport.contract.audit.AuditedRequest.Form;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.sidecar.admission.RouteChoice.InBody;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.credential.Placeholders.Found;
import dev.sallyport.sidecar.http.ClientStream.Tunnel;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.policy.Judgement;
import dev.sallyport.sidecar.policy.Permit;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.policy.PolicyRequest;
import dev.sallyport.sidecar.policy.when.RequestFacts;
import dev.sallyport.sidecar.route.AmbiguousPathException;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.RequestPath;
import dev.sallyport.sidecar.route.RequestTarget.OriginForm;
import dev.sallyport.sidecar.route.Route;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One request's way from its head to leave or refusal: identify the route, canonicalise, check, limit. What was learnt on
 * the way is kept for the record, also when the request is refused. Used by one thread at a time.
 */
public final class Admission {

    /** What is read of a body to decide on it, where no limit is smaller, in bytes. */
    public static final int MOST_READ = 32 * 1024 * 1024;

    /** What a head may have for its route's conditions to be evaluated at once, in characters: they take microseconds. */
    static final int MOST_AT_ONCE = 4 * 1024;

    private final RequestHead head;
    private final OptionalLong contentLength;
    private final Snapshot snapshot;
    private final Policy policy;
    private final Destination destination;

    private Optional<Route> route = Optional.empty();
    private Optional<Origin> origin = Optional.empty();
    private Optional<String> path = Optional.empty();
    private Optional<RequestPath> canonical = Optional.empty();
    private Optional<InBody> undecided = Optional.empty();
    private String query = "";
    private boolean awaitsBody;
    private boolean awaitsTime;
    private boolean hasTime;

    /**
     * Begins with the target; nothing is decided yet.
     *
     * @param head whose method is CONNECT only to be refused
     * @param contentLength the body's declared length; 0: there is none; empty: it ends when it ends
     * @param tunnel what it came through; empty: it came to the data port as it is
     */
    public Admission(
            RequestHead head, OptionalLong contentLength, Optional<Tunnel> tunnel, Snapshot snapshot, Policy policy) {
        this.head = head;
        this.contentLength = contentLength;
        this.snapshot = snapshot;
        this.policy = policy;
        this.destination = Destination.of(head, tunnel);
        switch (destination) {
            case Destination.Named named -> path = Optional.of(named.target().path());
            case Destination.Addressed addressed -> {
                origin = Optional.of(addressed.origin());
                path = Optional.of(addressed.path());
                query = addressed.query();
            }
            case Destination.Nobody _ -> {}
        }
    }

    /** What comes next. */
    public sealed interface Step {

        /** Nothing does: the refusal is the answer. */
        record Refuse(Deny deny) implements Step {}

        /**
         * The body is to be read as a whole and given to {@link Admission#withBody}.
         *
         * @param mostBytes what may be read; one that is longer is refused by {@link Admission#bodyTooLarge}
         */
        record NeedsBody(int mostBytes) implements Step {}

        /** The head is so large that its conditions may take a while: {@link Admission#withTime} decides. */
        enum NeedsTime implements Step {
            TO_DECIDE
        }

        /** The request may be sent; the permit is to be closed at its end. */
        record Grant(Permit permit) implements Step {}
    }

    /** Decides by the head, where that is enough. Takes microseconds. Called once. */
    public Step begin() {
        Optional<Deny> refusal =
                HeadCheck.refusal(head, contentLength, snapshot.config().limits());
        if (refusal.isPresent()) {
            return new Step.Refuse(refusal.get());
        }
        return switch (destination) {
            case Destination.Nobody nobody -> new Step.Refuse(nobody.refusal());
            case Destination.Named named -> identified(byName(named.target()), Optional.empty(), Refusals.NO_NAME);
            case Destination.Addressed addressed -> {
                List<Route> candidates = snapshot.routes().to(addressed.origin());
                boolean otherScheme = candidates.isEmpty() && snapshot.routes().knowsInOtherScheme(addressed.origin());
                yield identified(
                        candidates,
                        otherScheme
                                ? Optional.of(
                                        Refusals.otherScheme(addressed.origin().scheme()))
                                : addressed.refusal(),
                        Refusals.NO_ROUTE);
            }
        };
    }

    /**
     * Goes on after {@link Step.NeedsTime}. May take a second: not for event loops. Called once.
     *
     * @return never {@link Step.NeedsTime}
     */
    public Step withTime() {
        if (!awaitsTime) {
            throw new IllegalStateException("No time was asked for");
        }
        awaitsTime = false;
        hasTime = true;
        return judged(route.orElseThrow(), Optional.empty());
    }

    /**
     * Decides with the body, after {@link Step.NeedsBody}. May take a second: not for event loops. Called once.
     *
     * @param body all of it, at most as long as was said; not changed, not kept
     * @return neither {@link Step.NeedsBody} nor {@link Step.NeedsTime}
     */
    public Step withBody(byte[] body) {
        Optional<InBody> open = undecided;
        if (!awaitsBody) {
            throw new IllegalStateException("The body was not asked for");
        }
        awaitsBody = false;
        undecided = Optional.empty();
        if (open.isPresent()) {
            List<Found> found = snapshot.placeholders().carriedInBody(body, contentType());
            return chosen(open.get().after(found), Optional.of(body), Refusals.NO_ROUTE);
        }
        return judged(route.orElseThrow(), Optional.of(body));
    }

    /** The refusal of a body of which more came than {@link Step.NeedsBody} permits. */
    public static Deny bodyTooLarge(int mostBytes) {
        return mostBytes < MOST_READ ? Policy.bodyTooLarge(mostBytes) : Refusals.unreadablyLarge(mostBytes);
    }

    /** How the client spoke to the proxy. */
    public Form form() {
        return destination.form();
    }

    /** The way out that was meant; empty: none was found. */
    public Optional<Route> route() {
        return route;
    }

    /** Whom it is for; empty: it says nobody, or its route can't be reached by its name. */
    public Optional<Origin> origin() {
        return origin;
    }

    /** The path that goes to the upstream, as the client spelt it; before a route is found, the target's; empty: none. */
    public Optional<String> path() {
        return path;
    }

    /** As the client spelt it, with its question mark; empty: there is none. */
    public String query() {
        return query;
    }

    /** What the audit log may show of the query, at most 2048 characters; empty: nothing. */
    public Optional<String> loggedQuery() {
        return LoggedQuery.of(query, route);
    }

    /** Whether the upgrade to WebSocket is asked for, which a permit then covers. */
    public boolean isWebSocket() {
        return HeadCheck.isWebSocket(head);
    }

    /** What the body may have at most, in bytes: the smaller of the route's and the sandbox's bound; empty: any number. */
    public OptionalLong mostBodyBytes() {
        return Policy.mostBodyBytes(
                route.map(found -> found.config().limits()).orElse(RouteLimits.NONE),
                snapshot.config().requestLimits());
    }

    private List<Route> byName(OriginForm target) {
        route = snapshot.routes().named(target.firstSegment());
        origin = route.flatMap(Route::baseUrl);
        query = target.query();
        if (origin.isEmpty()) {
            return List.of();
        }
        path = Optional.of(target.afterFirstSegment());
        return route.stream().toList();
    }

    /**
     * Identifies the route. A placeholder where it does not belong is the first thing to be said, so that it is never
     * hidden behind another refusal.
     *
     * @param refusal why the request is refused whatever route there is; empty: it depends on the route
     */
    private Step identified(List<Route> candidates, Optional<Deny> refusal, Deny noRoute) {
        String spelt = path.orElse("/");
        Optional<Deny> ambiguity = canonicalise(spelt);
        List<Found> carried = snapshot.placeholders().carried(head.fields(), spelt, query);
        RouteChoice choice = RouteChoice.among(
                candidates, carried, !hasNoBody() && snapshot.placeholders().mayStandInBody(head.fields()));
        route = choice.route().or(() -> route);
        if (choice instanceof RouteChoice.Misused) {
            return new Step.Refuse(Refusals.MISUSE);
        }
        return refusal.or(() -> choice instanceof RouteChoice.None ? Optional.of(noRoute) : ambiguity)
                .<Step>map(Step.Refuse::new)
                .orElseGet(() -> chosen(choice, Optional.empty(), noRoute));
    }

    private Step chosen(RouteChoice choice, Optional<byte[]> body, Deny noRoute) {
        route = choice.route().or(() -> route);
        return switch (choice) {
            case RouteChoice.Chosen chosen -> judged(chosen.found(), body);
            case InBody open -> {
                undecided = Optional.of(open);
                yield needsBody(open.possible());
            }
            case RouteChoice.Missing _ -> new Step.Refuse(Refusals.PLACEHOLDER_MISSING);
            case RouteChoice.Misused _ -> new Step.Refuse(Refusals.MISUSE);
            case RouteChoice.None _ -> new Step.Refuse(noRoute);
        };
    }

    private Step judged(Route out, Optional<byte[]> body) {
        if (body.isEmpty() && !hasTime && out.hasConditions() && isLarge()) {
            awaitsTime = true;
            return Step.NeedsTime.TO_DECIDE;
        }
        RequestPath normal = canonical.orElseThrow();
        Origin to = origin.orElseThrow();
        RequestFacts facts = new RequestFacts(
                head.method(),
                to.host(),
                normal.normal(),
                query.isEmpty() ? "" : query.substring(1),
                head.fields(),
                body.map(ByteBuffer::wrap));
        OptionalLong length = body.map(bytes -> OptionalLong.of(bytes.length)).orElse(contentLength);
        boolean isRead = body.isPresent() || hasNoBody();
        return switch (policy.judge(
                new PolicyRequest(out, to, normal, facts, length, isRead),
                snapshot.config().enforcement(),
                snapshot.config().requestLimits())) {
            case Permit permit -> new Step.Grant(permit);
            case Deny deny -> new Step.Refuse(deny);
            case Judgement.NeedsBody _ -> needsBody(List.of(out));
        };
    }

    private Step needsBody(List<Route> possible) {
        long most = possible.stream()
                .map(out -> Policy.mostBodyBytes(
                        out.config().limits(), snapshot.config().requestLimits()))
                .mapToLong(bound -> Math.min(bound.orElse(MOST_READ), MOST_READ))
                .max()
                .orElse(MOST_READ);
        if (contentLength.isPresent() && contentLength.getAsLong() > most) {
            return new Step.Refuse(bodyTooLarge((int) most));
        }
        awaitsBody = true;
        return new Step.NeedsBody((int) most);
    }

    /** Why the path can't be read in one way; empty: it can, and is kept. */
    private Optional<Deny> canonicalise(String spelt) {
        try {
            canonical = Optional.of(RequestPath.parse(spelt));
            return Optional.empty();
        } catch (AmbiguousPathException e) {
            return Optional.of(Refusals.ambiguous(String.valueOf(e.getMessage())));
        }
    }

    private boolean isLarge() {
        long characters = (long) path.orElse("").length() + query.length();
        for (Iterator<Map.Entry<CharSequence, CharSequence>> it = head.fields().iteratorCharSequence();
                it.hasNext() && characters <= MOST_AT_ONCE; ) {
            Map.Entry<CharSequence, CharSequence> field = it.next();
            characters += (long) field.getKey().length() + field.getValue().length();
        }
        return characters > MOST_AT_ONCE;
    }

    private boolean hasNoBody() {
        return contentLength.isPresent() && contentLength.getAsLong() == 0;
    }

    /** Empty: there is none, or there are several. */
    private String contentType() {
        List<String> types = head.fields().getAll("content-type");
        return types.size() == 1 ? types.getFirst() : "";
    }
}
