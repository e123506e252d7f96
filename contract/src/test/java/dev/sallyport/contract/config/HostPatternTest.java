package dev.sallyport.contract.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPatternTest {

    @Test
    void readsAnExactNameInLowerCase() {
        HostPattern pattern = HostPattern.parse("API.Example.com");

        assertThat(pattern).isEqualTo(new HostPattern("api.example.com", false, OptionalInt.empty()));
    }

    @Test
    void readsAWildcardWithAPort() {
        HostPattern pattern = HostPattern.parse("*.example.com:8443");

        assertThat(pattern).isEqualTo(new HostPattern("example.com", true, OptionalInt.of(8443)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "api.example.com",
                "*.example.com",
                "api.example.com:1",
                "api.example.com:65535",
                "xn--bcher-kva.example",
                "_service.example.com",
                "192.0.2.1",
                "192.0.2.1:8080",
                "[2001:db8::1]",
                "[2001:db8::1]:443",
                "[::]",
                "[1:2:3:4:5:6:7:8]",
                "[1:2:3:4:5:6:7::]",
                "[::ffff:192.0.2.1]",
                "[64:ff9b::192.0.2.1]:443"
            })
    void writesWhatItRead(String text) {
        assertThat(HostPattern.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.com",
                "a.*.example.com",
                "a*.example.com",
                "*a.example.com",
                "*.*.example.com",
                "example.com.",
                ".example.com",
                "a..example.com",
                "-a.example.com",
                "a-.example.com",
                "ex ample.com",
                "example.com\n",
                "bücher.example",
                "user@example.com",
                "example.com/path",
                "http://example.com",
                "example.com:",
                "example.com:0",
                "example.com:65536",
                "example.com:080",
                "example.com:http",
                "2001:db8::1",
                "[2001:db8::1",
                "256.1.1.1",
                "127.1",
                "0x7f.0.0.1",
                "0177.0.0.1",
                "010.0.0.1",
                "10.0.0.010",
                "010.0.0.1:80",
                "[10.0.0.1]",
                "[]",
                "[:]",
                "[:::]",
                "[::::]",
                "[....]",
                "[1::2::3]",
                "[12345::]",
                "[1:2:3:4:5:6:7]",
                "[1:2:3:4:5:6:7:8:9]",
                "[::ffff:010.0.0.1]",
                "[::ffff:10.0.0.256]",
                "[::ffff:10.0.1]",
                "[::1.2.3.4:5]",
                "[fe80::1%eth0]",
                "[fe80::1%25eth0]",
                "[::1]x",
                "2130706433",
                "example.0x7f"
            })
    void refusesWhatIsNoHostOrCouldBeReadInTwoWays(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> HostPattern.parse(text));
    }

    @Test
    void refusesALabelOfMoreThan63AndANameOfMoreThan253Characters() {
        assertThatIllegalArgumentException().isThrownBy(() -> HostPattern.parse("a".repeat(64) + ".example.com"));
        assertThatIllegalArgumentException().isThrownBy(() -> HostPattern.parse("a.".repeat(126) + "ab"));
    }
}
