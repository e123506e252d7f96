package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.config.Addresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * Judges by IANA's registries: an address passes if it is globally reachable, or private where that is asked for. An IPv4
 * address inside an IPv6 one is judged as that IPv4 address: mapped, compatible, translated (RFC 2765), NAT64's well-known
 * prefix (RFC 6052), 6to4, Teredo (both of its addresses), and ISATAP's besides the IPv6 address itself.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IPv4 special-purpose addresses</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IPv6 special-purpose addresses</a>
 */
public final class SpecialPurposeRegistries implements AddressPolicy {

    /** RFC 1918, RFC 6598 (shared, which cloud and cluster networks use) and RFC 4193. */
    private static final List<Block> PRIVATE =
            blocks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

    /**
     * Metadata services in ranges that are private otherwise: Alibaba Cloud's, and over IPv6 those of AWS, Google, Oracle and
     * Scaleway. All others are link-local.
     */
    private static final List<Block> METADATA = blocks(
            "100.100.100.200/32", "fd00:ec2::/32", "fd20:ce::254/128", "fd00:c1::a9fe:a9fe/128", "fd00:42::42/128");

    private static final List<Block> NOT_GLOBAL = blocks(
            "0.0.0.0/8",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            // Azure's virtual machines find their host's agent at this public address.
            "168.63.129.16/32");

    /**
     * All unicast addresses that IANA has given out. What is outside is not global: loopback, link-local, site-local,
     * multicast, NAT64's local prefix (RFC 8215), segment routing.
     */
    private static final Block GLOBAL_UNICAST = Block.parse("2000::/3");

    private static final List<Block> NOT_GLOBAL_IPV6 = blocks("2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16");

    private static final Block MAPPED = Block.parse("::ffff:0:0/96", 16);
    private static final Block COMPATIBLE = Block.parse("::/96", 16);
    private static final Block TRANSLATED = Block.parse("::ffff:0:0:0/96", 16);
    private static final Block NAT64 = Block.parse("64:ff9b::/96");
    private static final Block SIX_TO_FOUR = Block.parse("2002::/16");
    private static final Block TEREDO = Block.parse("2001::/32");

    @Override
    public boolean permits(InetAddress address, Addresses setting) {
        return switch (address) {
            case Inet4Address ipv4 -> permits4(ipv4.getAddress(), setting);
            case Inet6Address ipv6 -> ipv6.getScopeId() == 0 && permits6(ipv6.getAddress(), setting);
            default -> false;
        };
    }

    private static boolean permits4(byte[] address, Addresses setting) {
        if (isIn(METADATA, address) || isIn(NOT_GLOBAL, address)) {
            return false;
        }
        return setting == Addresses.PRIVATE || !isIn(PRIVATE, address);
    }

    private static boolean permits6(byte[] address, Addresses setting) {
        // The interface identifier of any network may be an IPv4 address that a router unwraps to (RFC 5214).
        if (isIsatap(address) && !permits4(Arrays.copyOfRange(address, 12, 16), setting)) {
            return false;
        }
        List<byte[]> embedded = embedded(address);
        if (!embedded.isEmpty()) {
            return embedded.stream().allMatch(ipv4 -> permits4(ipv4, setting));
        }
        if (isIn(METADATA, address)) {
            return false;
        }
        if (isIn(PRIVATE, address)) {
            return setting == Addresses.PRIVATE;
        }
        return GLOBAL_UNICAST.contains(address) && !isIn(NOT_GLOBAL_IPV6, address);
    }

    /** The IPv4 addresses that a host, a relay or a translator would make of it; empty: none. */
    private static List<byte[]> embedded(byte[] address) {
        if (MAPPED.contains(address)
                || COMPATIBLE.contains(address)
                || TRANSLATED.contains(address)
                || NAT64.contains(address)) {
            return List.of(Arrays.copyOfRange(address, 12, 16));
        }
        if (SIX_TO_FOUR.contains(address)) {
            return List.of(Arrays.copyOfRange(address, 2, 6));
        }
        if (TEREDO.contains(address)) {
            // The server, which the first packet goes to, and the client, which is written inverted (RFC 4380, section
            // 4).
            byte[] client = Arrays.copyOfRange(address, 12, 16);
            for (int i = 0; i < client.length; i++) {
                client[i] = (byte) ~client[i];
            }
            return List.of(Arrays.copyOfRange(address, 4, 8), client);
        }
        return List.of();
    }

    private static boolean isIsatap(byte[] address) {
        return (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == (byte) 0xfe;
    }

    private static boolean isIn(List<Block> blocks, byte[] address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    private static List<Block> blocks(String... texts) {
        return Arrays.stream(texts).map(Block::parse).toList();
    }

    private static final class Block {

        private final byte[] prefix;
        private final int bits;

        private Block(byte[] prefix, int bits) {
            this.prefix = prefix;
            this.bits = bits;
        }

        static Block parse(String text) {
            int slash = text.indexOf('/');
            byte[] prefix = InetAddress.ofLiteral(text.substring(0, slash)).getAddress();
            return new Block(prefix, Integer.parseInt(text.substring(slash + 1)));
        }

        /** For texts that the JDK reads as IPv4: an IPv4-mapped address becomes an {@link Inet4Address}. */
        static Block parse(String text, int octets) {
            int slash = text.indexOf('/');
            byte[] prefix = new byte[octets];
            switch (text.substring(0, slash)) {
                case "::ffff:0:0" -> Arrays.fill(prefix, 10, 12, (byte) 0xff);
                case "::ffff:0:0:0" -> Arrays.fill(prefix, 8, 10, (byte) 0xff);
                case "::" -> Arrays.fill(prefix, (byte) 0);
                default -> throw new IllegalArgumentException(text);
            }
            return new Block(prefix, Integer.parseInt(text.substring(slash + 1)));
        }

        boolean contains(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            int whole = bits / 8;
            if (!Arrays.equals(address, 0, whole, prefix, 0, whole)) {
                return false;
            }
            int rest = bits % 8;
            return rest == 0 || ((address[whole] ^ prefix[whole]) & 0xff) >> (8 - rest) == 0;
        }
    }
}
