package dev.sallyport.sidecar.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.sallyport.contract.config.SandboxRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustBundleTest {

    @TempDir
    Path directory;

    private SandboxCa ca;
    private List<X509Certificate> roots;

    @BeforeEach
    void makeCaAndRoots(@TempDir Path state, @TempDir Path elsewhere) throws IOException {
        ca = open(state, "claude");
        roots = List.of(
                open(elsewhere, "one").certificate(), open(directory, "two").certificate());
        Files.delete(directory.resolve(SandboxCa.FILE));
    }

    @Test
    void holdsThePublicRootsAndTheCa() throws IOException {
        TrustBundle.of(roots, ca).write(directory);

        assertThat(PublicRoots.read(directory.resolve(TrustBundle.BUNDLE)))
                .containsExactly(roots.get(0), roots.get(1), ca.certificate());
        assertThat(PublicRoots.read(directory.resolve(TrustBundle.SANDBOX_CA))).containsExactly(ca.certificate());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "changeit", "anything"})
    void isAJavaTrustStoreWithWhateverPassword(@Nullable String password) throws Exception {
        TrustBundle.of(roots, ca).write(directory);

        KeyStore store = KeyStore.getInstance(
                directory.resolve(TrustBundle.TRUST_STORE).toFile(), password == null ? null : password.toCharArray());

        List<X509Certificate> trusted = new ArrayList<>();
        store.aliases().asIterator().forEachRemaining(alias -> {
            try {
                assertThat(store.isCertificateEntry(alias)).isTrue();
                trusted.add((X509Certificate) store.getCertificate(alias));
            } catch (java.security.KeyStoreException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(trusted).containsExactlyInAnyOrder(roots.get(0), roots.get(1), ca.certificate());
    }

    @Test
    void isReadableByEverybodyAndReplacedAsAWhole() throws IOException {
        TrustBundle.of(roots, ca).write(directory);
        Path held = directory.resolve(TrustBundle.BUNDLE);
        try (var reader = Files.newInputStream(held)) {
            TrustBundle.of(List.of(), ca).write(directory);

            assertThat(reader.readAllBytes().length).isGreaterThan((int) Files.size(held));
        }

        try (var files = Files.list(directory)) {
            assertThat(files.toList())
                    .hasSize(3)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-r--r--"));
        }
    }

    @Test
    void holdsNoPrivateKey() throws IOException {
        TrustBundle.of(roots, ca).write(directory);

        assertThat(Files.readString(directory.resolve(TrustBundle.BUNDLE))).doesNotContain("PRIVATE");
    }

    @Test
    void isNotWrittenWhereThereIsNoDirectory() {
        assertThatIOException().isThrownBy(() -> TrustBundle.of(roots, ca).write(directory.resolve("absent")));
    }

    @Test
    void readsTheRuntimesOwnRoots() throws IOException {
        Path cacerts = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");

        List<X509Certificate> read = PublicRoots.read(cacerts);

        assertThat(read).hasSizeGreaterThan(50);
        TrustBundle.of(read, ca).write(directory);
        assertThat(PublicRoots.read(directory.resolve(TrustBundle.BUNDLE))).hasSize(read.size() + 1);
        assertThat(PublicRoots.read(directory.resolve(TrustBundle.TRUST_STORE))).hasSize(read.size() + 1);
    }

    @Test
    void readsNoRootsFromWhatHoldsNone() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        Path broken = Files.writeString(
                directory.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertThatIOException().isThrownBy(() -> PublicRoots.read(empty));
        assertThatIOException().isThrownBy(() -> PublicRoots.read(broken));
        assertThatIOException().isThrownBy(() -> PublicRoots.read(directory.resolve("absent.pem")));
    }

    private static SandboxCa open(Path directory, String name) throws IOException {
        return SandboxCa.openOrCreate(
                directory, new SandboxRef("agents", name, "uid"), Clock.systemUTC(), new SecureRandom());
    }
}
