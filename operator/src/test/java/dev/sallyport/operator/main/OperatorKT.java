package dev.sallyport.operator.main;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.api.v1alpha1.AgentSandboxSpec;
import dev.sallyport.api.v1alpha1.Condition;
import dev.sallyport.api.v1alpha1.ConditionStatus;
import dev.sallyport.api.v1alpha1.OperatingMode;
import dev.sallyport.api.v1alpha1.ShutdownPolicy;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.status.ConditionType;
import dev.sallyport.operator.status.StatusComposer;
import dev.sallyport.testing.Cluster;
import dev.sallyport.testing.OnCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import picocli.CommandLine;

/**
 * The operator in this process against a real cluster, with the rights of the chart and no others,
 * and under its admission policies. No proxy's image is
 * needed: in its place the node's pause program runs, which never says that it is ready, and so holds the agent back.
 */
@OnCluster
final class OperatorKT {

    private static final String HOME = "sallyport-system";
    private static final String PAUSE = "localhost/pause:1";
    private static final Pattern DOCUMENT_START = Pattern.compile("(?m)^---$");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Optional<KubernetesClient> operatorClient = Optional.empty();
    private static Optional<RunningOperator> operator = Optional.empty();

    private final KubernetesClient client;
    private String namespace = "";

    OperatorKT(Cluster cluster) {
        this.client = cluster.client();
    }

