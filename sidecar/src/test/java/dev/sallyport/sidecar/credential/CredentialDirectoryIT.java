package dev.sallyport.sidecar.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.contract.status.ProxyReport.CredentialState;
import dev.sallyport.contract.status.ProxyReport.CredentialState.State;
import dev.sallyport.sidecar.redact.ResponseMasking;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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
    private static final int ROTATIONS = 1_000;

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
        for (String lineEnd : List.of("\n", "\r\n")) {
            write("api-key", "sk-one" + lineEnd);

            CredentialState state = credentials.read(List.of(KEY)).states().getFirst();

            assertThat(state.state()).isEqualTo(State.RESOLVED);
            assertThat(state.message()).contains("a line end after the value was removed");
            assertThat(state.fingerprint().orElseThrow()).hasSize(16);
            assertThat(fieldText(credentials.read(List.of(KEY)))).isEqualTo("sk-one");
        }
    }

    @Test
    void a_value_that_needs_no_mending_has_no_message() throws Exception {
        write("api-key", "sk-one");

        assertThat(credentials.read(List.of(KEY)).states().getFirst().message()).isEmpty();
    }

    @Test
    void a_value_that_cannot_be_masked_is_reported() throws Exception {
        write("api-key", "short\n");

        CredentialState state = credentials.read(List.of(KEY)).states().getFirst();

        assertThat(state.state()).isEqualTo(State.RESOLVED);
        assertThat(state.message().orElseThrow()).contains("line end", "masked", "redactResponses");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\n", "a\nb", "a\n\n", "a\u0000b", "a\tb", " a", "a ", "a\u007f", "\ufeffabc", "\ufeff"})
    void what_no_field_may_hold_is_invalid(String value) throws Exception {
        write("api-key", value);

        CredentialState state = credentials.read(List.of(KEY)).states().getFirst();

        assertThat(state.state()).isEqualTo(State.INVALID);
        assertThat(state.fingerprint()).isEmpty();
        assertThat(state.message().orElseThrow()).startsWith("the value ");
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
    void where_hosts_must_be_named_a_secret_without_them_cannot_be_used() throws Exception {
        write("api-key", "sk-1");

        Credentials unbound = credentials.read(List.of(KEY)).bound();

        assertThat(unbound.areComplete()).isFalse();
        assertThat(unbound.states()).singleElement().satisfies(state -> {
            assertThat(state.state()).isEqualTo(State.INVALID);
            assertThat(state.fingerprint()).isEmpty();
            assertThat(state.message()).get().asString().contains("allowed-hosts");
        });
        write("allowed-hosts", "api.example.com\n");
        assertThat(credentials.read(List.of(KEY)).bound().states())
                .isEqualTo(credentials.read(List.of(KEY)).states());
    }

    @Test
    void where_hosts_must_be_named_what_else_is_wrong_is_still_told() throws Exception {
        assertThat(credentials.read(List.of(KEY)).bound().states())
                .isEqualTo(credentials.read(List.of(KEY)).states())
                .allSatisfy(state -> assertThat(state.state()).isEqualTo(State.MISSING));
    }

    @Test
    void no_text_shows_a_value() throws Exception {
        write("api-key", "sk-real-value");

        Credentials read = credentials.read(List.of(KEY));

        assertThat(read.toString() + read.states() + read.get(KEY)).doesNotContain("sk-real");
    }

    @Test
    void no_request_ever_gets_half_of_a_rotation() throws Exception {
        RouteConfig route = Scene.of(new CredentialConfig.Basic(Optional.empty(), Optional.of(USER), KEY), "")
                .redact(RedactResponses.FULL)
                .route();
        generation(0);
        AtomicReference<Credentials> current = new AtomicReference<>(credentials.read(List.of(KEY, USER)));
        Credentials first = current.get();
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<Integer>> requests = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                requests.add(threads.submit(() -> {
                    int sent = 0;
                    while (!done.get()) {
                        sent += request(route, current.get());
                    }
                    return sent;
                }));
            }
            Future<Integer> reloader = threads.submit(() -> {
                Set<String> seen = new HashSet<>();
                while (!done.get()) {
                    try {
                        Credentials read = credentials.read(List.of(KEY, USER));
                        assertThat(read.areComplete()).isTrue();
                        seen.add(text(read, KEY));
                        current.set(read);
                    } catch (IOException tooFast) {
                        assertThat(tooFast).hasMessageContaining("change faster");
                    }
                }
                return seen.size();
            });
            try {
                for (int i = 1; i <= ROTATIONS; i++) {
                    generation(i);
                }
            } finally {
                done.set(true);
            }

            assertThat(reloader.get()).isGreaterThan(10);
            for (Future<Integer> sent : requests) {
                assertThat(sent.get()).isPositive();
            }
        }
        assertThat(text(credentials.read(List.of(KEY, USER)), KEY)).isEqualTo("password-" + ROTATIONS);
        assertThat(text(first, USER) + text(first, KEY)).isEqualTo("user-name-0password-0");
    }

    /** Sends one request with these, and has its answer masked. */
    private static int request(RouteConfig route, Credentials values) {
        Draft draft = Scene.inject(route, values);
        String pair = new String(
                Base64.getDecoder().decode(draft.fields().get("authorization").substring("Basic ".length())),
                StandardCharsets.UTF_8);
        assertThat(pair).matches("user-name-(\\d+):password-\\1");
        HttpHeaders answer = new DefaultHttpHeaders().add("X-Echo", pair);
        try (ResponseMasking masking = values.masking(route)) {
            masking.fields(answer);
        }
        assertThat(answer.get("X-Echo")).matches("[*]+:[*]+");
        return 1;
    }

    /** As kubelet does it: new directory, link swapped by a rename, old directory removed. */
    private void generation(int number) throws IOException {
        Path fresh = directory.resolve("..gen-" + number);
        Files.createDirectories(fresh.resolve("anthropic"));
        Files.writeString(fresh.resolve("anthropic/api-key"), "password-" + number);
        Files.writeString(fresh.resolve("anthropic/user"), "user-name-" + number);
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
