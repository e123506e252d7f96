package dev.sallyport.sidecar.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sallyport.contract.config.SandboxRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxCaTest {

    private static final SandboxRef SANDBOX = new SandboxRef("agents", "claude", "uid-1");
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve(SandboxCa.FILE);
    }

    @Test
    void isACaForLeavesThatNamesItsSandbox() throws Exception {
        X509Certificate certificate = open().certificate();

        assertThat(certificate.getSubjectX500Principal().getName())
                .matches("CN=Sallyport sandbox CA [0-9a-f]{16},OU=agents/claude,O=Sallyport");
        assertThat(certificate.getIssuerX500Principal()).isEqualTo(certificate.getSubjectX500Principal());
        assertThat(certificate.getBasicConstraints()).isZero();
        assertThat(certificate.getKeyUsage())
                .containsExactly(false, false, false, false, false, true, false, false, false);
        assertThat(certificate.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
        assertThat(certificate.getNonCriticalExtensionOIDs()).containsExactly("2.5.29.14");
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
    }

    @Test
    void boundsANameThatIsTooLong() throws IOException {
        SandboxRef one = new SandboxRef("n".repeat(63), "a".repeat(253), "uid-1");
        SandboxRef other = new SandboxRef("n".repeat(63), "a".repeat(252) + "b", "uid-2");

        String name = openFor(one, Clock.systemUTC())
                .certificate()
                .getSubjectX500Principal()
                .getName();

        assertThat(name).matches("CN=.*,OU=n{47}~[0-9a-f]{16},O=Sallyport");
        assertThat(openFor(one, Clock.systemUTC())).isNotNull();
        assertUnusable(() -> openFor(other, Clock.systemUTC()), "belongs to another sandbox");
    }

    @Test
    void survivesARestart() throws IOException {
        SandboxCa before = open();
        byte[] written = Files.readAllBytes(file);

        SandboxCa after = open();

        assertThat(after.certificate()).isEqualTo(before.certificate());
        assertThat(Files.readAllBytes(file)).isEqualTo(written);
        assertThat(after.mint("a.example").certificate().getIssuerX500Principal())
                .isEqualTo(before.certificate().getSubjectX500Principal());
    }

    @Test
    void isReadableByItsUserOnlyAndLeavesNothingElseBehind() throws IOException {
        Path remains = Files.writeString(directory.resolve("." + SandboxCa.FILE + ".next"), "half a file");

        open();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(remains).doesNotExist();
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx------", "rw-rw-rw-"})
    void refusesAFileWithOtherRights(String mode) throws IOException {
        open();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        assertUnusable(this::open, "its mode is " + mode);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo(mode);
    }

    @Test
    void takesAFileThatIsReadOnly() throws IOException {
        open();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));

        assertThat(open()).isNotNull();
    }

    @Test
    void refusesWhatIsNoRegularFile(@TempDir Path elsewhere) throws IOException {
        openIn(elsewhere, SANDBOX, Clock.systemUTC());
        Files.createSymbolicLink(file, elsewhere.resolve(SandboxCa.FILE));

        assertUnusable(this::open, "it isn't a regular file");
    }

    @Test
    void refusesEveryTruncationOfTheFile() throws IOException {
        open();
        byte[] whole = Files.readAllBytes(file);

        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertUnusable(this::open, "can't be used");
        }
    }

    @Test
    void refusesTheFileWithAnyByteChangedAndNeverQuotesIt() throws IOException {
        open();
        byte[] whole = Files.readAllBytes(file);
        String text = new String(whole, StandardCharsets.US_ASCII);
        String key = text.substring(text.indexOf('\n') + 1, text.indexOf("\n-----END"));
        int taken = 0;

        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            Files.write(file, changed);
            try {
                open();
                taken++;
            } catch (UnusableCaException e) {
                for (String line : key.split("\n", -1)) {
                    assertThat(e.toString()).doesNotContain(line);
                }
                assertThat(e.getCause()).isNull();
            }
        }

        assertThat(taken).isZero();
    }

    @Test
    void refusesBase64WhoseSpareBitsAreSet() {
        byte[] spare = "-----BEGIN X-----\nQUJ=\n-----END X-----\n".getBytes(StandardCharsets.US_ASCII);

        assertThatIllegalArgumentException().isThrownBy(() -> Pem.decode(spare, "X"));
    }

    @Test
    void refusesMoreThanItWrote() throws IOException {
        open();
        Files.write(file, List.of("# a comment"), java.nio.file.StandardOpenOption.APPEND);
        assertUnusable(this::open, "more than the PEM blocks");

        Files.write(file, new byte[16 * 1024 + 1]);
        assertUnusable(this::open, "larger than 16384 bytes");
    }

    @Test
    void refusesAKeyThatIsNotTheCertificates(@TempDir Path elsewhere) throws IOException {
        open();
        openIn(elsewhere, SANDBOX, Clock.systemUTC());
        String own = Files.readString(file);
        String other = Files.readString(elsewhere.resolve(SandboxCa.FILE));
        int end = own.indexOf("-----BEGIN CERTIFICATE");

        Files.writeString(file, own.substring(0, end) + other.substring(other.indexOf("-----BEGIN CERTIFICATE")));

        assertUnusable(this::open, "its key isn't the one in its certificate");
    }

    @Test
    void refusesALeafInTheCasPlace() throws Exception {
        Leaf leaf = open().mint("a.example");
        Files.delete(file);
        CaFile.write(file, new CaFile.Content(leaf.privateKey(), leaf.certificate()));

        assertUnusable(this::open, "isn't that of a CA for leaves");
    }

    @Test
    void refusesACaOfAnotherSandboxAnotherTimeOrNone() throws IOException {
        open();

        assertUnusable(
                () -> openFor(new SandboxRef("agents", "other", "uid-2"), Clock.systemUTC()),
                "belongs to another sandbox");
        assertUnusable(() -> openFor(SANDBOX, Clock.offset(Clock.systemUTC(), Duration.ofDays(3660))), "has expired");
        assertUnusable(
                () -> openFor(SANDBOX, Clock.offset(Clock.systemUTC(), Duration.ofDays(-1))), "is the clock right?");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> openIn(directory.resolve("absent"), SANDBOX, Clock.systemUTC()));
    }

    @Test
    void makesAnotherKeyEachTime(@TempDir Path elsewhere) throws IOException {
        SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));

        assertThat(openFor(SANDBOX, clock).certificate().getPublicKey())
                .isNotEqualTo(openIn(elsewhere, SANDBOX, clock).certificate().getPublicKey());
    }

    private SandboxCa open() throws IOException {
        return openFor(SANDBOX, Clock.systemUTC());
    }

    private SandboxCa openFor(SandboxRef sandbox, Clock clock) throws IOException {
        return openIn(directory, sandbox, clock);
    }

    private static SandboxCa openIn(Path directory, SandboxRef sandbox, Clock clock) throws IOException {
        return SandboxCa.openOrCreate(directory, sandbox, clock, RANDOM);
    }

    private void assertUnusable(org.assertj.core.api.ThrowableAssert.ThrowingCallable open, String why) {
        assertThatExceptionOfType(UnusableCaException.class)
                .isThrownBy(open)
                .withMessageStartingWith("The sandbox CA in " + file)
                .withMessageContaining(why);
    }
}
