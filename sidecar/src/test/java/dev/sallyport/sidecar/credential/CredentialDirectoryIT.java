package dev.sallyport.sidecar.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.contract.status.ProxyReport.CredentialState;
import dev.sallyport.contract.status.ProxyReport.CredentialState.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialDirectoryIT {

    private static final SecretRef KEY = new SecretRef("anthropic", "api-key");
    private static final SecretRef USER = new SecretRef("anthropic", "user");

    @TempDir
    Path directory;

    private CredentialDirectory credentials;

    @BeforeEach
    void open() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
        credentials = new CredentialDirectory(directory, CredentialDirectory.Fingerprints.by(mac));
    }

    @Test
    void one_line_end_is_removed_and_reported() throws Exception {
        write("api-key", "sk-1\n");

        CredentialState state = credentials.read(List.of(KEY)).states().getFirst();

        assertThat(state.state()).isEqualTo(State.RESOLVED);
        assertThat(state.message().orElseThrow()).contains("line end");
        assertThat(state.fingerprint().orElseThrow()).hasSize(16);
        assertThat(fieldText(credentials.read(List.of(KEY)))).isEqualTo("sk-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "a\nb", "a\n\n", "a\u0000b", "a\tb", " a", "a ", "a\u007f"})
    void what_no_field_may_hold_is_invalid(String value) throws Exception {
        write("api-key", value);

        CredentialState state = credentials.read(List.of(KEY)).states().getFirst();

        assertThat(state.state()).isEqualTo(State.INVALID);
        assertThat(state.fingerprint()).isEmpty();
    }

    @Test
    void more_than_64_kib_is_invalid_and_nothing_is_missing() throws Exception {
        write("api-key", "x".repeat(64 * 1024 + 1));

        List<CredentialState> states = credentials.read(List.of(KEY, USER)).states();

        assertThat(states.get(0).state()).isEqualTo(State.INVALID);
        assertThat(states.get(1).state()).isEqualTo(State.MISSING);
    }

    @Test
    void a_wrong_host_list_makes_the_whole_secret_invalid() throws Exception {
        write("api-key", "sk-1");
        write("allowed-hosts", "api.example.com\n*.*.example.com\n");

        assertThat(credentials.read(List.of(KEY)).states().getFirst().state()).isEqualTo(State.INVALID);
    }

    @Test
    void an_empty_host_list_allows_no_host() throws Exception {
        write("api-key", "sk-1");
        write("allowed-hosts", "\n");

        assertThat(((SecretValue.Usable) credentials.read(List.of(KEY)).get(KEY)).allowedHosts())
                .contains(List.of());
    }

    @Test
    void no_text_shows_a_value() throws Exception {
        write("api-key", "sk-real-value");

        Credentials read = credentials.read(List.of(KEY));

        assertThat(read.toString() + read.states() + read.get(KEY)).doesNotContain("sk-real");
    }

    @Test
    void values_are_always_of_one_generation() throws Exception {
        generation(0);
        AtomicBoolean done = new AtomicBoolean();
        Thread swapper = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 1; i < 400; i++) {
                    generation(i);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } finally {
                done.set(true);
            }
        });
        int read = 0;
        while (!done.get()) {
            Credentials values;
            try {
                values = credentials.read(List.of(KEY, USER));
            } catch (IOException tooFast) {
                continue;
            }
            if (values.areComplete()) {
                read++;
                assertThat(text(values, KEY)).isEqualTo(text(values, USER));
            }
        }
        swapper.join();

        assertThat(read).isPositive();
        assertThat(fieldText(credentials.read(List.of(KEY)))).isEqualTo("399");
    }

    /** As kubelet does it: new directory, link swapped by a rename, old directory removed. */
    private void generation(int number) throws IOException {
        Path fresh = directory.resolve("..gen-" + number);
        Files.createDirectories(fresh.resolve("anthropic"));
        Files.writeString(fresh.resolve("anthropic/api-key"), Integer.toString(number));
        Files.writeString(fresh.resolve("anthropic/user"), Integer.toString(number));
        Path link = directory.resolve("..data_tmp");
        Files.createSymbolicLink(link, fresh.getFileName());
        Files.move(
                link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path old = directory.resolve("..gen-" + (number - 1));
        if (Files.exists(old)) {
            Files.delete(old.resolve("anthropic/api-key"));
            Files.delete(old.resolve("anthropic/user"));
            Files.delete(old.resolve("anthropic"));
            Files.delete(old);
        }
    }

    private void write(String key, String value) throws IOException {
        Files.createDirectories(directory.resolve("anthropic"));
        Files.writeString(directory.resolve("anthropic").resolve(key), value);
    }

    private static String fieldText(Credentials values) {
        return text(values, KEY);
    }

    private static String text(Credentials values, SecretRef ref) {
        return ((SecretValue.Usable) values.get(ref)).secret().fieldText();
    }
}
