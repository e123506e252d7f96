package dev.sallyport.sidecar.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostsTest {

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3.4", "0.0.0.0", "255.255.255.255", "[::1]", "[2001:DB8::1]", "[::ffff:1.2.3.4]"})
    void an_address_in_its_exact_form_is_one(String host) {
        assertThat(Hosts.isLiteral(host)).isTrue();
        assertThat(Hosts.isName(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // What some resolver, browser or library reads as 127.0.0.1, or as an address at all.
                "127.1",
                "127.0.1",
                "2130706433",
                "0x7f000001",
                "0x7f.0.0.1",
                "0x7f.1",
                "0X7F.0x0.0x0.0x1",
                "017700000001",
                "0177.0.0.1",
                "0177.0.0.01",
                "127.0.0.01",
                "127.0.0.0x1",
                "127.0.0.1.",
                "1.2.3.4.5",
                "256.1.1.1",
                "1.2.3",
                "1.2.3.4:80",
                "::1",
                "[::1",
                "::1]",
                "[::1%lo]",
                "[fe80::1%25eth0]",
                "[fe80::1%2]",
                "[::1]:80",
                "010.0.0.1",
                "[::ffff:010.0.0.1]",
                "[::ffff:127.0.0.01]",
                "[:::]",
                "[1:2:3:4:5:6:7:8:9]",
                "[1.2.3.4]",
                "[v1.a]",
                "[]",
                "[:]",
                "[::127.0.0.1.1]",
                // Full-width and circled digits.
                "\uff11\uff12\uff17.0.0.1",
                "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
                "127\u30020\u30020\u30021",
                "",
                ".",
                ".example.com",
                "example..com",
                "example.com.",
                "localhost.",
                "a b",
                "a/b",
                "a@b",
                "a%2eb",
                "a\u0000b",
                "a\nb",
                "example.0x",
                "example.09",
            })
    void anything_else_that_looks_like_an_address_is_neither_address_nor_name(String host) {
        assertThat(Hosts.isLiteral(host)).isFalse();
        assertThat(Hosts.isName(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"example.com", "a", "_srv._tcp.example.com", "xn--bcher-kva.example", "0x7f.example", "1.a"})
    void a_name_is_one(String host) {
        assertThat(Hosts.isName(host)).isTrue();
        assertThat(Hosts.isLiteral(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "a.b.localhost", "ip6-localhost", "ip6-loopback", "localhost6"})
    void a_machines_own_names_are_known(String host) {
        assertThat(Hosts.isLocal(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost.example.com", "notlocalhost", "localhosts"})
    void other_names_are_not_a_machines_own(String host) {
        assertThat(Hosts.isLocal(host)).isFalse();
    }
}
