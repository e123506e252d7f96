package dev.sallyport.sidecar.admission;

import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.contract.config.TlsMode;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.credential.Placeholders.Found;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.policy.Permit;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.route.Authority;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.Route;
import java.util.List;
import java.util.Optional;

/**
 * Whether a tunnel may be made (RFC 9110, section 9.3.6). The first of the routes to its host and port says whether it is
 * passed through; what comes through one that is intercepted is admitted request by request.
 */
public final class TunnelAdmission {

    private TunnelAdmission() {}

    /** What becomes of a CONNECT. */
    public sealed interface Verdict {

        /**
         * Nothing: the refusal is the answer.
         *
         * @param origin whom it was for; its scheme is a guess where no route says it; empty: not readable
         */
        record Refuse(Deny deny, Optional<Origin> origin) implements Verdict {}

        /**
         * The proxy ends the tunnel itself. Takes nothing of any limit.
         *
         * @param host in lower case without trailing dot, IPv6 in brackets
         * @param port 1 to 65535
         */
        record Intercept(String host, int port) implements Verdict {}

        /** It is passed through if its TLS server name is the origin's host; the permit is to be closed at its end. */
        record Passthrough(Permit permit) implements Verdict {}
    }

    /**
     * Decides.
     *
     * @param head whose method is CONNECT, of a request that did not come through a tunnel itself
     */
    public static Verdict decide(RequestHead head, Snapshot snapshot, Policy policy) {
        ProxyConfig config = snapshot.config();
        Optional<Deny> malformed =
                head.protocol() == Protocol.HTTP_2 || !head.method().equals("CONNECT")
                        ? Optional.of(Refusals.CONNECT_HERE)
                        : HeadCheck.ofTunnel(head, config.limits());
        if (malformed.isPresent()) {
            return new Verdict.Refuse(malformed.get(), Optional.empty());
        }
        Optional<Authority> target = Authority.parse(head.target())
                .filter(authority -> authority.port().isPresent());
        if (target.isEmpty()) {
            return new Verdict.Refuse(
                    Refusals.malformed(
                            "a CONNECT's target is a host and a port, each of which can be read in one way only"),
                    Optional.empty());
        }
        String host = target.get().host();
        int port = target.get().port().orElseThrow();
        List<Route> routes = snapshot.routes().throughTunnel(host, port);
        Origin origin = new Origin(
                routes.isEmpty() ? Scheme.HTTPS : routes.getFirst().config().scheme(), host, port);
        Optional<Deny> refusal = refusal(head, routes, origin, snapshot);
        if (refusal.isPresent()) {
            return new Verdict.Refuse(refusal.get(), Optional.of(origin));
        }
        Route first = routes.getFirst();
        if (first.config().tlsMode() == TlsMode.INTERCEPT) {
            return new Verdict.Intercept(host, port);
        }
        return switch (policy.tunnel(first, origin, config.enforcement(), config.requestLimits())) {
            case Deny deny -> new Verdict.Refuse(deny, Optional.of(origin));
            case Permit permit -> new Verdict.Passthrough(permit);
        };
    }

    /** Its fields go nowhere, but a placeholder among them tells what the tunnel is meant for. */
    private static Optional<Deny> refusal(RequestHead head, List<Route> routes, Origin origin, Snapshot snapshot) {
        List<Found> carried = snapshot.placeholders().carried(head.fields(), "/", "");
        if (RouteChoice.among(routes, carried, false) instanceof RouteChoice.Misused) {
            return Optional.of(Refusals.MISUSE);
        }
        boolean agrees = head.fields().getAll("host").stream()
                .allMatch(spelt -> Authority.parse(spelt)
                        .filter(authority -> authority.host().equals(origin.host())
                                && authority.port().orElse(origin.port()) == origin.port())
                        .isPresent());
        if (!agrees) {
            return Optional.of(Refusals.MISMATCH);
        }
        return routes.isEmpty() ? Optional.of(Refusals.NO_ROUTE) : Optional.empty();
    }
}
