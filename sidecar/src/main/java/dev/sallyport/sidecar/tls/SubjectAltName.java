package dev.sallyport.sidecar.tls;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** The one name that a leaf is valid for: a DNS name or an IP address (RFC 5280, section 4.2.1.6). */
final class SubjectAltName {

    private static final Pattern DNS_NAME = Pattern.compile(
            "(?=.{1,253}$)[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)*+");
    private static final Pattern NUMERIC_END = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");
    private static final Pattern IPV4 =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]{2,45}");

    private final String text;
    private final byte[] generalName;

    private SubjectAltName(String text, byte[] generalName) {
        this.text = text;
        this.generalName = generalName;
    }

    /**
     * Reads a host as it stands in a request's authority: a name in A-label form with or without a trailing dot, an IPv4
     * address in four decimal parts, or an IPv6 address, in brackets or without, and without a zone.
     *
     * @throws IllegalArgumentException if it is none of them; the message doesn't quote it
     */
    static SubjectAltName of(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (IPV4.matcher(lower).matches()) {
            return ofAddress(InetAddress.ofLiteral(lower));
        }
        boolean bracketed = lower.length() > 2 && lower.startsWith("[") && lower.endsWith("]");
        String bare = bracketed ? lower.substring(1, lower.length() - 1) : lower;
        if (bare.indexOf(':') >= 0 && IPV6.matcher(bare).matches()) {
            return ofAddress(InetAddress.ofLiteral(bare));
        }
        String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        if (!DNS_NAME.matcher(name).matches() || NUMERIC_END.matcher(name).matches()) {
            throw new IllegalArgumentException("neither a host name nor an IP address");
        }
        return new SubjectAltName(name, Der.implicit(2, name.getBytes(StandardCharsets.US_ASCII)));
    }

    private static SubjectAltName ofAddress(InetAddress address) {
        return new SubjectAltName(address.getHostAddress(), Der.implicit(7, address.getAddress()));
    }

    /** The DER encoding as a {@code GeneralName}. */
    byte[] generalName() {
        return generalName.clone();
    }

    /** The name in its normal form: two spellings of one host have the same. */
    @Override
    public String toString() {
        return text;
    }
}
