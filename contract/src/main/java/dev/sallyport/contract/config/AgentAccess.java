package dev.sallyport.contract.config;

import dev.sallyport.contract.json.Require;
import java.util.List;

/**
 * How the data port knows its own agent, where others could reach it too. Every request must then carry the token: as the
 * password of {@link #USER} in {@code Proxy-Authorization: Basic} (RFC 7617), or in a path segment of its own before the
 * route's name, {@code /~<token>/<route>/…}. A tunnel carries it in its CONNECT, for all that is inside.
 *
 * @param token 32 to 128 unreserved characters (RFC 3986), so that it is the same in a URL and in a field
 * @param hosts what clients that speak TLS to the data port itself call the proxy: names and IP literals without a port,
 *     at most 32. A client that names none is shown a certificate for the first. Absent or empty: no TLS
 */
public record AgentAccess(String token, List<HostPattern> hosts) {

    /** The user name that stands before the token in a proxy's URL. */
    public static final String USER = "sallyport";

    private static final int MOST_HOSTS = 32;

    public AgentAccess {
        Require.that(
                Require.present(token, "token").matches("[-_A-Za-z0-9]{32,128}"),
                "token: not 32 to 128 letters, digits, hyphens and underscores");
        hosts = List.copyOf(Require.orElse(hosts, List.of()));
        Require.that(hosts.size() <= MOST_HOSTS, "hosts: more than " + MOST_HOSTS);
        for (HostPattern host : hosts) {
            Require.that(host.isLiteral() && host.port().isEmpty(), "hosts: a wildcard or a port");
        }
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "AgentAccess[hosts=" + hosts + "]";
    }
}
