package dev.sallyport.sidecar.route;

import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.Scheme;

/**
 * Whom a request is for (RFC 6454).
 *
 * @param scheme how it is spoken to
 * @param host its name in lower case, an IPv4 literal, or an IPv6 literal in brackets as RFC 5952 spells it
 * @param port 1 to 65535
 */
public record Origin(Scheme scheme, String host, int port) {

    /** The origin that a pattern without a wildcard names. */
    public static Origin of(Scheme scheme, HostPattern literal) {
        return new Origin(
                scheme, Authority.canonical(literal.host()), literal.port().orElse(scheme.defaultPort()));
    }

    /** What stands in the Host field (RFC 9110, section 7.2): the port only where it is not the scheme's own. */
    public String hostField() {
        return port == scheme.defaultPort() ? host : host + ":" + port;
    }

    /** Whether a pattern names this origin's host and port. A wildcard stands for exactly one label. */
    public boolean matches(HostPattern pattern) {
        return pattern.port().orElse(scheme.defaultPort()) == port && hasHost(pattern);
    }

    /** Whether a pattern names this origin's host, whatever the ports. */
    boolean hasHost(HostPattern pattern) {
        if (!pattern.wildcard()) {
            return Authority.canonical(pattern.host()).equals(host);
        }
        int dot = host.indexOf('.');
        return dot > 0 && host.substring(dot + 1).equals(pattern.host());
    }
}
