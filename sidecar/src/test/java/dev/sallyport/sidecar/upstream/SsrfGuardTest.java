package dev.sallyport.sidecar.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.Addresses;
import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No address that leads into the machine, the node, the cloud or the network behind it passes, in whatever form it comes. */
class SsrfGuardTest {

    private final AddressPolicy policy = new SpecialPurposeRegistries();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "93.184.216.34",
                "172.15.255.255",
                "172.32.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450:4001::1",
                "::ffff:1.1.1.1",
                "64:ff9b::101:101",
                "2002:101:101::1",
                // Teredo between two public addresses; ISATAP with a public one.
                "2001:0:4136:e378:8000:63bf:fefe:fefe",
                "2606:4700::5efe:1.1.1.1",
                "2606:4700::200:5efe:1.1.1.1",
            })
    void global_addresses_pass(String address) {
        assertThat(policy.permits(InetAddress.ofLiteral(address), Addresses.PUBLIC))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "fc00::1",
                "fd12:3456::1",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1",
                "2002:a00:1::1",
                "::10.0.0.1",
                "::ffff:0:10.0.0.1",
                "2001:0:4136:e378:8000:63bf:f5ff:fffe",
                "2001:0:a00:1:8000:63bf:fefe:fefe",
                "2606:4700::5efe:10.0.0.1",
                "2606:4700::200:5efe:192.168.0.1",
                "fd12::5efe:1.1.1.1",
                "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            })
    void private_addresses_pass_only_where_they_are_asked_for(String address) {
        assertThat(policy.permits(InetAddress.ofLiteral(address), Addresses.PUBLIC))
                .isFalse();
        assertThat(policy.permits(InetAddress.ofLiteral(address), Addresses.PRIVATE))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.169.254",
                "169.254.1.1",
                "192.0.0.1",
                "192.0.2.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "100.100.100.200",
                "168.63.129.16",
                "::",
                "::1",
                "::7f00:1",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "::ffff:0:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                // NAT64's local prefix, with whatever inside.
                "64:ff9b:1::1",
                "64:ff9b:1::101:101",
                "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
                // ISATAP, in a global network and in a private one.
                "2606:4700::5efe:127.0.0.1",
                "2606:4700::200:5efe:169.254.169.254",
                "fd12::5efe:127.0.0.1",
                // Teredo, whose server is loopback.
                "2001:0:7f00:1:8000:63bf:fefe:fefe",
                "2002:7f00:1::1",
                "2001:0:1:2:3:4:80ff:fffe",
                "2001:db8::1",
                "2001:2::1",
                "3fff::1",
                "5f00::1",
                "100::1",
                "fe80::1",
                "fec0::1",
                "fd00:ec2::254",
                "fd20:ce::254",
                "fd00:c1::a9fe:a9fe",
                "fd00:42::42",
                "fe80::a9fe:a9fe",
                "192.0.0.192",
                "ff02::1",
            })
    void loopback_link_local_metadata_and_the_rest_never_pass(String address) {
        assertThat(policy.permits(InetAddress.ofLiteral(address), Addresses.PUBLIC))
                .isFalse();
        assertThat(policy.permits(InetAddress.ofLiteral(address), Addresses.PRIVATE))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"2606:4700::1111%lo", "fe80::1%lo"})
    void zones_never_pass(String address) throws Exception {
        InetAddress scoped = java.net.Inet6Address.getByAddress(
                null, InetAddress.ofLiteral(address.replace("%lo", "")).getAddress(), 1);

        assertThat(policy.permits(scoped, Addresses.PRIVATE)).isFalse();
    }
}
