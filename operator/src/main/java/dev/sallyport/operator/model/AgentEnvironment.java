package dev.sallyport.operator.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The variables by which common tools find the proxy and trust the sandbox's own authority, whose certificates are in
 * {@link #TRUST_DIRECTORY}. Which tool reads which is known from running them.
 */
public final class AgentEnvironment {

    /** Where the agent's containers find the certificates. */
    public static final String TRUST_DIRECTORY = "/var/run/sallyport/ca";

    /** The public roots and the sandbox's authority, for tools that take one file in place of their own. */
    private static final String BUNDLE = TRUST_DIRECTORY + "/ca-bundle.crt";

    /** The authority alone, for tools that add it to what they trust already. */
    private static final String AUTHORITY = TRUST_DIRECTORY + "/sandbox-ca.crt";

    private record Variable(String name, Function<ProxyAddress, String> value) {
        Variable(String name, String value) {
            this(name, address -> value);
        }
    }

    /** What tools read that are not made for a certain agent. */
    private static final List<Variable> GENERIC = List.of(
            new Variable("HTTP_PROXY", ProxyAddress::proxyUrl),
            new Variable("http_proxy", ProxyAddress::proxyUrl),
            new Variable("HTTPS_PROXY", ProxyAddress::proxyUrl),
            new Variable("https_proxy", ProxyAddress::proxyUrl),
            new Variable("NO_PROXY", ProxyAddress::withoutProxy),
            new Variable("no_proxy", ProxyAddress::withoutProxy),
            // Node reads the proxy's variables only where this one says so.
            new Variable("NODE_USE_ENV_PROXY", "1"),
            new Variable("SSL_CERT_FILE", BUNDLE),
            new Variable("NODE_EXTRA_CA_CERTS", AUTHORITY),
            new Variable("REQUESTS_CA_BUNDLE", BUNDLE),
            new Variable("CURL_CA_BUNDLE", BUNDLE),
            new Variable("GIT_SSL_CAINFO", BUNDLE),
            new Variable("PIP_CERT", BUNDLE),
            // By a base URL, pip speaks plain HTTP to nobody but the pod itself and whom this names.
            new Variable("PIP_TRUSTED_HOST", ProxyAddress::trustedHost),
            new Variable("npm_config_cafile", BUNDLE),
            new Variable("CARGO_HTTP_CAINFO", BUNDLE));

    private static final Set<String> NAMES =
            GENERIC.stream().map(variable -> folded(variable.name())).collect(Collectors.toUnmodifiableSet());

    private AgentEnvironment() {}

    /** Whether a variable is one of these, in whatever case: tools differ in which they read first. */
    public static boolean sets(String name) {
        return NAMES.contains(folded(name));
    }

    /**
     * The variables for one container, in the order in which they are set.
     *
     * @param own names that the container sets itself; one of them in another case leaves this one out too
     * @param address where the proxy is
     */
    public static Map<String, String> without(Stream<String> own, ProxyAddress address) {
        Set<String> taken = own.map(AgentEnvironment::folded).collect(Collectors.toSet());
        Map<String, String> rest = new LinkedHashMap<>();
        for (Variable variable : GENERIC) {
            String value = variable.value().apply(address);
            if (!value.isEmpty() && !taken.contains(folded(variable.name()))) {
                rest.put(variable.name(), value);
            }
        }
        return rest;
    }

    private static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
