package dev.sallyport.sidecar.admission;

import dev.sallyport.contract.audit.AuditedRequest.Form;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.http.ClientStream.Tunnel;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.route.Authority;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.RequestTarget;
import dev.sallyport.sidecar.route.RequestTarget.AbsoluteForm;
import dev.sallyport.sidecar.route.RequestTarget.AsteriskForm;
import dev.sallyport.sidecar.route.RequestTarget.Malformed;
import dev.sallyport.sidecar.route.RequestTarget.OriginForm;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whom a request names: by its target alone, or by its target, its Host and the tunnel that it came through, which then must
 * agree. RFC 9112, section 3.2.2 lets a proxy ignore the Host beside an absolute target; here a client that says two things
 * is refused.
 */
sealed interface Destination {

    Form form();

    /** A route by its name, which is the path's first segment. */
    record Named(OriginForm target) implements Destination {

        @Override
        public Form form() {
            return Form.BASE_URL;
        }
    }

    /**
     * A host.
     *
     * @param path from its first slash on, to be sent upstream
     * @param query with its question mark; empty: there is none
     * @param refusal why the request is refused whatever route there is; empty: it depends on the route
     */
    record Addressed(Form form, Origin origin, String path, String query, Optional<Deny> refusal)
            implements Destination {}

    /** Nobody. */
    record Nobody(Form form, Deny refusal) implements Destination {}

    /** Of a request whose method is not CONNECT. */
    static Destination of(RequestHead head, Optional<Tunnel> tunnel) {
        RequestTarget target = RequestTarget.parse(head.target());
        return malformation(head, target)
                .<Destination>map(why -> new Nobody(unreadable(head, tunnel), Refusals.malformed(why)))
                .or(() -> tunnel.map(through -> inside(head, through, target)))
                .orElseGet(() -> outside(head, target));
    }

    private static Form unreadable(RequestHead head, Optional<Tunnel> tunnel) {
        if (tunnel.isPresent()) {
            return Form.INTERCEPTED;
        }
        return head.method().equals("CONNECT") ? Form.TUNNEL : Form.UNKNOWN;
    }

    private static Optional<String> malformation(RequestHead head, RequestTarget target) {
        boolean isHttp2 = head.protocol() == Protocol.HTTP_2;
        if (target instanceof Malformed malformed) {
            return Optional.of("of its target, " + malformed.why());
        }
        if (isHttp2 && target instanceof AbsoluteForm) {
            return Optional.of("its :path is no path");
        }
        if (target instanceof AsteriskForm && !head.method().equals("OPTIONS")) {
            return Optional.of("only OPTIONS has the target *");
        }
        boolean isHttp =
                head.scheme().equals(Optional.of("http")) || head.scheme().equals(Optional.of("https"));
        return isHttp2 && !isHttp ? Optional.of("its :scheme is neither http nor https") : Optional.empty();
    }

    private static Destination outside(RequestHead head, RequestTarget target) {
        return switch (target) {
            case OriginForm path ->
                agreesWithItself(head) ? new Named(path) : new Nobody(Form.BASE_URL, Refusals.MISMATCH);
            case AbsoluteForm uri when uri.scheme().equals("http") -> forward(head, uri);
            case AbsoluteForm uri -> otherScheme(uri);
            case AsteriskForm _ -> new Nobody(Form.BASE_URL, Refusals.ASTERISK_OF_PROXY);
            case Malformed malformed -> new Nobody(Form.UNKNOWN, Refusals.malformed(malformed.why()));
        };
    }

    private static Destination forward(RequestHead head, AbsoluteForm uri) {
        if (isAsterisk(head, uri)) {
            return new Nobody(Form.HTTP_PROXY, Refusals.ASTERISK);
        }
        Origin origin = origin(Scheme.HTTP, uri.authority());
        return new Addressed(Form.HTTP_PROXY, origin, path(uri), uri.query(), disagreement(head, origin));
    }