    @BeforeAll
    static void start(Cluster cluster) throws IOException {
        KubernetesClient admin = cluster.client();
        Path crd = Path.of("../helm/sallyport/crds/agentsandboxes.sallyport.dev.yaml");
        admin.load(Files.newInputStream(crd)).serverSideApply();
        admin.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(HOME)
                        .endMetadata()
                        .build())
                .serverSideApply();
        rights().forEach(rule -> admin.resource(rule).serverSideApply());
        Config config = new ConfigBuilder(Config.fromKubeconfig(cluster.kubeconfig()))
                .withImpersonateUsername("system:serviceaccount:" + HOME + ":sallyport-operator")
                .withUserAgent(OperatorOptions.userAgent())
                .build();
        operatorClient =
                Optional.of(new KubernetesClientBuilder().withConfig(config).build());
        operator = Optional.of(startOperator());
    }

    private static List<HasMetadata> rights() {
        String manifests = new Helm(Path.of("../helm/sallyport"))
                .template()
                .withName("sallyport")
                .withNamespace(HOME)
                .withKubeVersion("1.36.0")
                .call();
        List<HasMetadata> rights = new ArrayList<>();
        for (String document : DOCUMENT_START.splitAsStream(manifests).toList()) {
            if (!document.isBlank()) {
                GenericKubernetesResource object = Serialization.unmarshal(document, GenericKubernetesResource.class);
                if (object.getKind().contains("Role") || object.getKind().startsWith("ValidatingAdmission")) {
                    rights.add(object);
                }
            }
        }
        assertThat(rights).hasSize(9);
        return rights;
    }

    private static RunningOperator startOperator() throws IOException {
        OperatorOptions options = new OperatorOptions();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("options", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
                .parseArgs(
                        "--namespace=" + HOME,
                        "--identity=test-" + System.nanoTime(),
                        "--proxy-image=" + PAUSE,
                        "--proxy-pull-policy=Never",
                        "--guard-image=" + PAUSE,
                        "--guard-pull-policy=Never",
                        "--fast-poll-millis=500",
                        "--http-port=0");
        return RunningOperator.start(operatorClient.orElseThrow(), options, List.of("10.43.0.10"), Clock.systemUTC());
    }

    @AfterAll
    static void stop(Cluster cluster) {
        operator.ifPresent(RunningOperator::close);
        operatorClient.ifPresent(KubernetesClient::close);
        rights().forEach(rule -> cluster.client().resource(rule).delete());
        cluster.client().namespaces().withName(HOME).delete();
    }

    @BeforeEach
    void createNamespace(TestInfo test) {
        namespace = "t-" + Integer.toHexString(test.getDisplayName().hashCode());
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
    }

    @AfterEach
    void deleteNamespace() {
        client.namespaces().withName(namespace).delete();
    }

    @Test
    void aSandboxGetsAllItsObjectsAndAnAgentThatWaits() {
        apply(sandbox());

        Pod pod = await().atMost(PATIENCE)
                .until(
                        () -> pod().orElse(null),
                        found -> found != null
                                && found.getStatus().getInitContainerStatuses().stream()
                                        .anyMatch(guard -> guard.getName().equals(Names.GUARD_CONTAINER)
                                                && guard.getState().getRunning() != null));

        assertThat(pod.getSpec().getServiceAccountName()).isEqualTo("demo-sallyport");
        assertThat(pod.getStatus().getContainerStatuses())
                .allSatisfy(agent -> assertThat(agent.getState().getRunning()).isNull());
        assertThat(client.configMaps()
                        .inNamespace(namespace)
                        .withName("demo-sallyport")
                        .get())
                .isNotNull();
        assertThat(client.serviceAccounts()
                        .inNamespace(namespace)
                        .withName("demo-sallyport")
                        .get())
                .isNotNull();
        assertThat(policy()).isNotNull();
        assertThat(client.persistentVolumeClaims().inNamespace(namespace).list().getItems())
                .isEmpty();
        awaitCondition(ConditionType.Accepted, ConditionStatus.True, "Valid");
        awaitCondition(ConditionType.EgressEnforced, ConditionStatus.Unknown, "NotProvedYet");
        awaitFalse(ConditionType.ProxyReady);
        awaitFalse(ConditionType.Ready);
        assertThat(requireNonNull(resource().getStatus()).podName()).isEqualTo("demo");
        awaitEvent("PodCreated");
        assertThat(managers(pod)).contains(Names.FIELD_MANAGER);
    }

    @Test
    void aPairHasAServiceTwoPoliciesAndItsProxyFirst() {
        AgentSandbox sandbox = sandbox();
        sandbox.setSpec(placed(sandbox.getSpec(), "PairedPod"));
        apply(sandbox);

        Pod proxy = await().atMost(PATIENCE)
                .until(
                        () -> Optional.ofNullable(client.pods()
                                .inNamespace(namespace)
                                .withName("demo-sallyport")
                                .get()),
                        Optional::isPresent)
                .orElseThrow();

        Service service = client.services()
                .inNamespace(namespace)
                .withName("demo-sallyport")
                .get();
        assertThat(config()).contains(service.getSpec().getClusterIP()).contains("\"token\" : \"sallyport-");
        assertThat(client.network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(namespace)
                        .list()
                        .getItems())
                .extracting(policy -> policy.getMetadata().getName())
                .containsExactlyInAnyOrder("demo-sallyport", "demo-sallyport-agent");
        assertThat(proxy.getSpec().getContainers()).hasSize(1);
        awaitCondition(ConditionType.Accepted, ConditionStatus.True, "Valid");
        awaitCondition(ConditionType.EgressEnforced, ConditionStatus.Unknown, "NoPod");
        awaitFalse(ConditionType.Ready);
        assertThat(pod()).as("the agent waits for a proxy that is ready").isEmpty();
        assertThat(requireNonNull(resource().getStatus()).podName()).isNull();

        edit(spec -> placed(spec, "Sidecar"));

        awaitPod();
        await().atMost(PATIENCE)
                .until(() -> client.pods()
                                .inNamespace(namespace)
                                .withName("demo-sallyport")
                                .get()
                        == null);
    }

    @Test
    void aRouteChangeIsHot() {
        apply(sandbox());
        Pod before = awaitPod();

        edit(spec -> with(spec, "rules", "[{methods: [GET]}]"));

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(config()).contains("\"GET\"").contains("\"generation\" : 2");
            Pod pod = pod().orElseThrow();
            assertThat(pod.getMetadata().getUid())
                    .isEqualTo(before.getMetadata().getUid());
            assertThat(pod.getMetadata().getAnnotations().get(Names.CONFIG_HASH))
                    .isNotEqualTo(before.getMetadata().getAnnotations().get(Names.CONFIG_HASH));
        });
        awaitEvent("ConfigChanged");
    }

    @Test
    void aNamespaceMayRequireThatSecretsNameTheirHosts() {
        apply(sandbox());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(config()).contains("\"allowedHosts\" : \"Optional\""));

        client.namespaces()
                .withName(namespace)
                .edit(found -> new NamespaceBuilder(found)
                        .editMetadata()
                        .addToAnnotations(Names.REQUIRE_ALLOWED_HOSTS, "true")
                        .endMetadata()
                        .build());
        edit(spec -> with(spec, "rules", "[{methods: [GET]}]"));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(config()).contains("\"allowedHosts\" : \"Required\""));
    }

    @Test
    void aTemplateChangeReplacesThePod() {
        apply(sandbox());
        Pod before = awaitPod();

        edit(spec -> withEnv(spec, "ADDED", "yes"));

        awaitAnotherPodThan(before);
        awaitEvent("PodReplaced");
    }

    @Test
    void aFurtherSecretReplacesThePodAndOneLessDoesNot() {
        apply(sandbox());
        Pod first = awaitPod();

        edit(spec -> with(spec, "credential", "{bearer: {secretKeyRef: {name: other, key: token}}}"));
        Pod second = awaitAnotherPodThan(first);
        edit(spec -> with(spec, "credential", "null"));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(config()).contains("\"generation\" : 3"));
        awaitGeneration(3);
        assertThat(pod().orElseThrow().getMetadata().getUid())
                .isEqualTo(second.getMetadata().getUid());
    }

    @Test
    void aPlaceholderIsTheSameInTheNextPodAndAfterARestartOfTheOperator() throws IOException {
        apply(sandbox());
        Pod without = awaitPod();

        edit(spec -> with(
                spec,
                "credential",
                "{bearer: {secretKeyRef: {name: anthropic, key: api-key}}, placeholder: {env: TOKEN}}"));
        Pod first = awaitAnotherPodThan(without);
        operator.orElseThrow().close();
        operator = Optional.of(startOperator());
        edit(spec -> withEnv(spec, "ADDED", "yes"));
        Pod second = awaitAnotherPodThan(first);

        String token = variable(first, "TOKEN");
        assertThat(token).matches("sallyport-[-_A-Za-z0-9]{43}");
        assertThat(variable(second, "TOKEN")).isEqualTo(token);
        assertThat(config()).contains('"' + token + '"');
        assertThat(second.getSpec().getContainers().getFirst().getVolumeMounts())
                .anySatisfy(mount -> {
                    assertThat(mount.getMountPath()).isEqualTo("/var/run/sallyport/ca");
                    assertThat(mount.getReadOnly()).isTrue();
                });
    }

    @Test
    void aSpecThatIsNoLongerAcceptedKeepsTheLastGoodPod() {
        apply(sandbox());
        Pod before = awaitPod();
        String config = config();

        edit(spec -> new AgentSandboxSpec(
                List.of("Unheard"),
                spec.podTemplate(),
                spec.volumeClaimTemplates(),
                spec.routes(),
                spec.limits(),
                spec.enforcement(),
                spec.proxy(),
                spec.operatingMode(),
                spec.shutdownTime(),
                spec.shutdownPolicy()));

        Condition accepted = awaitCondition(ConditionType.Accepted, ConditionStatus.False, "ReferenceNotFound");
        assertThat(accepted.message()).contains("spec.agentProfiles[0]");
        assertThat(accepted.observedGeneration()).isEqualTo(2);
        assertThat(pod().orElseThrow().getMetadata().getUid())
                .isEqualTo(before.getMetadata().getUid());
        assertThat(config()).isEqualTo(config);
        awaitEvent("SpecRefused");
    }

    @Test
    void aSpecThatIsNotAcceptedGetsNothing() {
        AgentSandbox sandbox = sandbox();
        // The API server itself refuses the plainest ways out; this one only the operator sees.
        requireNonNull(sandbox.getSpec())
                .podTemplate()
                .getSpec()
                .setVolumes(List.of(new VolumeBuilder()
                        .withName("stolen")
                        .withNewSecret()
                        .withSecretName("anthropic")
                        .endSecret()
                        .build()));
        apply(sandbox);

        Condition accepted = awaitCondition(ConditionType.Accepted, ConditionStatus.False, "IsolationUndone");

        assertThat(accepted.message()).contains("spec.podTemplate.spec.volumes[0].secret");
        awaitCondition(ConditionType.Ready, ConditionStatus.False, "NotAccepted");
        assertThat(pod()).isEmpty();
        assertThat(client.configMaps()
                        .inNamespace(namespace)
                        .withName("demo-sallyport")
                        .get())
                .isNull();
    }

    @Test
    void aSuspendedSandboxLosesItsPodAndGetsOneAgain() {
        apply(sandbox());
        Pod before = awaitPod();

        edit(spec -> mode(spec, OperatingMode.Suspended));
        awaitCondition(ConditionType.Suspended, ConditionStatus.True, "Suspended");
        assertThat(pod()).isEmpty();
        edit(spec -> mode(spec, OperatingMode.Running));

        awaitAnotherPodThan(before);
        awaitCondition(ConditionType.Suspended, ConditionStatus.False, "Running");
    }

    @Test
    void deletingTheResourceLeavesNothing() {
        apply(sandbox());
        awaitPod();

        client.resource(resource()).delete();

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(pod()).isEmpty();
            for (List<? extends HasMetadata> owned : List.of(
                    client.configMaps()
                            .inNamespace(namespace)
                            .withLabel(Names.SANDBOX_LABEL)
                            .list()
                            .getItems(),
                    client.serviceAccounts()
                            .inNamespace(namespace)
                            .withLabel(Names.SANDBOX_LABEL)
                            .list()
                            .getItems(),
                    client.network()
                            .v1()
                            .networkPolicies()
                            .inNamespace(namespace)
                            .list()
                            .getItems())) {
                assertThat(owned).isEmpty();
            }
        });
    }

    @Test
    void aPodOfSomebodyElsesIsLeftAlone() {
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("demo")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("mine")
                        .withImage(PAUSE)
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        apply(sandbox());

        awaitCondition(ConditionType.Ready, ConditionStatus.False, "NameTaken");

        assertThat(pod().orElseThrow().getMetadata().getOwnerReferences()).isEmpty();
        awaitEvent("NameTaken");
    }

    @Test
    void aConfigMapOfSomebodyElsesIsLeftAlone() {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("demo-sallyport")
                        .endMetadata()
                        .addToData("mine", "kept")
                        .build())
                .create();
        apply(sandbox());

        awaitCondition(ConditionType.Ready, ConditionStatus.False, "NameTaken");

        ConfigMap mine = client.configMaps()
                .inNamespace(namespace)
                .withName("demo-sallyport")
                .get();
        assertThat(mine.getData()).containsOnlyKeys("mine");
        assertThat(mine.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(pod()).isEmpty();
    }

    @Test
    void aNetworkPolicyThatWasChangedOrDeletedComesBack() {
        apply(sandbox());
        awaitPod();
        NetworkPolicy desired = policy();

        client.network()
                .v1()
                .networkPolicies()
                .inNamespace(namespace)
                .withName("demo-sallyport")
                .edit(policy -> {
                    policy.getSpec().setPolicyTypes(List.of("Ingress"));
                    policy.getSpec().setEgress(List.of());
                    return policy;
                });
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(policy().getSpec()).isEqualTo(desired.getSpec()));
        client.resource(policy()).delete();

        await().atMost(PATIENCE)
                .until(() -> client.network()
                                .v1()
                                .networkPolicies()
                                .inNamespace(namespace)
                                .withName("demo-sallyport")
                                .get()
                        != null);
    }

    @Test
    void certificatesThatComeLaterAreFound() {
        AgentSandbox sandbox = sandbox();
        sandbox.setSpec(with(requireNonNull(sandbox.getSpec()), "tls", "{caConfigMapRef: {name: ca, key: ca.crt}}"));
        apply(sandbox);
        Condition missing = awaitCondition(ConditionType.Accepted, ConditionStatus.False, "ReferenceNotFound");
        assertThat(missing.message()).contains("there is no ConfigMap ca");

        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("ca")
                        .endMetadata()
                        .addToData("ca.crt", certificate())
                        .build())
                .create();

        awaitCondition(ConditionType.Accepted, ConditionStatus.True, "Valid");
        awaitPod();
        assertThat(config()).contains("BEGIN CERTIFICATE");
    }

    @Test
    void aTemplateThatTheApiServerRefusesKeepsTheLastGoodPod() {
        apply(sandbox());
        Pod before = awaitPod();

        edit(spec -> withEnv(spec, "NOT=A=NAME\u0007", "x"));

        Condition ready = awaitCondition(ConditionType.Ready, ConditionStatus.False, "PodInvalid");
        assertThat(ready.message()).contains("env");
        assertThat(pod().orElseThrow().getMetadata().getUid())
                .isEqualTo(before.getMetadata().getUid());
    }

    @Test
    void aSandboxWhoseTimeHasComeIsDeleted() {
        AgentSandbox sandbox = sandbox();
        sandbox.setSpec(shutdown(
                requireNonNull(sandbox.getSpec()), Instant.now().plusSeconds(3).toString(), ShutdownPolicy.Delete));
        apply(sandbox);
        awaitPod();

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(client.resources(AgentSandbox.class)
                            .inNamespace(namespace)
                            .withName("demo")
                            .get())
                    .isNull();
            assertThat(pod()).isEmpty();
        });
    }

    @Test
    void aSandboxWhoseTimeHasComeIsRetainedWithoutAPod() {
        apply(sandbox());
        awaitPod();

        edit(spec -> shutdown(spec, "2020-01-01T00:00:00Z", ShutdownPolicy.Retain));

        awaitCondition(ConditionType.Suspended, ConditionStatus.True, "ShutdownTimeReached");
        assertThat(pod()).isEmpty();
    }

    @Test
    void anOperatorThatStartsAgainTouchesNothing() throws IOException {
        apply(sandbox());
        awaitPod();
        awaitFalse(ConditionType.ProxyReady);
        Pod before = pod().orElseThrow();
        NetworkPolicy policy = policy();

        operator.orElseThrow().close();
        operator = Optional.of(startOperator());
        edit(spec -> with(spec, "limits", "{requestsPerMinute: 7}"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(config()).contains("\"requestsPerMinute\" : 7"));
        awaitGeneration(2);

        assertThat(pod().orElseThrow().getMetadata().getUid())
                .isEqualTo(before.getMetadata().getUid());
        assertThat(policy().getMetadata().getResourceVersion())
                .isEqualTo(policy.getMetadata().getResourceVersion());
    }

    private AgentSandbox sandbox() {
        return Serialization.unmarshal("""
                apiVersion: sallyport.dev/v1alpha1
                kind: AgentSandbox
                metadata: {name: demo, namespace: %s}
                spec:
                  podTemplate:
                    spec:
                      terminationGracePeriodSeconds: 1
                      containers:
                      - {name: agent, image: "%s", imagePullPolicy: Never}
                  routes:
                  - name: anthropic
                    hosts: [api.anthropic.com]
                    credential:
                      header: {name: x-api-key, secretKeyRef: {name: anthropic, key: api-key}}
                    baseUrl: {env: ANTHROPIC_BASE_URL}
                """.formatted(namespace, PAUSE), AgentSandbox.class);
    }

    private void apply(AgentSandbox sandbox) {
        client.resource(sandbox).create();
    }

    private AgentSandbox resource() {
        return client.resources(AgentSandbox.class)
                .inNamespace(namespace)
                .withName("demo")
                .get();
    }

    /** As a user would: once more if the operator has written the status meanwhile. */
    private void edit(UnaryOperator<AgentSandboxSpec> change) {
        await().atMost(PATIENCE)
                .ignoreExceptionsMatching(e -> e instanceof KubernetesClientException refused
                        && refused.getCode() == HttpURLConnection.HTTP_CONFLICT)
                .untilAsserted(() -> client.resources(AgentSandbox.class)
                        .inNamespace(namespace)
                        .withName("demo")
                        .edit(sandbox -> {
                            sandbox.setSpec(change.apply(requireNonNull(sandbox.getSpec())));
                            return sandbox;
                        }));
    }

    /** The spec with a field of its only route set to some YAML. */
    private static AgentSandboxSpec with(AgentSandboxSpec spec, String field, String yaml) {
        ObjectNode tree = tree(spec);
        ObjectNode route = (ObjectNode) tree.at("/routes/0");
        JsonNode value = Serialization.unmarshal("v: " + yaml, JsonNode.class).get("v");
        if (value.isNull()) {
            route.remove(field);
        } else {
            route.set(field, value);
        }
        return Serialization.unmarshal(tree.toString(), AgentSandboxSpec.class);
    }

    private static AgentSandboxSpec placed(AgentSandboxSpec spec, String placement) {
        ObjectNode tree = tree(spec);
        tree.putObject("proxy").put("placement", placement);
        return Serialization.unmarshal(tree.toString(), AgentSandboxSpec.class);
    }

    private static AgentSandboxSpec withEnv(AgentSandboxSpec spec, String name, String value) {
        ObjectNode tree = tree(spec);
        ((ObjectNode) tree.at("/podTemplate/spec/containers/0"))
                .withArray("env")
                .addObject()
                .put("name", name)
                .put("value", value);
        return Serialization.unmarshal(tree.toString(), AgentSandboxSpec.class);
    }

    private static AgentSandboxSpec mode(AgentSandboxSpec spec, OperatingMode mode) {
        ObjectNode tree = tree(spec);
        tree.put("operatingMode", mode.name());
        return Serialization.unmarshal(tree.toString(), AgentSandboxSpec.class);
    }

    private static AgentSandboxSpec shutdown(AgentSandboxSpec spec, String time, ShutdownPolicy policy) {
        ObjectNode tree = tree(spec);
        tree.put("shutdownTime", time).put("shutdownPolicy", policy.name());
        return Serialization.unmarshal(tree.toString(), AgentSandboxSpec.class);
    }

    private static ObjectNode tree(AgentSandboxSpec spec) {
        return (ObjectNode) Serialization.unmarshal(Serialization.asJson(spec), JsonNode.class);
    }

    private Optional<Pod> pod() {
        return Optional.ofNullable(
                client.pods().inNamespace(namespace).withName("demo").get());
    }

    private Pod awaitPod() {
        return await().atMost(PATIENCE).until(this::pod, Optional::isPresent).orElseThrow();
    }

    private Pod awaitAnotherPodThan(Pod before) {
        return await().atMost(PATIENCE)
                .until(
                        this::pod,
                        pod -> pod.filter(found -> !found.getMetadata()
                                        .getUid()
                                        .equals(before.getMetadata().getUid()))
                                .isPresent())
                .orElseThrow();
    }

    private static String variable(Pod pod, String name) {
        return pod.getSpec().getContainers().getFirst().getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow();
    }

    private NetworkPolicy policy() {
        return client.network()
                .v1()
                .networkPolicies()
                .inNamespace(namespace)
                .withName("demo-sallyport")
                .get();
    }

    private String config() {
        return Optional.ofNullable(client.configMaps()
                        .inNamespace(namespace)
                        .withName("demo-sallyport")
                        .get())
                .map(map -> requireNonNull(map.getData().get(Names.CONFIG_KEY)))
                .orElse("");
    }

    private void awaitGeneration(long generation) {
        await().atMost(PATIENCE)
                .until(() -> Optional.ofNullable(resource().getStatus())
                        .filter(status -> Long.valueOf(generation).equals(status.observedGeneration()))
                        .isPresent());
    }

    private Condition awaitCondition(ConditionType type, ConditionStatus status, String reason) {
        return await().alias(type + "=" + status + " (" + reason + ")")
                .atMost(PATIENCE)
                .until(
                        () -> StatusComposer.find(resource().getStatus(), type),
                        found -> found.filter(condition -> condition.status() == status
                                        && condition.reason().equals(reason))
                                .isPresent())
                .orElseThrow();
    }

    /** The reason is left open: what answers at a pod's address is up to the machine that the test runs on. */
    private void awaitFalse(ConditionType type) {
        await().alias(type + "=False")
                .atMost(PATIENCE)
                .until(() -> StatusComposer.find(resource().getStatus(), type)
                        .filter(condition -> condition.status() == ConditionStatus.False)
                        .isPresent());
    }

    private void awaitEvent(String reason) {
        await().alias("event " + reason)
                .atMost(PATIENCE)
                .until(() -> client.events().v1().events().inNamespace(namespace).list().getItems().stream()
                        .anyMatch(event -> event.getReason().equals(reason)
                                && event.getRegarding().getName().equals("demo")));
    }

    private static Set<String> managers(HasMetadata object) {
        return object.getMetadata().getManagedFields().stream()
                .map(entry -> entry.getManager())
                .collect(Collectors.toSet());
    }

    private static String certificate() {
        try (Stream<String> lines =
                Files.lines(Path.of("src/test/resources/golden/complete/in-ConfigMap-company-ca.yaml"))) {
            return String.join(
                            "\n",
                            lines.filter(line -> line.startsWith("    "))
                                    .map(String::strip)
                                    .toList()) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
