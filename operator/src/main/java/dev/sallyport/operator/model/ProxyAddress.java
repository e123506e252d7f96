package dev.sallyport.operator.model;

import dev.sallyport.contract.config.AgentAccess;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the agent's containers reach the proxy.
 *
 * @param proxyUrl what {@code HTTPS_PROXY} and its kin hold; in another pod with the user name and token
 * @param baseUrl what stands before a route's name, without a slash at its end; in another pod with the token
 * @param withoutProxy what is reached directly, joined by commas: base URLs lead to the proxy already, and what the agent
 *     serves itself is its own affair
 * @param javaProxy the same for Java, as options of its runtime joined by spaces: there is no place for a user in its proxy's
 *     address, so that only programs that look for these properties answer the proxy in another pod
 * @param trustedHost what is spoken to without TLS although it is not the pod itself, as host and port; empty: nothing is
 */
public record ProxyAddress(String proxyUrl, String baseUrl, String withoutProxy, String javaProxy, String trustedHost) {

    private static final String ITSELF = "localhost,127.0.0.1,::1";

    /** In the agent's own pod. */
    public static final ProxyAddress SIDECAR =
            new ProxyAddress(Names.DATA_URL, Names.DATA_URL, ITSELF, java("127.0.0.1", ""), "");

    /**
     * In a pod of its own.
     *
     * @param service the address of its Service, IPv4 or IPv6 without brackets
     * @param token by which the proxy knows its agent
     */
    public static ProxyAddress paired(String service, String token) {
        String authority = authority(service);
        return new ProxyAddress(
                "http://" + AgentAccess.USER + ":" + token + "@" + authority,
                "http://" + authority + "/~" + token,
                ITSELF + "," + service,
                java(service, token),
                authority);
    }

    /** {@link #withoutProxy} with the pod's own name. */
    String bypass(String hostname) {
        return withoutProxy + "," + hostname;
    }

    /** {@link #javaProxy} with what is reached without it. */
    String javaOptions(String hostname) {
        return javaProxy + " -Dhttp.nonProxyHosts="
                + Stream.of(bypass(hostname).split(","))
                        .map(ProxyAddress::host)
                        .map(host -> host.equals("127.0.0.1") ? "127.*" : host)
                        .collect(Collectors.joining("|"));
    }

    private static String java(String host, String token) {
        return Stream.of("http", "https")
                        .flatMap(scheme -> Stream.of(
                                property(scheme + ".proxyHost", host),
                                property(scheme + ".proxyPort", Integer.toString(Names.DATA_PORT)),
                                token.isEmpty() ? "" : property(scheme + ".proxyUser", AgentAccess.USER),
                                token.isEmpty() ? "" : property(scheme + ".proxyPassword", token)))
                        .filter(option -> !option.isEmpty())
                        .collect(Collectors.joining(" "))
                // Unless told otherwise it never answers a proxy before a tunnel.
                + (token.isEmpty() ? "" : " " + property("jdk.http.auth.tunneling.disabledSchemes", ""));
    }

    private static String property(String name, String value) {
        return "-D" + name + "=" + value;
    }

    /** An address and the data port, as a URL spells them. */
    public static String authority(String service) {
        return host(service) + ":" + Names.DATA_PORT;
    }

    /** An address as a URL spells it. */
    public static String host(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "ProxyAddress[" + withoutProxy + "]";
    }
}
