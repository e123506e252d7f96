package dev.sallyport.sidecar.route;

import dev.sallyport.contract.config.IpLiteral;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A host and perhaps a port, as a Host field, {@code :authority} or a request target spells them (RFC 3986, section 3.2),
 * without a user name. Read strictly: what a resolver might read otherwise than it looks is no authority.
 *
 * @param host a name in lower case without its trailing dot, at most 253 characters; an IPv4 address of four decimal
 *     numbers; or an IPv6 address in brackets, spelt as RFC 5952 says
 * @param port 1 to 65535; empty: none is spelt
 */
public record Authority(String host, OptionalInt port) {

    private static final int LONGEST_NAME = 253;
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?");
    /** A last label that makes readers take the whole for an IPv4 address (WHATWG URL, section 3.5). */
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");

    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

    /**
     * Reads an authority.
     *
     * @return empty if it is none that can be read in one way only: a user name, percent-encoding, a zone, another
     *     script than ASCII, an empty label, an address in octal, hexadecimal or with fewer than four numbers, a port that
     *     is empty, has leading zeros or is out of range
     */
    public static Optional<Authority> parse(String text) {
        int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':');
        OptionalInt port = OptionalInt.empty();
        if (colon >= 0) {
            String digits = text.substring(colon + 1);
            if (!PORT.matcher(digits).matches() || Integer.parseInt(digits) > 65_535) {
                return Optional.empty();
            }
            port = OptionalInt.of(Integer.parseInt(digits));
        }
        OptionalInt spelt = port;
        return host(colon < 0 ? text : text.substring(0, colon)).map(host -> new Authority(host, spelt));
    }

    /** Whether this is that host and port. */
    public boolean names(String otherHost, int otherPort, int defaultPort) {
        return host.equals(otherHost) && port.orElse(defaultPort) == otherPort;
    }

    /** An IPv6 literal as RFC 5952 spells it; anything else as it is. */
    static String canonical(String host) {
        return host.startsWith("[") ? ipv6(host).orElse(host) : host;
    }

    private static Optional<String> host(String spelt) {
        if (!isAscii(spelt)) {
            // Lower-casing would make ASCII of the Kelvin sign.
            return Optional.empty();
        }
        String host = spelt.toLowerCase(Locale.ROOT);
        if (host.startsWith("[")) {
            return ipv6(host);
        }
        if (IpLiteral.parse(host).isPresent()) {
            return Optional.of(host);
        }
        return name(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
    }

    private static Optional<String> name(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            return Optional.empty();
        }
        String last = name;
        for (String label : name.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                return Optional.empty();
            }
            last = label;
        }
        return NUMBER.matcher(last).matches() ? Optional.empty() : Optional.of(name);
    }

    private static Optional<String> ipv6(String bracketed) {
        // The JDK takes an IPv4-mapped address for the IPv4 address; here it stays what was spelt.
        return IpLiteral.parse(bracketed)
                .map(address -> address instanceof Inet6Address
                        ? "[" + NetUtil.toAddressString(address) + "]"
                        : "[::ffff:" + address.getHostAddress() + "]");
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }
}
