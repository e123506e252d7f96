package dev.sallyport.contract.config;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An IP address as the host of a URI spells it (RFC 3986, section 3.2.2), and in no other way: some readers take
 * {@code 010.0.0.1} for 8.0.0.1, others for 10.0.0.1.
 */
public final class IpLiteral {

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String DOTTED = OCTET + "(\\." + OCTET + "){3}";
    private static final Pattern IPV4 = Pattern.compile(DOTTED);

    /** The groups' form, not yet their number; the JDK's parser would take longer ones, and zeros before an octet. */
    private static final Pattern IPV6 =
            Pattern.compile("\\[(?=[^\\[]{2,45}])([0-9a-fA-F]{0,4}:){1,8}([0-9a-fA-F]{0,4}|" + DOTTED + ")]");

    private IpLiteral() {}

    /**
     * Reads an address.
     *
     * @param host four decimal numbers without leading zeros, or an IPv6 address in brackets without a zone
     * @return empty if it is none, or spelt otherwise; an {@link java.net.Inet4Address} also for an IPv4-mapped IPv6 address
     */
    public static Optional<InetAddress> parse(String host) {
        if (IPV4.matcher(host).matches()) {
            return Optional.of(InetAddress.ofLiteral(host));
        }
        if (!IPV6.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(host.substring(1, host.length() - 1)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
