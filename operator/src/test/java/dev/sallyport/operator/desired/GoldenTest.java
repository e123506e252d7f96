package dev.sallyport.operator.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.contract.config.AdminAccess;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Problem;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.profile.BuiltInProfiles;
import dev.sallyport.operator.resolve.AllowedHostsRule;
import dev.sallyport.operator.resolve.Reference;
import dev.sallyport.operator.resolve.Resources;
import dev.sallyport.operator.resolve.SandboxResolver;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each directory below {@code golden} is one case: {@code in-Kind-name.yaml} goes in, {@code out-Kind-name.yaml} must come
 * out, or {@code out-problems.txt} where the spec is refused. A file that is neither used nor made fails the test.
 * {@code -Dsallyport.golden.update=true} writes the files in the source tree instead of comparing them.
 */
final class GoldenTest {

    private static final boolean UPDATE = Boolean.getBoolean("sallyport.golden.update");

    private static final AdminAccess ADMIN = new AdminAccess("cHVibGljLWtleQ==", "cmVzcG9uc2Uta2V5");

    private static final String TOKEN = "sallyport-token-of-the-paired-proxy-0123456789";

    private static final Platform PLATFORM = new Platform(
            "registry.example/sallyport/proxy:1",
            "IfNotPresent",
            List.of(new LocalObjectReference("registry-login")),
            new ResourceRequirementsBuilder()
                    .withRequests(Map.of("memory", new Quantity("128Mi")))
                    .withLimits(Map.of("memory", new Quantity("384Mi")))
                    .build(),
            "registry.example/sallyport/guard:1",
            "IfNotPresent",
            new ResourceRequirementsBuilder()
                    .addToRequests("cpu", new Quantity("100m"))
                    .addToRequests("memory", new Quantity("256Mi"))
                    .addToLimits("cpu", new Quantity("2"))
                    .addToLimits("memory", new Quantity("4Gi"))
                    .build(),
            Optional.of("10.42.0.7:8080"),
            List.of("10.96.0.10", "fd00::a"),
            new Platform.Peer("kube-system", new TreeMap<>(Map.of("k8s-app", "kube-dns"))),
            new Platform.Peer("sallyport-system", new TreeMap<>(Map.of("app.kubernetes.io/name", "sallyport"))));

