package dev.sallyport.sidecar.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever authority is accepted, others read the same host and port from it, and from how it is spelt again. */
class AuthorityPropertyTest {

    @Property
    void is_read_as_the_library_reads_it(@ForAll("authorities") String text) {
        Authority read = accepted(text);

        URI uri = URI.create("http://" + text + "/");

        assertThat(uri.getRawAuthority()).isEqualTo(text);
        // Underscores and labels that begin with a digit make it a name of another kind to that class.
        if (uri.getHost() != null) {
            assertThat(uri.getRawUserInfo()).isNull();
            assertThat(uri.getPort()).isEqualTo(read.port().orElse(-1));
        }
        if (uri.getHost() != null && !text.startsWith("[")) {
            assertThat(uri.getHost().toLowerCase(Locale.ROOT).replaceFirst("\\.$", ""))
                    .isEqualTo(read.host());
        }
    }

    @Property
    void is_its_own_canonical_form(@ForAll("authorities") String text) {
        Authority read = accepted(text);

        String again =
                read.host() + (read.port().isPresent() ? ":" + read.port().getAsInt() : "");

        assertThat(Authority.parse(again)).contains(read);
        assertThat(Authority.canonical(read.host())).isEqualTo(read.host());
        assertThat(read.host()).isEqualTo(read.host().toLowerCase(Locale.ROOT)).doesNotEndWith(".");
    }

    @Property
    void anything_else_is_none(@ForAll String anything) {
        Authority.parse(anything).ifPresent(read -> assertThat(read.host()).matches("[-._a-z0-9]+|\\[[0-9a-f:.]+]"));
    }

    @Provide
    static Arbitrary<String> authorities() {
        Arbitrary<String> pieces = Arbitraries.frequencyOf(
                Tuple.of(5, Arbitraries.of("example", "Api", "a", "com", "xn--bcher-kva", "x_y", "1a")),
                Tuple.of(4, Arbitraries.of(".", ".", "-", ":", ":443", ":80")),
                Tuple.of(2, Arbitraries.of("127", "0", "1", "255", "0x7f", "017", "256")),
                Tuple.of(2, Arbitraries.of("[", "]", "::", "[::1]", "[2001:db8::1]", "ffff:", "1.2.3.4", "%25lo")),
                Tuple.of(1, Arbitraries.chars().range(' ', '\u00ff').map(String::valueOf)));
        return pieces.list().ofMinSize(1).ofMaxSize(7).map(list -> String.join("", list));
    }

    private static Authority accepted(String text) {
        Optional<Authority> read = Authority.parse(text);
        Assume.that(read.isPresent());
        return read.orElseThrow();
    }
}
