package dev.sallyport.sidecar.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class NeedlesTest {

    @Test
    void masksAFieldsValue() {
        try (Needles needles = Needles.of(List.of(bytes("secret-token"), bytes("s\u00e9cret")))) {
            assertThat(needles.mask("Bearer secret-token, x")).isEqualTo("Bearer ************, x");
            assertThat(needles.mask("a=%73ecret-token&b=c2VjcmV0LXRva2Vu"))
                    .isEqualTo("a=" + "*".repeat(14) + "&b=" + "*".repeat(16));
            // As HTTP has it: each byte of UTF-8 a character of its own.
            assertThat(needles.mask("s\u00c3\u00a9cret")).isEqualTo("*******");
            assertThat(needles.mask("\u20ac secret-token \u20ac*")).isEqualTo("\u20ac ************ \u20ac*");
        }
    }

    @Test
    void givesBackAValueWithoutASecretAsItIs() {
        try (Needles needles = Needles.of(List.of(bytes("secret-token")));
                Needles none = Needles.of(List.of())) {
            String value = "secret-toke *** \u20ac";

            assertThat(needles.mask(value)).isSameAs(value);
            assertThat(none.mask("secret-token")).isEqualTo("secret-token");
        }
    }

    @Test
    void masksASecretThatIsNotText() {
        byte[] secret = {(byte) 0x80, 0, (byte) 0xFF, 1, 2, 3, (byte) 0xC3};
        byte[] text = {'a', (byte) 0x80, 0, (byte) 0xFF, 1, 2, 3, (byte) 0xC3, 'b'};
        try (Needles needles = Needles.of(List.of(secret));
                StreamMasker masker = needles.newStream()) {
            masker.maskWhole(text, 0, text.length);
        }

        assertThat(new String(text, StandardCharsets.US_ASCII)).isEqualTo("a*******b");
    }

    @Test
    void takesNoSecretThatIsTooShortOrTooLong() {
        for (int length : List.of(0, 1, 5, 16 * 1024 + 1)) {
            byte[] secret = "x".repeat(length).getBytes(StandardCharsets.US_ASCII);

            assertThat(Needles.isMaskable(secret)).isFalse();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Needles.of(List.of(bytes("secret-token"), secret)))
                    .withMessage("a secret to mask has 6 to 16384 bytes");
        }
        assertThat(Needles.isMaskable(bytes("sixsix"))).isTrue();
        assertThat(Needles.isMaskable(new byte[16 * 1024])).isTrue();
    }

    @Test
    void keepsTheCallersArraysAsTheyAre() {
        byte[] secret = bytes("secret-token");

        Needles needles = Needles.of(List.of(secret));
        secret[0] = 'S';

        assertThat(needles.mask("secret-token Secret-token")).isEqualTo("************ Secret-token");
        needles.close();
        assertThat(secret).isEqualTo(bytes("Secret-token"));
    }

    @Test
    void forgetsAllOnceItAndItsStreamsAreClosed() throws ReflectiveOperationException {
        Needles needles = Needles.of(List.of(bytes("secret-token")));
        StreamMasker running = needles.newStream();
        Field field = Needles.class.getDeclaredField("graph");
        field.setAccessible(true);
        NeedleGraph graph = (NeedleGraph) field.get(needles);

        needles.close();
        needles.close();

        assertThatIllegalStateException().isThrownBy(needles::newStream);
        assertThatIllegalStateException().isThrownBy(() -> needles.mask("secret-token"));
        assertThat(isWiped(graph)).isFalse();
        running.close();
        assertThat(isWiped(graph)).isTrue();
    }

    @Test
    void tellsNothingOfTheSecret() {
        try (Needles needles = Needles.of(List.of(bytes("secret-token")));
                StreamMasker masker = needles.newStream()) {
            byte[] text = bytes("secret-");
            masker.mask(text, 0, text.length, (array, offset, length) -> {});

            assertThat(needles.toString()).isEqualTo("Needles[closed=false]");
            assertThat(masker.toString()).isEqualTo("StreamMasker[held=7]");
        }
    }

    /** Whether none of its arrays tells one byte from another. */
    private static boolean isWiped(NeedleGraph graph) throws ReflectiveOperationException {
        for (Field field : NeedleGraph.class.getDeclaredFields()) {
            field.setAccessible(true);
            Object value = field.get(graph);
            if (value == null || !value.getClass().isArray() || field.getName().equals("isEnd")) {
                continue;
            }
            for (int i = 1; i < Array.getLength(value); i++) {
                Object one = Array.get(value, i);
                if (one instanceof int[] targets ? targets.length > 0 : !one.equals(Array.get(value, 0))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
