package dev.sallyport.sidecar.server;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Optional;

/** A hello is whole, or beginning, or none, and stays what it is when more comes. */
class HelloParserFuzz {

    @FuzzTest
    void a_hello_is_read_in_one_way(byte[] octets) {
        Read whole = read(octets);
        if (whole.refused()) {
            require(read(Arrays.copyOf(octets, octets.length + 9)).refused(), "refused, and taken when more came");
            return;
        }
        whole.hello()
                .flatMap(HelloParser.Hello::serverName)
                .ifPresent(name -> require(
                        name.matches("[-_.a-z0-9]{1,254}") && !name.startsWith(".") && !name.endsWith("."),
                        "a name of other characters"));
        for (int length = 0; length < octets.length; length += 1 + octets.length / 40) {
            Read beginning = read(Arrays.copyOf(octets, length));
            require(
                    !beginning.refused() && (beginning.hello().isEmpty() || beginning.equals(whole)),
                    "its beginning was read otherwise");
        }
        if (whole.hello().isPresent()) {
            require(whole.equals(read(Arrays.copyOf(octets, octets.length + 9))), "what follows was read too");
        }
    }

    private record Read(boolean refused, Optional<HelloParser.Hello> hello) {}

    private static Read read(byte[] octets) {
        try {
            return new Read(false, HelloParser.parse(octets));
        } catch (IllegalArgumentException refused) {
            return new Read(true, Optional.empty());
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
