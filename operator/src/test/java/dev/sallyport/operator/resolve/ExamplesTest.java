package dev.sallyport.operator.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.profile.BuiltInProfiles;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples are what the operator takes, and their words are of what is there. */
final class ExamplesTest {

    private static final Path EXAMPLES = Path.of("../examples");
    private static final Path INDEX = EXAMPLES.resolve("README.md");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern APPLIED = Pattern.compile("kubectl apply -f (\\S+)");
    private static final Pattern IMAGE = Pattern.compile("registry\\.example\\.com/([-a-z]+):\\d+");

    static Stream<Path> examples() {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files
                    .filter(Files::isDirectory)
                    .filter(directory -> !directory.endsWith("images"))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void aSandboxHasNoProblem(Path example) {
        Verdict verdict = verdict(example);

        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void aSandboxMountsWhatIsAppliedBesideIt(Path example) {
        List<String> configMaps = yaml(example)
                .map(file -> Serialization.unmarshal(read(file), GenericKubernetesResource.class))
                .filter(object -> object.getKind().equals("ConfigMap"))
                .map(object -> object.getMetadata().getName())
                .toList();

        List<Volume> volumes =
                sandbox(example).getSpec().podTemplate().getSpec().getVolumes();

        assertThat(volumes)
                .filteredOn(volume -> volume.getConfigMap() != null)
                .extracting(volume -> volume.getConfigMap().getName())
                .containsExactlyInAnyOrderElementsOf(configMaps);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anImageHasItsDockerfile(Path example) {
        List<String> images = sandbox(example).getSpec().podTemplate().getSpec().getContainers().stream()
                .map(container -> container.getImage())
                .toList();

        assertThat(images).isNotEmpty().allSatisfy(image -> {
            var name = IMAGE.matcher(image);
            assertThat(name.matches()).as(image).isTrue();
            assertThat(EXAMPLES.resolve("images").resolve(name.group(1)).resolve("Dockerfile"))
                    .isRegularFile();
        });
    }

    @ParameterizedTest
    @MethodSource("examples")
    void aReadmeAppliesEveryManifestAndMakesEverySecret(Path example) throws IOException {
        String readme = Files.readString(example.resolve("README.md"));
        Set<String> applied =
                APPLIED.matcher(readme).results().map(found -> found.group(1)).collect(Collectors.toSet());

        assertThat(applied)
                .containsExactlyInAnyOrderElementsOf(
                        yaml(example).map(file -> file.getFileName().toString()).toList());
        accepted(example)
                .credentialKeys()
                .forEach((secret, keys) -> assertThat(readme)
                        .contains(keys.stream()
                                .map(key -> " create secret generic " + secret + " --from-file=" + key + "=/dev/stdin")
                                .toList()));
    }

    static Stream<Path> readmes() {
        return Stream.concat(Stream.of(INDEX), examples().map(example -> example.resolve("README.md")));
    }

    @ParameterizedTest
    @MethodSource("readmes")
    void aReadmeLinksToWhatIsThere(Path readme) throws IOException {
        List<Path> targets = LINK.matcher(Files.readString(readme))
                .results()
                .map(link -> readme.resolveSibling(link.group(1)))
                .toList();

        assertThat(targets).allSatisfy(target -> assertThat(target).exists());
    }

    @Test
    void theIndexHasEveryExample() throws IOException {
        List<String> listed = Pattern.compile("(?m)^\\| \\[([^]]+)]\\(\\1\\) \\|")
                .matcher(Files.readString(INDEX))
                .results()
                .map(row -> row.group(1))
                .toList();

        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(examples()
                        .map(example -> example.getFileName().toString())
                        .toList());
    }

    private static Sandbox accepted(Path example) {
        return ((Verdict.Accepted) verdict(example)).sandbox();
    }

    private static Verdict verdict(Path example) {
        return new SandboxResolver(
                        (namespace, selector) -> new Reference.NotFound("an example needs no authorities of its own"),
                        namespace -> AllowedHosts.OPTIONAL,
                        Resources.TOKENS,
                        BuiltInProfiles.read())
                .resolve(sandbox(example));
    }

    private static AgentSandbox sandbox(Path example) {
        AgentSandbox sandbox = Serialization.unmarshal(read(example.resolve("sandbox.yaml")), AgentSandbox.class);
        sandbox.getMetadata().setNamespace("examples");
        sandbox.getMetadata().setUid("11111111-2222-3333-4444-555555555555");
        sandbox.getMetadata().setGeneration(1L);
        return sandbox;
    }

    private static Stream<Path> yaml(Path example) {
        try (Stream<Path> files = Files.list(example)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
