package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One of the examples, in a namespace of its own, set up by the commands of its README. {@link #onTestCluster} is all that is
 * changed.
 */
final class Example implements AutoCloseable {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Path ALL = Path.of("../examples");
    private static final Pattern SHELL_BLOCK = Pattern.compile("(?ms)^```sh\n(.*?)^```$");
    private static final Pattern IMAGE = Pattern.compile("registry\\.example\\.com/([-a-z]+):\\d+");

    private final Installation installation;
    private final String directory;
    private final String namespace;
    private final Path copy;
    private final Tool shell;

    Example(Installation installation, World world, String directory) {
        this.installation = installation;
        this.directory = directory;
        this.namespace = installation.namespace("example-" + directory);
        world.publishAuthorities(namespace);
        try {
            copy = Files.createTempDirectory("sallyport-example");
            try (Stream<Path> files = Files.list(ALL.resolve(directory))) {
                for (Path file : files.toList()) {
                    String text = Files.readString(file);
                    Files.writeString(
                            copy.resolve(file.getFileName()), file.toString().endsWith(".yaml") ? adapt(text) : text);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        shell = shell();
    }

    /**
     * Runs the commands of the README, as somebody would who follows it, and gives what they printed. They must succeed.
     *
     * @param typed what is asked for and typed in, in its order, such as keys
     */
    String followReadme(String... typed) {
        String script = SHELL_BLOCK
                .matcher(read("README.md"))
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining());
        assertThat(script).isNotEmpty();
        String input = Stream.of(typed).map(line -> line + "\n").collect(Collectors.joining());
        Tool.Result result = shell.attempt(input, "-euo", "pipefail", "-c", "cd '" + copy + "'\n" + script);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).doesNotContain(typed);
        return result.output();
    }

    /** Applies the sandbox once more, under another name. */
    void applyAs(String name, String other) {
        String manifest = read("sandbox.yaml").replace("name: \"" + name + "\"", "name: \"" + other + "\"");
        Tool.Result applied = installation.kubectl().attempt(manifest, "-n", namespace, "apply", "-f", "-");
        assertThat(applied.output()).contains(other + " created");
    }

    /** The sandbox of that name. */
    Sandbox sandbox(String name) {
        return new Sandbox(installation, namespace, name);
    }

    /** Runs kubectl in the example's namespace. */
    Tool.Result kubectl(String... arguments) {
        return installation
                .kubectl()
                .attempt(
                        "",
                        Stream.concat(Stream.of("-n", namespace), Stream.of(arguments))
                                .toArray(String[]::new));
    }

    private String adapt(String manifests) {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(manifests)) {
            StringBuilder adapted = new StringBuilder();
            for (JsonNode document : documents.readAll()) {
                if (document.path("kind").asText().equals("AgentSandbox")) {
                    onTestCluster((ObjectNode) document.get("spec"));
                }
                // The repository here has no signature that a machine outside would know.
                adapted.append(YAML.writeValueAsString(document).replaceAll("\\[signed-by=[^]]*]", "[trusted=yes]"));
            }
            return adapted.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Changes what cannot be here as it is with users: images are those that were built, never pulled; hosts are in the
     * cluster, with certificates of the tests' own authorities, and so is a package archive, unsigned. The hosts' names stay.
     */
    private void onTestCluster(ObjectNode spec) {
        ObjectNode pod = (ObjectNode) spec.at("/podTemplate/spec");
        pod.put("terminationGracePeriodSeconds", 5);
        for (String containers : List.of("containers", "initContainers")) {
            pod.path(containers)
                    .forEach(container -> ((ObjectNode) container)
                            .put("image", built(container.get("image").asText()))
                            .put("imagePullPolicy", "Never"));
        }
        spec.path("routes").forEach(found -> {
            ObjectNode route = (ObjectNode) found;
            route.put("addresses", "Private");
            if (!route.path("scheme").asText().equals("HTTP")) {
                route.withObject("tls")
                        .putObject("caConfigMapRef")
                        .put("name", "test-authorities")
                        .put("key", "ca.crt");
            }
        });
    }

    private String built(String image) {
        var name = IMAGE.matcher(image);
        assertThat(name.matches()).as(image).isTrue();
        return installation.load(Pattern.compile("-(.)")
                .matcher(name.group(1))
                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT)));
    }

    /** Bash, with the test's kubectl, set to the example's namespace. */
    private Tool shell() {
        Tool kubectl = installation.kubectl();
        try {
            Path kubeconfig = copy.resolve("kubeconfig");
            Files.copy(Path.of(kubectl.environment().getOrDefault("KUBECONFIG", "")), kubeconfig);
            kubectl.run("--kubeconfig=" + kubeconfig, "config", "set-context", "--current", "--namespace=" + namespace);
            Map<String, String> environment = new HashMap<>();
            environment.put("KUBECONFIG", kubeconfig.toString());
            environment.put("PATH", Path.of(kubectl.program()).getParent() + ":" + System.getenv("PATH"));
            return new Tool("bash", environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read(String file) {
        try {
            return Files.readString(copy.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return directory;
    }

    @Override
    public void close() {
        installation.kubectl().run("-n", namespace, "delete", "agentsandbox", "--all", "--wait=true", "--timeout=60s");
        try (Stream<Path> files = Files.list(copy)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
