package dev.sallyport.operator.main;

import static java.net.HttpURLConnection.HTTP_FORBIDDEN;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.marcnuri.helm.Helm;
import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.resolve.ClusterAllowedHostsRule;
import dev.sallyport.testing.Cluster;
import dev.sallyport.testing.Cluster.Output;
import dev.sallyport.testing.OnCluster;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart's admission policies on a real API server, with the real scheduler, kubelet and garbage collector at work on
 * the pods. The operator is only a user name here; {@link OperatorKT} has it work under the same policies. All acts are
 * a cluster administrator's unless they name another user.
 */
@OnCluster
final class PodPolicyKT {

    private static final String HOME = "sallyport-policy";
    private static final String WATCHED = "policy-watched";
    private static final String OPERATOR = "system:serviceaccount:" + HOME + ":sallyport-operator";
    private static final String PAUSE = "localhost/pause:1";
    private static final Pattern DOCUMENT_START = Pattern.compile("(?m)^---$");
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private static Optional<KubernetesClient> operatorClient = Optional.empty();

    private final Cluster cluster;
    private final KubernetesClient client;
    private String name = "";

    PodPolicyKT(Cluster cluster) {
        this.cluster = cluster;
        this.client = cluster.client();
    }

    @BeforeAll
    static void install(Cluster cluster) throws IOException {
        KubernetesClient admin = cluster.client();
        Path crd = Path.of("../helm/sallyport/crds/agentsandboxes.sallyport.dev.yaml");
        admin.load(Files.newInputStream(crd)).serverSideApply();
        Stream.of(HOME, WATCHED)
                .forEach(namespace -> admin.resource(namespace(namespace)).serverSideApply());
        chart(true).forEach(object -> admin.resource(object).serverSideApply());
        Config config = new ConfigBuilder(Config.fromKubeconfig(cluster.kubeconfig()))
                .withImpersonateUsername(OPERATOR)
                .build();
        operatorClient =
                Optional.of(new KubernetesClientBuilder().withConfig(config).build());
        // A policy holds when the API server has seen it, and a user's rights likewise.
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThatThrownBy(() -> admin.resource(
                                    pod("probe", owner("AgentSandbox", HasMetadata.getApiVersion(AgentSandbox.class))))
                            .dryRun()
                            .create())
                    .hasMessageContaining("mark pods that the Sallyport operator makes");
            operator()
                    .resource(pod("probe", owner("AgentSandbox", HasMetadata.getApiVersion(AgentSandbox.class))))
                    .dryRun()
                    .create();
        });
    }

    private static List<HasMetadata> chart(boolean allowConnections) throws IOException {
        Path values = Files.createTempFile("values", ".yaml");
        values.toFile().deleteOnExit();
        Files.writeString(
                values,
                "{watchNamespaces: [%s], podPolicy: {allowConnections: %s}}".formatted(WATCHED, allowConnections));
        String manifests = new Helm(Path.of("../helm/sallyport"))
                .template()
                .withName("sallyport")
                .withNamespace(HOME)
                .withKubeVersion("1.36.0")
                .withValuesFile(values)
                .call();
        List<HasMetadata> objects = DOCUMENT_START
                .splitAsStream(manifests)
                .filter(document -> !document.isBlank())
                .<HasMetadata>map(document -> Serialization.unmarshal(document, GenericKubernetesResource.class))
                .filter(object ->
                        object.getKind().contains("Role") || object.getKind().startsWith("ValidatingAdmission"))
                .toList();
        assertThat(objects)
                .filteredOn(object -> !object.getKind().contains("Role"))
                .hasSize(5);
        return objects;
    }

    @AfterAll
    static void uninstall(Cluster cluster) throws IOException {
        operatorClient.ifPresent(KubernetesClient::close);
        chart(true).forEach(object -> cluster.client().resource(object).delete());
        Stream.of(HOME, WATCHED)
                .forEach(namespace ->
                        cluster.client().namespaces().withName(namespace).delete());
    }

    @BeforeEach
    void chooseName(TestInfo test) {
        name = "t-" + Integer.toHexString(test.getDisplayName().hashCode());
    }

    @AfterEach
    void deleteAll() {
        client.pods().inNamespace(WATCHED).withGracePeriod(0).delete();
        client.apps().replicaSets().inNamespace(WATCHED).delete();
        client.resources(AgentSandbox.class).inNamespace(WATCHED).delete();
    }

    @Test
    void whatMakesAndRunsAndRemovesASandboxsPodPasses() {
        Pod pod = running();

        Pod touched = operator()
                .resource(pod)
                .patch(
                        MERGE,
                        new PodBuilder()
                                .withNewMetadata()
                                .addToAnnotations(Names.CONFIG_HASH, "next")
                                .endMetadata()
                                .build());
        assertThat(touched.getMetadata().getAnnotations()).containsEntry(Names.CONFIG_HASH, "next");

        // The garbage collector deletes the pod first and then lets its owner go.
        client.resources(AgentSandbox.class)
                .inNamespace(WATCHED)
                .withName(name)
                .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                .delete();
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(client.resource(pod).get()).isNull();
            assertThat(client.resources(AgentSandbox.class)
                            .inNamespace(WATCHED)
                            .withName(name)
                            .get())
                    .isNull();
        });
    }

    @Test
    void theOperatorReadsTheNamespacesThatItWatchesAndNoOthers() {
        ClusterAllowedHostsRule rule = new ClusterAllowedHostsRule(operator());

        assertThat(rule.in(WATCHED)).isEqualTo(AllowedHosts.OPTIONAL);
        // It may not read this one, and so takes it for one that requires it.
        assertThat(rule.in(HOME)).isEqualTo(AllowedHosts.REQUIRED);
    }

    @Test
    void anybodyWithTheRightMayDeleteThePod() {
        Pod pod = running();

        Output deleted = cluster.kubectl("delete", "pod", "--namespace=" + WATCHED, name, "--wait=false");

        assertThat(deleted.exitCode()).as(deleted.err()).isZero();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.resource(pod).get()).isNull());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            label pod {} team=red                                        | only the Sallyport operator changes
            label pod {} sallyport.dev/sandbox-                          | are set when the Sallyport operator makes
            label pod {} sallyport.dev/sandbox=other --overwrite         | are set when the Sallyport operator makes
            label pod {} sallyport.dev/role=proxy                        | are set when the Sallyport operator makes
            annotate pod {} sallyport.dev/config-hash=forged --overwrite | only the Sallyport operator changes
            annotate pod {} note=harmless                                | only the Sallyport operator changes
            set image pod/{} agent=localhost/other:1                     | only the Sallyport operator changes
            set image pod/{} proxy=localhost/other:1                     | only the Sallyport operator changes
            patch pod {} --patch={"spec":{"activeDeadlineSeconds":5}}    | only the Sallyport operator changes
            patch pod {} --type=merge --patch={"metadata":{"ownerReferences":null}} | only the Sallyport operator changes
            patch pod {} --type=merge --patch={"metadata":{"finalizers":["a.b/c"]}} | only the Sallyport operator changes
            patch pod {} --subresource=resize --patch={"spec":{"containers":[{"name":"agent","resources":{"requests":{"cpu":"2m"}}}]}} | only the Sallyport operator changes
            patch pod {} --subresource=ephemeralcontainers --patch={"spec":{"ephemeralContainers":[{"name":"spy","image":"localhost/pause:1"}]}} | takes no ephemeral containers
            patch pod {} --subresource=ephemeralcontainers --as=OPERATOR --as-group=system:masters --patch={"spec":{"ephemeralContainers":[{"name":"spy","image":"localhost/pause:1"}]}} | takes no ephemeral containers
            debug {} --image=localhost/pause:1 --target=proxy            | takes no ephemeral containers
            patch pod {} --subresource=status --type=merge --patch={"metadata":{"annotations":{"sallyport.dev/config-hash":"forged"}}} | are the Sallyport operator's
            patch pod {} --subresource=status --type=merge --patch={"metadata":{"annotations":{"sallyport.dev/config-hash":null}}} | are the Sallyport operator's
            patch pod {} --subresource=status --type=merge --patch={"metadata":{"labels":{"sallyport.dev/sandbox":null}}} | are set when the Sallyport operator makes
            patch pod {} --subresource=status --type=merge --patch={"metadata":{"labels":{"sallyport.dev/role":"proxy"}}} | are set when the Sallyport operator makes
            patch pod {} --subresource=status --type=merge --patch={"status":{"podIPs":[{"ip":"10.42.0.250"}],"podIP":"10.42.0.250"}} | kubelet's to report
            patch pod {} --subresource=status --type=merge --patch={"status":{"phase":"Succeeded"}} | kubelet's to report
            patch pod {} --subresource=status --type=merge --patch={"status":{"initContainerStatuses":null}} | kubelet's to report
            patch pod {} --subresource=status --type=merge --patch={"status":{"containerStatuses":null}} | kubelet's to report
            """)
    void nobodyElseChangesASandboxsPod(String act, String refusal) {
        Pod before = running();

        Output output = kubectl(act);

        assertThat(output.exitCode()).isNotZero();
        assertThat(output.err()).contains("denied request").contains(refusal);
        Pod after = client.resource(before).get();
        assertThat(after.getSpec()).isEqualTo(before.getSpec());
        assertThat(after.getMetadata().getLabels())
                .isEqualTo(before.getMetadata().getLabels());
        assertThat(after.getMetadata().getAnnotations())
                .isEqualTo(before.getMetadata().getAnnotations());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "patch pod {} --subresource=status --type=merge --patch={\"metadata\":{\"annotations\":{\"cni.example.com/podIP\":\"10.42.0.9\"}}}",
                "patch pod {} --subresource=status --patch={\"status\":{\"conditions\":[{\"type\":\"example.com/gate\",\"status\":\"True\"}]}}",
            })
    void networkPluginsAndReadinessGatesGoOnWorking(String act) {
        running();

        Output output = kubectl(act);

        assertThat(output.exitCode()).as(output.err()).isZero();
    }

    @Test
    void onlyTheOperatorMakesAPodWithTheLabelAndOnlyForASandbox() {
        OwnerReference real = owner(sandbox());

        assertRefused(client, pod(name, real));
        assertRefused(operator(), pod(name, null));
        assertRefused(
                operator(),
                pod(name, new OwnerReferenceBuilder(real).withController(false).build()));
        assertRefused(
                operator(),
                pod(name, new OwnerReferenceBuilder(real).withKind("Other").build()));
        assertRefused(
                operator(),
                pod(
                        name,
                        new OwnerReferenceBuilder(real)
                                .withApiVersion("example.com/v1")
                                .build()));
        assertThat(client.pods().inNamespace(WATCHED).withName(name).get()).isNull();
        assertThatCode(() -> operator().resource(pod(name, real)).create()).doesNotThrowAnyException();
    }

    @Test
    void noControllerMakesAPodWithTheLabelForSomebody() {
        client.resource(Serialization.unmarshal("""
                        apiVersion: apps/v1
                        kind: ReplicaSet
                        metadata: {name: %s, namespace: %s}
                        spec:
                          selector: {matchLabels: {sallyport.dev/sandbox: demo}}
                          template:
                            metadata: {labels: {sallyport.dev/sandbox: demo}}
                            spec: {containers: [{name: agent, image: "%s"}]}
                        """.formatted(name, WATCHED, PAUSE), ReplicaSet.class))
                .create();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.apps()
                                .replicaSets()
                                .inNamespace(WATCHED)
                                .withName(name)
                                .get()
                                .getStatus()
                                .getConditions())
                        .anySatisfy(condition -> assertThat(condition.getMessage())
                                .contains("mark pods that the Sallyport operator makes")));
        assertThat(client.pods()
                        .inNamespace(WATCHED)
                        .withLabel(Names.SANDBOX_LABEL)
                        .list()
                        .getItems())
                .isEmpty();
    }

    @Test
    void aForeignPodDoesNotTakeTheLabelLater() {
        client.resource(foreign()).create();

        Output output = kubectl("label pod {}-foreign sallyport.dev/sandbox=demo");
        Output byStatus = kubectl("patch pod {}-foreign --subresource=status --type=merge"
                + " --patch={\"metadata\":{\"labels\":{\"sallyport.dev/sandbox\":\"demo\"}}}");
        Output role = kubectl("label pod {}-foreign sallyport.dev/role=proxy");
        Output byStatusAndEmpty = kubectl("patch pod {}-foreign --subresource=status --type=merge"
                + " --patch={\"metadata\":{\"labels\":{\"sallyport.dev/sandbox\":\"\"}}}");

        assertThat(List.of(output, role, byStatus, byStatusAndEmpty)).allSatisfy(refused -> {
            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.err()).contains("are set when the Sallyport operator makes");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {Names.SANDBOX_LABEL, Names.ROLE_LABEL})
    void noBindingOverwritesALabel(String label) {
        cluster.copyToNode(
                "{apiVersion: v1, kind: Binding, metadata: {name: %s, namespace: %s, labels: {%s: other}}, target: {apiVersion: v1, kind: Node, name: nowhere}}"
                        .formatted(name, WATCHED, label),
                "/tmp/binding.yaml");

        Output output = cluster.kubectl("create", "--filename=/tmp/binding.yaml");

        assertThat(output.exitCode()).isNotZero();
        assertThat(output.err()).contains("mark pods that the Sallyport operator makes");
    }

    @Test
    void otherPodsAreLeftAlone() {
        running();
        Pod foreign = client.resource(foreign()).create();
        client.resource(foreign).waitUntilCondition(PodPolicyKT::isRunning, PATIENCE.toSeconds(), SECONDS);
        String other = foreign.getMetadata().getName();

        assertSucceeds("label pod " + other + " team=red");
        assertSucceeds("annotate pod " + other + " note=yes");
        assertSucceeds("exec " + other + " --container=proxy -- /pause --version");
        assertSucceeds("debug " + other + " --image=localhost/pause:1 --image-pull-policy=Never --target=proxy");
    }

    @Test
    void whereTheOperatorDoesNotWorkNothingIsRefused() {
        Pod elsewhere = new PodBuilder(pod(name, null))
                .editMetadata()
                .withNamespace(HOME)
                .endMetadata()
                .build();

        assertThatCode(() -> client.resource(elsewhere).dryRun().create()).doesNotThrowAnyException();
    }

    @Test
    void nobodyEntersTheProxyButTheAgentCanBeEntered() {
        running();

        for (String act : List.of(
                "exec {} --container=proxy -- /pause --version",
                "exec {} --container=egress-guard -- /pause --version",
                "attach {} --container=proxy --stdin=false")) {
            Output output = kubectl(act);
            assertThat(output.exitCode()).as(act).isNotZero();
            assertThat(output.err()).as(act).contains("nobody enters the proxy or the guard");
        }
        assertSucceeds("exec {} --container=agent -- /pause --version");
        assertSucceeds("exec {} -- /pause --version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--container=proxy", "--container="})
    void nobodyEntersThePodOfAPairedProxy(String container) {
        Pod paired = pod(name, owner(sandbox()));
        paired.getMetadata().getLabels().put(Names.ROLE_LABEL, Names.PROXY_ROLE);
        paired.getSpec().setInitContainers(List.of());
        paired.getSpec().getContainers().getFirst().setName("proxy");
        operator().resource(paired).create();
        client.resource(paired).waitUntilCondition(PodPolicyKT::isRunning, PATIENCE.toSeconds(), SECONDS);

        for (String act :
                List.of("exec {} " + container + " -- /pause --version", "attach {} --stdin=false " + container)) {
            Output output = kubectl(act);
            assertThat(output.exitCode()).as(act).isNotZero();
            assertThat(output.err()).as(act).contains("nobody enters the proxy or the guard");
        }
    }

    @Test
    void allConnectionsToSandboxesCanBeSwitchedOff() throws IOException {
        running();
        Pod foreign = client.resource(foreign()).create();
        client.resource(foreign).waitUntilCondition(PodPolicyKT::isRunning, PATIENCE.toSeconds(), SECONDS);

        try {
            chart(false)
                    .forEach(object -> client.resource(object).forceConflicts().serverSideApply());

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(kubectl("exec {} --container=agent -- /pause --version")
                                    .err())
                            .contains("podPolicy.allowConnections"));
            assertThat(kubectl("attach {} --stdin=false").err()).contains("podPolicy.allowConnections");
            assertThat(kubectl("port-forward {} :15001").err()).contains("podPolicy.allowConnections");
            for (String form : List.of(name, name + ":15002", "http:" + name + ":15002")) {
                assertThat(kubectl("get --raw /api/v1/namespaces/" + WATCHED + "/pods/" + form + "/proxy/status")
                                .err())
                        .contains("podPolicy.allowConnections");
            }
            assertSucceeds("exec " + foreign.getMetadata().getName() + " --container=proxy -- /pause --version");
        } finally {
            chart(true)
                    .forEach(object -> client.resource(object).forceConflicts().serverSideApply());
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertSucceeds("exec {} --container=agent -- /pause --version"));
    }

    private void assertRefused(KubernetesClient user, Pod pod) {
        assertThatThrownBy(() -> user.resource(pod).create())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(HTTP_FORBIDDEN))
                .hasMessageContaining("mark pods that the Sallyport operator makes");
    }

    private void assertSucceeds(String act) {
        Output output = kubectl(act);
        assertThat(output.exitCode()).as("%s: %s", act, output.err()).isZero();
    }

    /** Runs the node's kubectl in the watched namespace; {@code {}} is the pod's name. */
    private Output kubectl(String act) {
        return cluster.kubectl(Stream.concat(
                        Stream.of("--namespace=" + WATCHED),
                        Arrays.stream(act.split(" +"))
                                .map(word -> word.replace("{}", name).replace("OPERATOR", OPERATOR)))
                .toArray(String[]::new));
    }

    private static KubernetesClient operator() {
        return operatorClient.orElseThrow();
    }

    private AgentSandbox sandbox() {
        return client.resource(Serialization.unmarshal("""
                        apiVersion: sallyport.dev/v1alpha1
                        kind: AgentSandbox
                        metadata: {name: %s, namespace: %s}
                        spec:
                          podTemplate: {spec: {containers: [{name: agent, image: "%s"}]}}
                        """.formatted(name, WATCHED, PAUSE), AgentSandbox.class))
                .create();
    }

    /** A sandbox's pod, made as the operator makes it, scheduled and started. */
    private Pod running() {
        Pod pod = operator().resource(pod(name, owner(sandbox()))).create();
        return client.resource(pod).waitUntilCondition(PodPolicyKT::isRunning, PATIENCE.toSeconds(), SECONDS);
    }

    private static boolean isRunning(Pod pod) {
        return pod != null
                && pod.getStatus().getContainerStatuses().stream()
                        .anyMatch(container -> container.getState().getRunning() != null);
    }

    private static OwnerReference owner(AgentSandbox sandbox) {
        return new OwnerReferenceBuilder(owner("AgentSandbox", HasMetadata.getApiVersion(AgentSandbox.class)))
                .withName(sandbox.getMetadata().getName())
                .withUid(sandbox.getMetadata().getUid())
                .build();
    }

    /** An owner that is not there. */
    private static OwnerReference owner(String kind, String apiVersion) {
        return new OwnerReferenceBuilder()
                .withApiVersion(apiVersion)
                .withKind(kind)
                .withName("nobody")
                .withUid("00000000-0000-4000-8000-000000000000")
                .withController(true)
                .build();
    }

    private static Pod pod(String name, @Nullable OwnerReference owner) {
        return Serialization.unmarshal(
                """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: %s
                  namespace: %s
                  labels: {sallyport.dev/sandbox: "%s"}
                  annotations: {sallyport.dev/config-hash: first}
                  ownerReferences: %s
                spec:
                  terminationGracePeriodSeconds: 1
                  automountServiceAccountToken: false
                  initContainers:
                  - {name: egress-guard, image: "%s", imagePullPolicy: Never, command: [/pause, --version]}
                  - {name: proxy, image: "%s", imagePullPolicy: Never, restartPolicy: Always}
                  containers:
                  - {name: agent, image: "%s", imagePullPolicy: Never, resources: {requests: {cpu: 1m}}}
                """.formatted(
                                name,
                                WATCHED,
                                name,
                                owner == null ? "[]" : "[" + Serialization.asJson(owner) + "]",
                                PAUSE,
                                PAUSE,
                                PAUSE),
                Pod.class);
    }

    /** A pod that is no sandbox's, though a container of it has the proxy's name. */
    private Pod foreign() {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s-foreign, namespace: %s, labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - {name: proxy, image: "%s", imagePullPolicy: Never}
                """.formatted(name, WATCHED, PAUSE), Pod.class);
    }

    private static HasMetadata namespace(String name) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .build();
    }
}