    static Stream<Path> cases() throws IOException, URISyntaxException {
        Path root = Path.of("src/test/resources/golden");
        try (Stream<Path> directories = Files.list(root)) {
            return directories.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatGoesInGivesExactlyWhatShouldComeOut(Path directory) throws IOException {
        SortedMap<String, String> files = read(directory);
        SortedMap<String, String> expected = new TreeMap<>(files);
        expected.keySet().removeIf(name -> name.startsWith("in-"));

        SortedMap<String, String> actual = outputs(inputs(files));

        if (UPDATE) {
            write(directory, actual);
        } else {
            assertThat(actual).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theProxyReadsTheConfigurationThatIsWritten(Path directory) throws IOException, InvalidJsonException {
        for (HasMetadata object : desired(inputs(read(directory)))) {
            if (object instanceof ConfigMap config) {
                byte[] json = Objects.requireNonNull(config.getData().get(Names.CONFIG_KEY))
                        .getBytes(StandardCharsets.UTF_8);

                ProxyConfig read = StrictJson.read(json, ProxyConfig.class);

                assertThat(read.sandbox().uid()).isEqualTo("11111111-2222-3333-4444-555555555555");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void ofSallyportsVolumesAnAgentReadsTheCertificatesAndNothingElse(Path directory) throws IOException {
        for (HasMetadata object : desired(inputs(read(directory)))) {
            if (object instanceof Pod pod && !isOfProxyAlone(pod)) {
                List<Container> agents = new ArrayList<>(pod.getSpec().getContainers());
                agents.addAll(pod.getSpec().getInitContainers());
                Container guard = agents.stream()
                        .filter(container -> container.getName().equals(Names.GUARD_CONTAINER))
                        .findFirst()
                        .orElseThrow();
                boolean paired = pod.getMetadata().getLabels().containsKey(Names.ROLE_LABEL);
                assertThat(guard.getVolumeMounts())
                        .filteredOn(mount -> !mount.getMountPath().startsWith("/homes/"))
                        .singleElement()
                        .satisfies(mount -> assertThat(mount.getName())
                                .isEqualTo(paired ? Names.TRUST_VOLUME : Names.START_VOLUME));
                agents.remove(guard);
                agents.removeIf(container ->
                        Set.of(Names.PROXY_CONTAINER, Names.TRUST_CONTAINER).contains(container.getName()));

                assertThat(agents)
                        .isNotEmpty()
                        .allSatisfy(agent -> assertThat(agent.getVolumeMounts())
                                .filteredOn(mount -> mount.getName().startsWith(Names.VOLUME_PREFIX)
                                        && !mount.getName().equals(Names.HOME_VOLUME))
                                .isNotEmpty()
                                .allSatisfy(mount -> {
                                    assertThat(mount.getName()).isEqualTo(Names.TRUST_VOLUME);
                                    assertThat(mount.getReadOnly()).isTrue();
                                }));
                assertThat(pod.getSpec().getVolumes())
                        .filteredOn(volume -> volume.getName().startsWith(Names.VOLUME_PREFIX)
                                && !volume.getName().equals(Names.HOME_VOLUME)
                                && volume.getEmptyDir() != null)
                        .hasSize(paired ? 1 : 3)
                        .allSatisfy(volume ->
                                assertThat(volume.getEmptyDir().getMedium()).isEqualTo("Memory"));
            }
        }
    }

    /**
     * Every container of both pods keeps to the standard's list, which a namespace may enforce.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted">Pod Security
     *     Standards: restricted</a>
     */
    @Test
    void aPairsPodsAreRestricted() throws IOException {
        List<Pod> pods = desired(inputs(read(Path.of("src/test/resources/golden/paired")))).stream()
                .filter(Pod.class::isInstance)
                .map(Pod.class::cast)
                .toList();

        assertThat(pods).hasSize(2).allSatisfy(pod -> {
            assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType())
                    .isEqualTo("RuntimeDefault");
            assertThat(Stream.concat(
                            pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream()))
                    .allSatisfy(container -> {
                        SecurityContext context = container.getSecurityContext();
                        assertThat(context.getRunAsNonRoot()).isTrue();
                        assertThat(context.getRunAsUser()).isPositive();
                        assertThat(context.getAllowPrivilegeEscalation()).isFalse();
                        assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
                        assertThat(context.getCapabilities().getAdd()).isEmpty();
                        assertThat(context.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
                    });
        });
        assertThat(pods)
                .filteredOn(GoldenTest::isOfProxyAlone)
                .singleElement()
                .satisfies(pod -> assertThat(pod.getSpec().getContainers()).hasSize(1));
    }

    private static boolean isOfProxyAlone(Pod pod) {
        return Names.PROXY_ROLE.equals(pod.getMetadata().getLabels().get(Names.ROLE_LABEL));
    }

    private static SortedMap<String, String> outputs(List<HasMetadata> inputs) {
        SortedMap<String, String> outputs = new TreeMap<>();
        switch (verdict(inputs)) {
            case Verdict.Refused refused -> {
                StringBuilder text = new StringBuilder();
                for (Problem problem : refused.problems()) {
                    text.append(problem.reason().code())
                            .append(' ')
                            .append(problem.text())
                            .append('\n');
                }
                outputs.put("out-problems.txt", text.toString());
            }
            case Verdict.Accepted ignored -> {
                for (HasMetadata object : desired(inputs)) {
                    String name = "out-" + object.getKind() + "-"
                            + object.getMetadata().getName() + ".yaml";
                    assertThat(outputs.put(name, Serialization.asYaml(object))).isNull();
                }
            }
        }
        return outputs;
    }

    private static List<HasMetadata> desired(List<HasMetadata> inputs) {
        return switch (verdict(inputs)) {
            case Verdict.Refused ignored -> List.of();
            case Verdict.Accepted accepted -> {
                Sandbox sandbox = accepted.sandbox();
                List<HasMetadata> all =
                        new ArrayList<>(DesiredState.service(sandbox).stream().toList());
                DesiredState desired = all.isEmpty()
                        ? DesiredState.sidecar(sandbox, ADMIN, PLATFORM)
                        : DesiredState.paired(sandbox, ADMIN, TOKEN, "10.43.0.17", PLATFORM);
                all.addAll(desired.prerequisites());
                desired.proxy().ifPresent(all::add);
                all.add(desired.pod());
                yield all;
            }
        };
    }

    private static Verdict verdict(List<HasMetadata> inputs) {
        AgentSandbox sandbox = only(AgentSandbox.class, inputs);
        return new SandboxResolver(
                        (namespace, selector) -> inputs.stream()
                                .filter(ConfigMap.class::isInstance)
                                .map(ConfigMap.class::cast)
                                .filter(map -> map.getMetadata().getName().equals(selector.name()))
                                .findFirst()
                                .flatMap(
                                        map -> Optional.ofNullable(map.getData().get(selector.key())))
                                .<Reference>map(Reference.Found::new)
                                .orElseGet(() -> new Reference.NotFound("there is no ConfigMap " + selector.name())),
                        namespace -> AllowedHostsRule.of(inputs.stream()
                                .filter(Namespace.class::isInstance)
                                .filter(found -> found.getMetadata().getName().equals(namespace))
                                .findFirst()
                                .map(found -> found.getMetadata().getAnnotations())
                                .orElse(null)),
                        Resources.TOKENS,
                        BuiltInProfiles.read())
                .resolve(sandbox);
    }

    private static <T> T only(Class<T> type, List<HasMetadata> inputs) {
        List<T> found = inputs.stream().filter(type::isInstance).map(type::cast).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private static List<HasMetadata> inputs(SortedMap<String, String> files) {
        List<HasMetadata> inputs = new ArrayList<>();
        files.forEach((name, text) -> {
            if (name.startsWith("in-AgentSandbox-")) {
                inputs.add(Serialization.unmarshal(text, AgentSandbox.class));
            } else if (name.startsWith("in-ConfigMap-")) {
                inputs.add(Serialization.unmarshal(text, ConfigMap.class));
            } else if (name.startsWith("in-Namespace-")) {
                inputs.add(Serialization.unmarshal(text, Namespace.class));
            } else {
                assertThat(name).as("a file that nothing uses").startsWith("out-");
            }
        });
        return inputs;
    }

    private static SortedMap<String, String> read(Path directory) throws IOException {
        SortedMap<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(directory)) {
            paths.forEach(path -> {
                try {
                    files.put(path.getFileName().toString(), Files.readString(path));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return files;
    }

    private static void write(Path directory, SortedMap<String, String> outputs) throws IOException {
        for (String old : read(directory).keySet()) {
            if (old.startsWith("out-")) {
                Files.delete(directory.resolve(old));
            }
        }
        for (Map.Entry<String, String> output : outputs.entrySet()) {
            Files.writeString(directory.resolve(output.getKey()), output.getValue());
        }
    }
}
