package dev.sallyport.operator.model;

import dev.sallyport.contract.config.AgentAccess;

/**
 * How the agent's containers reach the proxy.
 *
 * @param proxyUrl what {@code HTTPS_PROXY} and its kin hold; in another pod with the user name and token
 * @param baseUrl what stands before a route's name, without a slash at its end; in another pod with the token
 * @param withoutProxy what is reached directly, joined by commas: base URLs lead to the proxy already, and what the agent
 *     serves itself is its own affair
 * @param trustedHost what is spoken to without TLS although it is not the pod itself, as host and port; empty: nothing is
 */
public record ProxyAddress(String proxyUrl, String baseUrl, String withoutProxy, String trustedHost) {

    private static final String ITSELF = "localhost,127.0.0.1,::1";

    /** In the agent's own pod. */
    public static final ProxyAddress SIDECAR = new ProxyAddress(Names.DATA_URL, Names.DATA_URL, ITSELF, "");

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
                authority);
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
