package dev.sallyport.sidecar.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamMaskerTest {

    private static final String SECRET = "sk-test_0A+b/C=9~é\"x";

    @Test
    void masksEveryFormAtEqualLength() {
        byte[] bytes = SECRET.getBytes(StandardCharsets.UTF_8);
        List<String> forms = new ArrayList<>(List.of(
                SECRET,
                URLEncoder.encode(SECRET, StandardCharsets.UTF_8),
                "sk-test_0A%2Bb/C%3D9~%C3%A9%22x",
                "sk-test_0A%2bb%2fC%3d9~%c3%a9%22x",
                "sk-test_0A+b\\/C=9~\\u00e9\\\"x",
                "\\u0073k-test_0A+b/C=9~\\u00E9\\u0022x"));
        StringBuilder all = new StringBuilder();
        for (byte b : bytes) {
            all.append(String.format("%%%02X", b));
        }
        forms.add(all.toString());
        for (String form : forms) {
            String masked = maskAtOnce("<" + form + ">", SECRET);

            assertThat(masked).as(form).isEqualTo("<" + "*".repeat(latin1(form).length()) + ">");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "ab", "user:", "user1:", "user22:"})
    void masksBase64WhereverItBegins(String before) {
        for (String secret : List.of("secret", "secret7", "secret88", "\u00ff\u00fe?>\u00fb\u00ef\u00be??>>")) {
            for (String after : List.of("", "!", "!!", "!!!")) {
                byte[] whole = (before + secret + after).getBytes(StandardCharsets.UTF_8);
                byte[] needle = secret.getBytes(StandardCharsets.UTF_8);
                for (Base64.Encoder encoder : List.of(
                        Base64.getEncoder(),
                        Base64.getEncoder().withoutPadding(),
                        Base64.getUrlEncoder(),
                        Base64.getUrlEncoder().withoutPadding())) {
                    String encoded = encoder.encodeToString(whole);

                    String masked = maskAtOnce("Basic " + encoded + "\r\n", secret);

                    int from = before.length() * 8 / 6;
                    int to = ((before.length() + needle.length) * 8 + 5) / 6;
                    assertThat(masked)
                            .isEqualTo("Basic " + encoded.substring(0, from) + "*".repeat(to - from)
                                    + encoded.substring(to) + "\r\n");
                }
            }
        }
    }

    @Test
    void masksEachOfSeveralAndWhereTheyOverlap() {
        assertThat(maskAtOnce("abcabcabcx abcabc cabcab", "abcabc", "cabcab")).isEqualTo("*********x ****** ******");
        assertThat(maskAtOnce("aaaaaaaaa aaaaa", "aaaaaa")).isEqualTo("********* aaaaa");
        assertThat(maskAtOnce("prefix-one prefix-oneandtwo", "prefix-one", "prefix-oneandtwo"))
                .isEqualTo("********** ****************");
        assertThat(maskAtOnce("100%25%25% 100%%%%%%", "%25%25%", "%%%%%%")).isEqualTo("100******* 100******");
    }

    @Test
    void leavesWhatIsNoSecretAndWhatIsOnlyPartOfOne() {
        String text = "sk-test_0A+b/C=9~é\" sk-test_ 0A+b SK-TEST_0A+B/C=9~É\"X";

        assertThat(maskAtOnce(text, SECRET)).isEqualTo(maskAtOnce(text));
        assertThat(maskAtOnce("", SECRET)).isEmpty();
    }

    @Test
    void masksAcrossAnyTwoCuts() {
        byte[] text = ("a " + latin1(SECRET) + " "
                        + Base64.getEncoder().encodeToString((":" + SECRET).getBytes(StandardCharsets.UTF_8)) + " z")
                .getBytes(StandardCharsets.ISO_8859_1);
        String whole = maskAtOnce(new String(text, StandardCharsets.UTF_8), SECRET);
        try (Needles needles = needles(SECRET)) {
            for (int first = 0; first <= text.length; first++) {
                for (int second = first; second <= text.length; second++) {
                    try (StreamMasker masker = needles.newStream()) {
                        ByteArrayOutputStream out = new ByteArrayOutputStream();
                        masker.mask(text.clone(), 0, first, out::write);
                        masker.mask(text.clone(), first, second - first, out::write);
                        masker.mask(text.clone(), second, text.length - second, out::write);
                        masker.finish(out::write);

                        assertThat(out.toString(StandardCharsets.ISO_8859_1)).isEqualTo(whole);
                    }
                }
            }
        }
    }

    @Test
    void letsEachEventOfAStreamLeaveAsItComes() {
        byte[] event = "event: content_block_delta\ndata: {\"text\":\"sk-te st sk-tes\\n\"}\n\n"
                .getBytes(StandardCharsets.UTF_8);
        try (Needles needles = needles(SECRET, "\nstarts-with-a-line-end");
                StreamMasker masker = needles.newStream()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int i = 1; i <= 100; i++) {
                masker.mask(event.clone(), 0, event.length, out::write);

                // The last line end alone begins one of the secrets.
                assertThat(out.size()).isEqualTo(i * event.length - 1);
            }
        }
        try (Needles needles = needles(SECRET);
                StreamMasker masker = needles.newStream()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int i = 1; i <= 100; i++) {
                masker.mask(event.clone(), 0, event.length, out::write);

                assertThat(out.size()).isEqualTo(i * event.length);
            }
        }
    }

    @Test
    void doesWhatTheNaiveWayDoesWhateverTheCuts() {
        long seed = new SecureRandom().nextLong();
        System.out.println("Streams are random with seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            List<String> secrets = randomSecrets(random);
            NaiveMasking naive = new NaiveMasking(secrets);
            String text = randomText(random, secrets);
            BitSet masked = naive.masked(text);
            byte[] expected = text.getBytes(StandardCharsets.ISO_8859_1);
            masked.stream().forEach(at -> expected[at] = StreamMasker.MASK);
            try (Needles needles = needles(secrets.toArray(String[]::new));
                    StreamMasker masker = needles.newStream()) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                int at = 0;
                while (at < text.length()) {
                    int length = Math.min(text.length() - at, random.nextInt(random.nextBoolean() ? 4 : 40));
                    byte[] chunk = text.substring(at, at + length).getBytes(StandardCharsets.ISO_8859_1);
                    masker.mask(chunk, 0, length, out::write);
                    at += length;

                    int open = naive.firstOpen(text.substring(0, at));
                    assertThat(out.size())
                            .as("given out of %s", text.substring(0, at))
                            .isBetween(Math.min(open, at), Math.min(masked.nextClearBit(open), at));
                }
                masker.finish(out::write);

                assertThat(out.toString(StandardCharsets.ISO_8859_1))
                        .as("secrets %s, text %s", secrets, text)
                        .isEqualTo(new String(expected, StandardCharsets.ISO_8859_1));
                assertThat(masker.maskedBytes()).isEqualTo(masked.cardinality());
            }
        }
    }

    @Test
    void treatsMessagesOneByOne() {
        try (Needles needles = needles("secret-token");
                StreamMasker masker = needles.newStream()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            masker.mask("secret-".getBytes(StandardCharsets.UTF_8), 0, 7, out::write);
            assertThat(out.size()).isZero();
            masker.finish(out::write);
            masker.mask("token secret-token".getBytes(StandardCharsets.UTF_8), 0, 18, out::write);
            masker.finish(out::write);

            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("secret-token ************");
        }
    }

    @Test
    void masksAWholeMessageInPlace() {
        byte[] message = "..secret-token..secret-".getBytes(StandardCharsets.UTF_8);
        try (Needles needles = needles("secret-token");
                StreamMasker masker = needles.newStream()) {
            assertThat(masker.maskWhole(message, 0, 10)).isFalse();
            assertThat(masker.maskWhole(message, 2, message.length - 2)).isTrue();
            assertThat(masker.maskWhole(message, 0, message.length)).isFalse();
        }

        assertThat(new String(message, StandardCharsets.UTF_8)).isEqualTo("..************..secret-");
    }

    @Test
    void allocatesNothingInTheLongRun() {
        byte[] chunk = "data: sk-test_0A+b/ and more text that goes on for a while, sk-tes"
                .repeat(50)
                .getBytes(StandardCharsets.UTF_8);
        byte[] copy = chunk.clone();
        long[] written = new long[1];
        StreamMasker.Output output = (array, offset, length) -> written[0] += length;
        try (Needles needles = needles(SECRET);
                StreamMasker masker = needles.newStream()) {
            for (int i = 0; i < 1_000; i++) {
                System.arraycopy(copy, 0, chunk, 0, copy.length);
                masker.mask(chunk, 0, chunk.length, output);
            }
            long before = allocated();
            for (int i = 0; i < 10_000; i++) {
                masker.mask(chunk, 0, chunk.length, output);
            }

            assertThat(allocated() - before).isLessThan(10_000);
        }
        assertThat(written[0]).isGreaterThan(10_000L * chunk.length);
    }

    @Test
    void isClosedOnceAndForAll() {
        StreamMasker masker;
        try (Needles needles = needles("secret-token")) {
            masker = needles.newStream();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] text = "secret-token".getBytes(StandardCharsets.UTF_8);

        masker.mask(text, 0, text.length, out::write);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("************");
        masker.close();
        masker.close();

        assertThatIllegalStateException().isThrownBy(() -> masker.mask(text, 0, text.length, out::write));
        assertThatIllegalStateException().isThrownBy(() -> masker.finish(out::write));
    }

    private static List<String> randomSecrets(Random random) {
        List<String> secrets = new ArrayList<>();
        // Few different characters, so that secrets overlap themselves, each other and what is around.
        String[] alphabets = {"ab", "abc/+=", "aé\u00ff€🦊", "sk-_\" ?>"};
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            String alphabet = alphabets[random.nextInt(alphabets.length)];
            int[] characters = alphabet.codePoints().toArray();
            StringBuilder secret = new StringBuilder();
            int length = 6 + random.nextInt(6);
            for (int i = 0; i < length; i++) {
                secret.appendCodePoint(characters[random.nextInt(characters.length)]);
            }
            secrets.add(secret.toString());
        }
        return secrets;
    }

    /** Pieces of secrets in all forms and of what resembles them; bytes as characters of ISO 8859-1. */
    private static String randomText(Random random, List<String> secrets) {
        StringBuilder text = new StringBuilder();
        while (text.length() < 200) {
            String secret = secrets.get(random.nextInt(secrets.size()));
            String form = form(random, secret);
            switch (random.nextInt(5)) {
                case 0 -> text.append(form, 0, random.nextInt(form.length() + 1));
                case 1 -> text.append(form, random.nextInt(form.length() + 1), form.length());
                case 2 -> text.append("ab/+=%\\ \n".charAt(random.nextInt(9)));
                default -> text.append(form);
            }
        }
        return text.toString();
    }

    private static String form(Random random, String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(4)) {
            case 0 -> latin1(secret);
            case 1 -> {
                byte[] whole = new byte[random.nextInt(3) + bytes.length + random.nextInt(3)];
                random.nextBytes(whole);
                System.arraycopy(bytes, 0, whole, random.nextInt(whole.length - bytes.length + 1), bytes.length);
                Base64.Encoder encoder = random.nextBoolean() ? Base64.getEncoder() : Base64.getUrlEncoder();
                yield (random.nextBoolean() ? encoder : encoder.withoutPadding()).encodeToString(whole);
            }
            case 2 -> {
                StringBuilder percent = new StringBuilder();
                for (byte b : bytes) {
                    boolean encoded = b < 0 || random.nextBoolean();
                    percent.append(
                            encoded ? String.format(random.nextBoolean() ? "%%%02x" : "%%%02X", b) : (char) b + "");
                }
                yield percent.toString();
            }
            default -> {
                StringBuilder json = new StringBuilder();
                for (int i = 0; i < secret.length(); i++) {
                    char c = secret.charAt(i);
                    json.append(
                            c == '"' || c == '/'
                                    ? "\\" + c
                                    : c > 0x7F || random.nextInt(4) == 0
                                            ? String.format("\\u%04x", (int) c)
                                            : String.valueOf(c));
                }
                yield json.toString();
            }
        };
    }

    private static String latin1(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static Needles needles(String... secrets) {
        return Needles.of(Arrays.stream(secrets)
                .map(secret -> secret.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    /** Masks UTF-8, and gives the bytes as characters of ISO 8859-1. */
    private static String maskAtOnce(String text, String... secrets) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Needles needles = needles(secrets);
                StreamMasker masker = needles.newStream()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            masker.mask(bytes, 0, bytes.length, out::write);
            masker.finish(out::write);
            assertThat(out.size()).isEqualTo(bytes.length);
            return out.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
