package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.policy.Decision;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.route.AmbiguousPathException;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.RequestPath;
import dev.sallyport.sidecar.route.RequestTarget;
import dev.sallyport.sidecar.route.RequestTarget.OriginForm;
import dev.sallyport.sidecar.route.Route;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The stages before anything is sent: identify the route, canonicalise, check, limit. What was learnt on the way is kept
 * for the record, also when the request is refused.
 */
final class Admission {

    /** RFC 9110, section 5.6.2; longer ones are nobody's. */
    private static final Pattern METHOD = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]{1,32}");

    private static final Pattern HOST = Pattern.compile("[-._~A-Za-z0-9\\[\\]:]{0,261}");

    private final HttpServerRequest request;
    private Optional<Route> route = Optional.empty();
    private Optional<Origin> origin = Optional.empty();
    private Optional<String> path = Optional.empty();
    private String query = "";

    Admission(HttpServerRequest request) {
        this.request = request;
    }

    Decision decide(Snapshot snapshot, Policy policy) {
        return refusedHead(snapshot.config().limits()).orElseGet(() -> identified(snapshot, policy));
    }

    /** The way out that was meant; empty: none was found. */
    Optional<Route> route() {
        return route;
    }

    Optional<Origin> origin() {
        return origin;
    }

    /** The path that goes to the upstream, as the client spelt it; before a route is found, the target's. */
    Optional<String> path() {
        return path;
    }

    /** With its question mark; empty: there is none. */
    String query() {
        return query;
    }

    /** The body's declared length; empty: it ends when it ends. 0: there is none. */
    OptionalLong bodyBytes() {
        String length = request.headers().get(Fields.CONTENT_LENGTH);
        if (length != null) {
            return OptionalLong.of(Long.parseLong(length.strip()));
        }
        return request.headers().contains(Fields.TRANSFER_ENCODING) ? OptionalLong.empty() : OptionalLong.of(0);
    }

    private Optional<Decision> refusedHead(ProxyLimits limits) {
        MultiMap fields = request.headers();
        List<String> hosts = fields.getAll(Fields.HOST);
        boolean oldVersion = request.version() == HttpVersion.HTTP_1_0;
        if (request.uri().length() > limits.targetBytes()) {
            return deny(Reason.TARGET_TOO_LONG);
        }
        if (lines(fields) > limits.headFields()) {
            return deny(Reason.HEAD_TOO_LARGE);
        }
        if (!METHOD.matcher(request.method().name()).matches()
                || hosts.size() > 1
                || (hosts.isEmpty() && !oldVersion)
                || (!hosts.isEmpty() && !HOST.matcher(hosts.getFirst()).matches())
                || isFramedOddly(fields)) {
            return deny(Reason.MALFORMED_REQUEST);
        }
        if (request.method().name().equals("TRACE")) {
            return deny(Reason.METHOD_NOT_ALLOWED);
        }
        return Fields.isUpgrade(fields) ? deny(Reason.UPGRADE_NOT_ALLOWED) : Optional.empty();
    }

    /** The library's own size counts names, not lines. */
    private static int lines(MultiMap fields) {
        int lines = 0;
        for (var _ : fields) {
            lines++;
        }
        return lines;
    }

    /** One reading of the body's end only: chunked alone, and never beside a length or from HTTP/1.0. */
    private boolean isFramedOddly(MultiMap fields) {
        List<String> codings = fields.getAll(Fields.TRANSFER_ENCODING);
        if (codings.isEmpty()) {
            return false;
        }
        return codings.size() > 1
                || !codings.getFirst().strip().equalsIgnoreCase("chunked")
                || fields.contains(Fields.CONTENT_LENGTH)
                || request.version() == HttpVersion.HTTP_1_0;
    }

    private Decision identified(Snapshot snapshot, Policy policy) {
        if (request.method().name().equals("CONNECT")) {
            return denial(Reason.ROUTE_NOT_FOUND);
        }
        return switch (RequestTarget.parse(request.uri())) {
            case RequestTarget.Malformed malformed -> denial(Reason.MALFORMED_REQUEST);
            case RequestTarget.AbsoluteForm absolute -> denial(Reason.ROUTE_NOT_FOUND);
            case RequestTarget.AsteriskForm asterisk -> denial(Reason.ROUTE_NOT_FOUND);
            case OriginForm target -> routed(target, snapshot, policy);
        };
    }

    private Decision routed(OriginForm target, Snapshot snapshot, Policy policy) {
        path = Optional.of(target.path());
        route = snapshot.routes().named(target.firstSegment());
        origin = route.flatMap(Route::baseUrl);
        if (route.isEmpty() || origin.isEmpty()) {
            return denial(Reason.ROUTE_NOT_FOUND);
        }
        path = Optional.of(target.afterFirstSegment());
        query = target.query();
        RequestPath canonical;
        try {
            canonical = RequestPath.parse(target.afterFirstSegment());
        } catch (AmbiguousPathException e) {
            return new Deny(
                    Reason.AMBIGUOUS_PATH,
                    "The path could be read in two ways: " + e.getMessage() + "; send it in its normal form.");
        }
        return policy.decide(
                route.get(),
                origin.get(),
                request.method().name(),
                canonical,
                bodyBytes(),
                snapshot.config().enforcement());
    }

    private static Optional<Decision> deny(Reason reason) {
        return Optional.of(denial(reason));
    }

    private static Deny denial(Reason reason) {
        return new Deny(reason, RefusalBody.message(reason));
    }
}
