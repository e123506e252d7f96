package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.config.IpLiteral;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What a host's text is. Only the exact spellings of RFC 3986, section 3.2.2, are addresses: nothing is guessed. */
final class Hosts {

    private static final Pattern NUMERIC = Pattern.compile("[0-9]+|0[xX][0-9a-fA-F]*");

    /** Where a machine's own names are. */
    static final List<InetAddress> LOOPBACK = List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));

    /** Besides localhost and what is below it: names that hosts files give to the loopback addresses. */
    private static final Set<String> LOCAL =
            Set.of("localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "loopback");

    private Hosts() {}

    /** Whether the host is written as an address: four decimal numbers, or an IPv6 address in brackets. */
    static boolean isLiteral(String host) {
        return IpLiteral.parse(host).isPresent();
    }

    /** Whether a name means the machine itself. */
    static boolean isLocal(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.endsWith(".localhost") || LOCAL.contains(name);
    }

    /**
     * Whether the host may be looked up as a name. What a resolver would read as an address all the same, such as
     * {@code 0x7f.1}, {@code 017700000001} or {@code 127.1}, ends in a number (URL Standard, section 3.5) and is no
     * name; nor is one with a trailing dot.
     */
    static boolean isName(String host) {
        if (host.isEmpty() || host.length() > 253) {
            return false;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        String last = host.substring(host.lastIndexOf('.') + 1);
        return !last.isEmpty() && !NUMERIC.matcher(last).matches() && !host.startsWith(".") && !host.contains("..");
    }
}
