package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintKeyIT {

    private static final byte[] VALUE = "sk-real".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @Test
    void a_fingerprint_is_the_same_after_a_restart_and_another_one_for_another_state_directory() throws Exception {
        byte[] before = FingerprintKey.mac(directory.resolve("a")).doFinal(VALUE);
        byte[] after = FingerprintKey.mac(directory.resolve("a")).doFinal(VALUE);
        byte[] elsewhere = FingerprintKey.mac(directory.resolve("b")).doFinal(VALUE);

        assertThat(after).isEqualTo(before);
        assertThat(elsewhere).isNotEqualTo(before);
        assertThat(before).isNotEqualTo(MessageDigest.getInstance("SHA-256").digest(VALUE));
    }

    @Test
    void the_key_is_long_random_and_its_owners_alone() throws Exception {
        Path key = directory.resolve("key");
        Path other = directory.resolve("other");
        FingerprintKey.mac(key);
        FingerprintKey.mac(other);

        assertThat(Files.readAllBytes(key)).hasSize(32).isNotEqualTo(Files.readAllBytes(other));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
    }

    @Test
    void a_key_that_was_cut_off_is_not_used() throws Exception {
        Path key = directory.resolve("key");
        FingerprintKey.mac(key);
        byte[] whole = Files.readAllBytes(key);
        Files.write(key, Arrays.copyOf(whole, 5));

        FingerprintKey.mac(key);

        assertThat(Files.readAllBytes(key)).hasSize(32).isNotEqualTo(whole);
    }
}
