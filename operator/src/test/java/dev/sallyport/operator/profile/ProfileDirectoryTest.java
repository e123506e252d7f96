package dev.sallyport.operator.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProfileDirectoryTest {

    private static final BuiltInProfiles OWN = BuiltInProfiles.read();

    @TempDir
    private Path directory;

    private final String[] own = OWN.current().profiles().keySet().toArray(String[]::new);

    /** As kubelet does it: another directory, and a link that is put in the place of the one before. */
    private void mount(String generation, String... keysAndValues) throws IOException {
        Path data = Files.createDirectory(directory.resolve("..generation-" + generation));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            Files.writeString(data.resolve(keysAndValues[i]), keysAndValues[i + 1]);
            Path link = directory.resolve(keysAndValues[i]);
            if (!Files.isSymbolicLink(link)) {
                Files.createSymbolicLink(link, Path.of("..data", keysAndValues[i]));
            }
        }
        Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), data.getFileName());
        Files.move(next, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void aDirectoryThatIsNotThereOrEmptyAddsNothing() throws IOException {
        assertThat(new ProfileDirectory(OWN, directory.resolve("none"))
                        .current()
                        .profiles())
                .containsOnlyKeys(own);
        assertThat(new ProfileDirectory(OWN, directory).current().profiles()).containsOnlyKeys(own);
    }

    @Test
    void aChangeIsSeenWithoutARestart() throws IOException {
        ProfileDirectory profiles = new ProfileDirectory(OWN, directory);
        mount("1", "InternalTools.yaml", "description: first");
        Catalogue first = profiles.current();
        mount("2", "InternalTools.yaml", "description: second", "More.yaml", "description: more");
        Catalogue second = profiles.current();
        mount("3", "More.yaml", "description: [");
        Catalogue third = profiles.current();

        assertThat(first.profiles())
                .hasEntrySatisfying(
                        "InternalTools",
                        profile -> assertThat(profile.description()).isEqualTo("first"));
        assertThat(second.profiles())
                .hasEntrySatisfying(
                        "InternalTools",
                        profile -> assertThat(profile.description()).isEqualTo("second"));
        assertThat(second.profiles()).containsKeys("More", "ClaudeCode");
        assertThat(third.profiles()).containsOnlyKeys(own);
        assertThat(third.unreadable()).containsOnlyKeys("More");
    }

    @Test
    void whatHasNotChangedIsNotReadAgain() throws IOException {
        ProfileDirectory profiles = new ProfileDirectory(OWN, directory);
        mount("1", "A.yaml", "description: a");

        assertThat(profiles.current()).isSameAs(profiles.current());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ClaudeCode.yaml",
                "Generic.yaml",
                "claudecode.yaml",
                "A.yml",
                "A",
                "-a.yaml",
                "a_b.yaml",
                "a.b.yaml"
            })
    void noKeyRedefinesWhatIsTheOperatorsOrCouldNotBeNamed(String key) throws IOException {
        mount("1", key, "description: other");

        Catalogue catalogue = new ProfileDirectory(OWN, directory).current();

        String name = key.replaceAll("\\.yaml$", "");
        assertThat(catalogue.unreadable()).containsOnlyKeys(name);
        assertThat(catalogue.profiles()).doesNotContainKey(name);
    }

    @Test
    void oneThatCannotBeReadKeepsNoOtherFromBeingUsed() throws IOException {
        mount("1", "A.yaml", "description: a", "B.yaml", "description: b\nmore: c");

        Catalogue catalogue = new ProfileDirectory(OWN, directory).current();

        assertThat(catalogue.profiles()).containsKey("A");
        assertThat(catalogue.unreadable()).containsEntry("B", "more: unknown field");
    }
}
