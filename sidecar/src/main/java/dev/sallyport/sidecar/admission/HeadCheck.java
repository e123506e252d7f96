package dev.sallyport.sidecar.admission;

import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.policy.Decision.Deny;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** What is asked of every head, whomever it is for. Its syntax and framing the server's side has checked already. */
final class HeadCheck {

    /** RFC 9110, section 5.6.2; longer ones are nobody's. */
    private static final Pattern METHOD = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]{1,32}");

    /** Wide enough for whatever name the proxy itself has; what must name a route's host is read strictly elsewhere. */
    private static final Pattern HOST = Pattern.compile("[-._~A-Za-z0-9\\[\\]:]{0,261}");

    /** RFC 9113, section 8.2.2. */
    private static final Set<String> OF_A_CONNECTION =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private HeadCheck() {}

    static Optional<Deny> refusal(RequestHead head, OptionalLong contentLength, ProxyLimits limits) {
        return bounds(head, limits)
                .or(() -> method(head))
                .or(() -> hosts(head))
                .or(() -> head.protocol() == Protocol.HTTP_2
                        ? ofConnection(head.fields())
                        : upgrade(head, contentLength));
    }

    /** The same of a CONNECT in HTTP/1. */
    static Optional<Deny> ofTunnel(RequestHead head, ProxyLimits limits) {
        return bounds(head, limits).or(() -> hosts(head));
    }

    private static Optional<Deny> bounds(RequestHead head, ProxyLimits limits) {
        if (head.target().length() > limits.targetBytes()) {
            return Optional.of(Refusals.targetTooLong(limits.targetBytes()));
        }
        int fields = 0;
        var all = head.fields().iteratorCharSequence();
        while (all.hasNext()) {
            all.next();
            fields++;
        }
        return fields > limits.headFields()
                ? Optional.of(Refusals.tooManyFields(limits.headFields()))
                : Optional.empty();
    }

    /** One Host (RFC 9112, section 3.2), or one {@code :authority} (RFC 9113, section 8.3.1); HTTP/1.0 may have none. */
    private static Optional<Deny> hosts(RequestHead head) {
        List<String> hosts = head.fields().getAll("host");
        if (hosts.size() > 1) {
            return malformed("it has several Host fields");
        }
        if (hosts.isEmpty() && head.authority().isEmpty() && head.protocol() != Protocol.HTTP_1_0) {
            return malformed("it names no host");
        }
        boolean readable = hosts.stream().allMatch(host -> HOST.matcher(host).matches())
                && head.authority().stream().allMatch(host -> HOST.matcher(host).matches());
        return readable ? Optional.empty() : malformed("its Host is none");
    }

    /** Whether it asks for WebSocket (RFC 6455, section 4.1) and nothing else. */
    static boolean isWebSocket(RequestHead head) {
        List<String> upgrades = head.fields().getAll("upgrade");
        return head.protocol() == Protocol.HTTP_1_1
                && head.method().equals("GET")
                && upgrades.size() == 1
                && lower(upgrades.getFirst().strip()).equals("websocket")
                && nominates(head.fields(), "upgrade");
    }

    private static Optional<Deny> method(RequestHead head) {
        String method = head.method();
        if (!METHOD.matcher(method).matches()) {
            return malformed("its method is none");
        }
        // Methods are case-sensitive, but not every server knows.
        if (method.equalsIgnoreCase("TRACE")) {
            return Optional.of(Refusals.TRACE);
        }
        return method.equalsIgnoreCase("CONNECT") ? Optional.of(Refusals.CONNECT_HERE) : Optional.empty();
    }

    private static Optional<Deny> ofConnection(HttpHeaders fields) {
        for (Map.Entry<String, String> field : fields) {
            String name = lower(field.getKey());
            if (OF_A_CONNECTION.contains(name)
                    || (name.equals("te") && !field.getValue().equalsIgnoreCase("trailers"))) {
                return malformed("HTTP/2 has no fields of a connection");
            }
        }
        return Optional.empty();
    }

    /** An upgrade that is not nominated by Connection is none (RFC 9110, section 7.8), and one to HTTP/2 may be ignored. */
    private static Optional<Deny> upgrade(RequestHead head, OptionalLong contentLength) {
        if (!nominates(head.fields(), "upgrade")) {
            return Optional.empty();
        }
        if (isWebSocket(head)) {
            return contentLength.equals(OptionalLong.of(0)) ? Optional.empty() : Optional.of(Refusals.UPGRADE);
        }
        boolean ignored = head.fields().getAll("upgrade").stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .map(protocol -> lower(protocol.strip()))
                .allMatch(protocol -> protocol.isEmpty() || protocol.equals("h2c"));
        return ignored ? Optional.empty() : Optional.of(Refusals.UPGRADE);
    }

    private static boolean nominates(HttpHeaders fields, String name) {
        return fields.getAll("connection").stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .anyMatch(option -> option.strip().equalsIgnoreCase(name));
    }

    private static Optional<Deny> malformed(String why) {
        return Optional.of(Refusals.malformed(why));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
