package dev.sallyport.standin.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileIT {
    @TempDir
    Path directory = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void writeKeys() throws IOException {
        file = Files.writeString(directory.resolve("keys"), "old-key\n\n  new-key \r\n");
    }

    @Test
    void takesOneKeyALineWithoutTheSpaceAroundIt() {
        var keyring = Keyring.inFile(file, Clock.systemUTC());

        assertThat(keyring.keys()).containsExactly("old-key", "new-key");
        assertThat(keyring.lineOf("new-key")).isEqualTo(2);
        assertThat(keyring.lineOf("")).isEqualTo(Keyring.NONE);
    }

    @Test
    void readsTheFileAnewAtOnceWhenItIsWrittenInPlaceToTheSameLength() throws IOException {
        var keyring = Keyring.inFile(file, Clock.systemUTC());

        Files.writeString(file, "abc-key\n");
        assertThat(keyring.keys()).containsExactly("abc-key");
        Files.writeString(file, "xyz-key\n");

        assertThat(keyring.keys()).containsExactly("xyz-key");
    }

    @Test
    void readsAnOldFileAnewWhenItsTimeChanges() throws IOException {
        var longAgo = FileTime.from(Clock.systemUTC().instant().minus(Duration.ofHours(1)));
        Files.setLastModifiedTime(file, longAgo);
        var keyring = Keyring.inFile(file, Clock.systemUTC());
        assertThat(keyring.keys()).hasSize(2);

        Files.writeString(file, "rotated\n");

        assertThat(keyring.keys()).containsExactly("rotated");
    }

    @Test
    void followsALinkThatIsSwappedAsKubeletDoes() throws IOException {
        var first = Files.createDirectory(directory.resolve("..1"));
        var second = Files.createDirectory(directory.resolve("..2"));
        Files.writeString(first.resolve("key"), "one-key\n");
        Files.writeString(second.resolve("key"), "two-key\n");
        var data = Files.createSymbolicLink(directory.resolve("..data"), first.getFileName());
        var mounted = Files.createSymbolicLink(directory.resolve("key"), Path.of("..data", "key"));
        var keyring = Keyring.inFile(mounted, Clock.systemUTC());
        assertThat(keyring.keys()).containsExactly("one-key");

        var next = Files.createSymbolicLink(directory.resolve("..data_tmp"), second.getFileName());
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);

        assertThat(keyring.keys()).containsExactly("two-key");
    }

    @Test
    void holdsNoKeyWhileTheFileIsGone() throws IOException {
        var keyring = Keyring.inFile(file, Clock.systemUTC());

        Files.delete(file);
        assertThat(keyring.keys()).isEmpty();
        assertThat(keyring.lineOf("old-key")).isEqualTo(Keyring.NONE);
        Files.writeString(file, "back\n");

        assertThat(keyring.keys()).containsExactly("back");
    }

    @Test
    void refusesToBeginWithoutAFile() {
        var missing = directory.resolve("missing");

        assertThatThrownBy(() -> Keyring.inFile(missing, Clock.systemUTC()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing");
    }
}
