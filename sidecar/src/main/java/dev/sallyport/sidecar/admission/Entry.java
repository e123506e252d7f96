package dev.sallyport.sidecar.admission;

import dev.sallyport.contract.audit.AuditedRequest.Form;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.AgentAccess;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.credential.BasicField;
import dev.sallyport.sidecar.http.ClientStream.Tunnel;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.route.Authority;
import dev.sallyport.sidecar.route.Origin;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whether a request on the data port shows that it is the sandbox's own agent's, before anything else of it is looked at. The
 * token is asked for where the configuration has one. A request may carry it in its field, in its path, or in both; each that
 * is there must be right. What came through a tunnel is the agent's, since the tunnel's CONNECT was.
 */
public sealed interface Entry {

    /** What a path begins with behind the token where the proxy itself is asked, for the files that the agent trusts. */
    String TRUST = "/~trust/";

    /** Asked for by name among those files. */
    record Trust(String file) implements Entry {}

    /**
     * It is the agent's, or nobody is told apart.
     *
     * @param head the request without the path segment that held the token
     */
    record Admitted(RequestHead head) implements Entry {}

    /**
     * It is not.
     *
     * @param form how the client spoke to the proxy, as far as that is known
     * @param origin whom it was for, for the record; empty: nobody by name
     */
    record Refused(Form form, Optional<Origin> origin, Deny deny) implements Entry {}

    /**
     * Decides.
     *
     * @param tunnel what it came through; empty: it came to the data port as it is
     * @param access how the agent is known; empty: whoever reaches the port is the agent
     */
    static Entry of(RequestHead head, Optional<Tunnel> tunnel, Optional<AgentAccess> access) {
        if (tunnel.isPresent() || access.isEmpty()) {
            return new Admitted(head);
        }
        byte[] token = access.get().token().getBytes(StandardCharsets.US_ASCII);
        List<String> fields = head.fields().getAll("proxy-authorization");
        OptionalInt prefix = prefix(head.target());
        boolean carries = !fields.isEmpty() || prefix.isPresent();
        boolean byField = fields.isEmpty() || (fields.size() == 1 && isPair(fields.getFirst(), access.get()));
        boolean byPath = prefix.isEmpty() || isToken(head.target(), prefix.getAsInt(), token);
        if (!carries || !byField || !byPath) {
            return refused(head);
        }
        RequestHead shorter = prefix.isEmpty() ? head : withoutToken(head, prefix.getAsInt());
        return shorter.method().equals("GET") && shorter.target().startsWith(TRUST)
                ? new Trust(shorter.target().substring(TRUST.length()))
                : new Admitted(shorter);
    }

    /** Where the token begins in a path whose first segment is marked to hold one; empty: it is not. */
    private static OptionalInt prefix(String target) {
        if (target.startsWith("/~")) {
            return OptionalInt.of(2);
        }
        // As some libraries still spell a tilde (RFC 3986, section 2.3).
        return target.regionMatches(true, 0, "/%7E", 0, 4) ? OptionalInt.of(4) : OptionalInt.empty();
    }

    private static int end(String target, int from) {
        int end = from;
        while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
            end++;
        }
        return end;
    }

    private static boolean isToken(String target, int from, byte[] token) {
        byte[] given = target.substring(from, end(target, from)).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(token, given);
    }

    private static boolean isPair(String field, AgentAccess access) {
        byte[] expected = (AgentAccess.USER + ":" + access.token()).getBytes(StandardCharsets.US_ASCII);
        return BasicField.read(field)
                .filter(basic -> MessageDigest.isEqual(expected, basic.pair()))
                .isPresent();
    }

    private static RequestHead withoutToken(RequestHead head, int from) {
        String rest = head.target().substring(end(head.target(), from));
        return new RequestHead(
                head.protocol(),
                head.method(),
                head.scheme(),
                head.authority(),
                rest.startsWith("/") ? rest : "/" + rest,
                head.fields());
    }

    private static Refused refused(RequestHead head) {
        Deny deny = new Deny(
                Reason.PROXY_CREDENTIAL_REQUIRED,
                "This proxy serves one agent alone; use its URL with the user name and password, or the base URL, that stand"
                        + " in the agent's environment.");
        if (head.method().equals("CONNECT")) {
            Optional<Origin> origin = Authority.parse(head.target())
                    .filter(authority -> authority.port().isPresent())
                    .map(authority -> new Origin(
                            Scheme.HTTPS, authority.host(), authority.port().orElseThrow()));
            return new Refused(Form.TUNNEL, origin, deny);
        }
        return switch (Destination.of(head, Optional.empty())) {
            case Destination.Addressed addressed ->
                new Refused(addressed.form(), Optional.of(addressed.origin()), deny);
            case Destination.Named named -> new Refused(named.form(), Optional.empty(), deny);
            case Destination.Nobody nobody -> new Refused(nobody.form(), Optional.empty(), deny);
        };
    }
}