    private static Destination otherScheme(AbsoluteForm uri) {
        return uri.scheme().equals("https")
                ? new Addressed(
                        Form.HTTP_PROXY,
                        origin(Scheme.HTTPS, uri.authority()),
                        path(uri),
                        uri.query(),
                        Optional.of(Refusals.HTTPS_IN_ABSOLUTE_FORM))
                : new Nobody(Form.HTTP_PROXY, Refusals.OTHER_SCHEME);
    }

    private static Destination inside(RequestHead head, Tunnel tunnel, RequestTarget target) {
        Scheme scheme = tunnel.secure() ? Scheme.HTTPS : Scheme.HTTP;
        Origin origin = new Origin(scheme, tunnel.host(), tunnel.port());
        if (isAsterisk(head, target)) {
            return new Nobody(Form.INTERCEPTED, Refusals.ASTERISK);
        }
        return switch (target) {
            case OriginForm path ->
                new Addressed(
                        Form.INTERCEPTED,
                        origin,
                        path.path(),
                        path.query(),
                        wrongScheme(head.scheme(), scheme).or(() -> disagreement(head, origin)));
            case AbsoluteForm uri ->
                new Addressed(
                        Form.INTERCEPTED,
                        origin,
                        path(uri),
                        uri.query(),
                        wrongScheme(Optional.of(uri.scheme()), scheme)
                                .or(() -> names(uri.authority(), origin)
                                        ? disagreement(head, origin)
                                        : Optional.of(Refusals.MISMATCH)));
            case AsteriskForm _ -> new Nobody(Form.INTERCEPTED, Refusals.ASTERISK);
            case Malformed malformed -> new Nobody(Form.INTERCEPTED, Refusals.malformed(malformed.why()));
        };
    }

    /** OPTIONS for a URI without path and query is for the server as a whole (RFC 9112, section 3.2.4). */
    private static boolean isAsterisk(RequestHead head, RequestTarget target) {
        return switch (target) {
            case AsteriskForm _ -> true;
            case AbsoluteForm uri ->
                head.method().equals("OPTIONS")
                        && uri.path().isEmpty()
                        && uri.query().isEmpty();
            case OriginForm _, Malformed _ -> false;
        };
    }

    private static Optional<Deny> wrongScheme(Optional<String> spelt, Scheme spoken) {
        return spelt.filter(scheme -> !scheme.equals(spoken == Scheme.HTTPS ? "https" : "http"))
                .map(_ -> Refusals.SCHEME_OF_TUNNEL);
    }

    /** Whether {@code :authority} and Host, which here may name the proxy in whatever way, are the same where both are. */
    private static boolean agreesWithItself(RequestHead head) {
        List<String> spelt = authorities(head).distinct().toList();
        if (spelt.size() < 2) {
            return true;
        }
        Set<Optional<Authority>> read = spelt.stream().map(Authority::parse).collect(Collectors.toSet());
        return read.size() == 1 && !read.contains(Optional.<Authority>empty());
    }

    private static Optional<Deny> disagreement(RequestHead head, Origin origin) {
        boolean agrees = authorities(head)
                .allMatch(spelt -> Authority.parse(spelt)
                        .filter(authority -> names(authority, origin))
                        .isPresent());
        return agrees ? Optional.empty() : Optional.of(Refusals.MISMATCH);
    }

    private static Stream<String> authorities(RequestHead head) {
        return Stream.concat(head.authority().stream(), head.fields().getAll("host").stream());
    }

    private static boolean names(Authority authority, Origin origin) {
        return authority.names(origin.host(), origin.port(), origin.scheme().defaultPort());
    }

    private static Origin origin(Scheme scheme, Authority authority) {
        return new Origin(scheme, authority.host(), authority.port().orElse(scheme.defaultPort()));
    }

    private static String path(AbsoluteForm uri) {
        return uri.path().isEmpty() ? "/" : uri.path();
    }
}
