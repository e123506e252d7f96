package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HelloParserTest {

    private static final byte[] HELLO = Hellos.hello("API.Example.com");

    private static Optional<String> name(byte[] octets) {
        return HelloParser.parse(octets).orElseThrow().serverName();
    }

    @Test
    void finds_the_server_name_in_lower_case() {
        assertThat(name(HELLO)).contains("api.example.com");
        assertThat(name(Hellos.hello(null))).isEmpty();
    }

    @Test
    void finds_it_in_records_of_any_size() {
        for (int size = 1; size < HELLO.length; size++) {
            assertThat(name(Hellos.inRecordsOf(size, HELLO))).contains("api.example.com");
        }
    }

    @Test
    void asks_for_more_of_each_beginning() {
        for (byte[] hello : new byte[][] {HELLO, Hellos.inRecordsOf(3, HELLO)}) {
            for (int length = 0; length < hello.length; length++) {
                assertThat(HelloParser.parse(Arrays.copyOf(hello, length)))
                        .as("the first %d", length)
                        .isEmpty();
            }
        }
    }

    @Test
    void takes_no_notice_of_what_follows() {
        assertThat(name(Arrays.copyOf(HELLO, HELLO.length + 1000))).contains("api.example.com");
    }

    @Test
    void refuses_what_no_hello_begins_with() {
        refuses(octets("GET / HTTP/1.1\r\n"));
        refuses(new byte[] {22, 2, 0, 0, 1});
        refuses(new byte[] {22, 3, 1, 0, 0});
        refuses(new byte[] {22, 3, 1, 0x40, 1});
        refuses(new byte[] {22, 3, 1, 0, 4, 2});
        refuses(new byte[] {21, 3, 1, 0, 2, 2, 0});
    }

    @Test
    void refuses_a_hello_longer_than_is_kept() {
        refuses(new byte[] {22, 3, 1, 0, 4, 1, 1, 0, 0});
        byte[] zeros = new byte[HelloParser.MOST_BYTES];
        System.arraycopy(new byte[] {22, 3, 1, 0x3f, 0, 1, 0, (byte) 0xff, (byte) 0xfc}, 0, zeros, 0, 9);
        for (int at = 5 + 0x3f00; at < zeros.length; at += 5 + 0x3f00) {
            System.arraycopy(new byte[] {22, 3, 1, 0x3f, 0}, 0, zeros, at, Math.min(5, zeros.length - at));
        }
        refuses(zeros);
    }

    @Test
    void refuses_names_that_are_not_one_host_name() {
        for (String name : new String[] {
            "api.example.co\0",
            "api.example com",
            "api..example.co",
            "api/example.com",
            ".pi.example.com",
            "\u00e4pi.example.com",
            "api.example.co:"
        }) {
            refuses(replaced(HELLO, "API.Example.com", name));
        }
        assertThat(name(replaced(HELLO, "API.Example.com", "api.example.co."))).contains("api.example.co");
    }

    @Test
    void refuses_lengths_that_lead_beyond_the_end() {
        int at = Hellos.indexOf(HELLO, octets("API.Example.com"));
        for (int length = at - 9; length < at; length++) {
            byte[] wrong = HELLO.clone();
            wrong[length]++;
            if (length != at - 9 && length != at - 8) {
                refuses(wrong);
            }
        }
    }

    @Test
    void never_fails_otherwise() {
        Random random = new Random(42);
        int whole = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] mutant = (i % 2 == 0 ? HELLO : Hellos.inRecordsOf(50, HELLO)).clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            try {
                whole += HelloParser.parse(mutant).isPresent() ? 1 : 0;
            } catch (IllegalArgumentException e) {
                // refused
            }
        }
        assertThat(whole).isBetween(1_000, 49_000);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] replaced(byte[] hello, String from, String to) {
        byte[] copy = hello.clone();
        System.arraycopy(octets(to), 0, copy, Hellos.indexOf(hello, octets(from)), to.length());
        return copy;
    }

    private static void refuses(byte[] octets) {
        assertThatIllegalArgumentException().isThrownBy(() -> HelloParser.parse(octets));
    }
}
