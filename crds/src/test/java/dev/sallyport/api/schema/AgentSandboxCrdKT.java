package dev.sallyport.api.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.api.v1alpha1.AgentSandboxSpec;
import dev.sallyport.api.v1alpha1.AgentSandboxStatus;
import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.api.v1alpha1.Condition;
import dev.sallyport.api.v1alpha1.ConditionStatus;
import dev.sallyport.testing.Cluster;
import dev.sallyport.testing.OnCluster;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The checked-in definition on a real API server. */
@OnCluster
class AgentSandboxCrdKT {
    private static final String NAMESPACE = "agentsandbox-crd";
    private static final String CRD = "customresourcedefinition.apiextensions.k8s.io/agentsandboxes.sallyport.dev";
    private static final Path CORE = Path.of("src/test/resources/dev/sallyport/api/schema", CoreSchemas.RESOURCE);

    /** Stands beside complaints that leave something unchecked. */
    private static final String UNCHECKED = "some validation rules were not checked";

    private final Cluster cluster;
    private final KubernetesClient client;

    AgentSandboxCrdKT(Cluster cluster) {
        this.cluster = cluster;
        this.client = cluster.client();
    }

    @BeforeAll
    static void apply(Cluster cluster) {
        cluster.copyToNode(Path.of("../helm/sallyport/crds/agentsandboxes.sallyport.dev.yaml"), "/tmp/crd.yaml");
        succeeds(cluster.kubectl("apply", "-f", "/tmp/crd.yaml"));
        succeeds(cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", CRD));
        cluster.client()
                .namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
    }

    @AfterAll
    static void remove(Cluster cluster) {
        succeeds(cluster.kubectl("delete", "namespace", NAMESPACE));
        succeeds(cluster.kubectl("delete", CRD));
    }

    @Test
    void a_second_client_side_apply_finds_nothing_to_change() {
        Cluster.Output second = cluster.kubectl("apply", "-f", "/tmp/crd.yaml");

        assertThat(second.out()).isEqualTo(CRD + " unchanged\n");
    }

    @Test
    void the_definition_has_no_violation_of_structural_schemas() {
        Cluster.Output conditions =
                cluster.kubectl("get", CRD, "-o", "jsonpath={range .status.conditions[*]}{.type}={.status} {end}");

        assertThat(conditions.out().split(" ")).containsExactlyInAnyOrder("NamesAccepted=True", "Established=True");
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void a_good_manifest_is_stored_as_the_types_read_it(Manifest manifest) {
        GenericKubernetesResource stored = dryRun(manifest);

        AgentSandbox read = Serialization.unmarshal(manifest.yaml(), AgentSandbox.class);
        assertThat(Serialization.unmarshal(Serialization.asYaml(stored), AgentSandbox.class)
                        .getSpec())
                .isEqualTo(read.getSpec());
    }

    static Stream<Manifest> accepted() {
        return Manifest.accepted();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void a_bad_manifest_is_refused_for_what_is_wrong_with_it_and_nothing_else(Manifest manifest) {
        KubernetesClientException refusal =
                catchThrowableOfType(KubernetesClientException.class, () -> dryRun(manifest));

        assertThat(refusal).as("the refusal of " + manifest).isNotNull();
        List<String> said = complaints(refusal.getStatus());
        assertThat(manifest.complaints()).isNotEmpty();
        assertThat(said).as(manifest.toString()).hasSameSizeAs(manifest.complaints());
        assertThat(manifest.complaints())
                .allSatisfy(expected ->
                        assertThat(said).anySatisfy(one -> assertThat(one).contains(expected)));
    }

    static Stream<Manifest> refused() {
        return Manifest.refused();
    }

    @Test
    void kubectl_applies_manifests_with_strict_validation() {
        accepted()
                .forEach(manifest -> cluster.copyToNode(
                        manifest.file(), "/tmp/accepted/" + manifest.toString().replace('/', '-')));

        Cluster.Output output = cluster.kubectl(
                "apply", "--dry-run=server", "--validate=strict", "--namespace", NAMESPACE, "-f", "/tmp/accepted");

        succeeds(output);
        assertThat(output.out().lines())
                .hasSameSizeAs(accepted().toList())
                .allMatch(line -> line.endsWith("created (server dry run)"));
    }

    @Test
    void kubectl_get_shows_the_columns() {
        AgentSandbox sandbox = create("shown");
        sandbox.setStatus(new AgentSandboxStatus(
                1L,
                "shown",
                List.of(new Condition(
                        "Ready", ConditionStatus.True, 1L, "2030-01-31T12:00:00Z", "ProxyServes", "It serves.")),
                null,
                new AuditStatus(4182, 3, 1, 4100, null, List.of(), null, null)));
        client.resource(sandbox).updateStatus();

        Cluster.Output output = cluster.kubectl("get", "asbx", "shown", "--namespace", NAMESPACE);

        assertThat(output.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .satisfiesExactly(
                        head -> assertThat(head).isEqualTo("NAME READY PROFILES ALLOWED DENIED AGE"),
                        row -> assertThat(row).matches("shown True \\[\"Generic\"] 4182 3 \\d+s"));
        assertThat(cluster.kubectl("get", "all", "--namespace", NAMESPACE).out())
                .contains("agentsandbox.sallyport.dev/shown");
    }

    @Test
    void the_status_is_written_through_its_subresource_only() {
        AgentSandbox sandbox = create("separate");
        sandbox.setStatus(new AgentSandboxStatus(7L, "forged", List.of(), null, null));

        AgentSandbox updated = client.resource(sandbox).update();

        assertThat(updated.getStatus()).isNull();
    }

    @Test
    void the_status_of_a_sandbox_that_counts_nothing_yet_is_accepted_and_read_back() {
        AgentSandbox sandbox = create("idle");
        AgentSandboxStatus idle = new AgentSandboxStatus(
                1L, null, List.of(), null, new AuditStatus(0, 0, 0, 0, null, List.of(), null, null));
        sandbox.setStatus(idle);

        client.resource(sandbox).updateStatus();

        assertThat(client.resource(sandbox).get().getStatus()).isEqualTo(idle);
    }

    @Test
    void two_appliers_may_each_own_a_route() {
        succeeds(applyAs("one", "first", "a.example.com"));
        succeeds(applyAs("two", "second", "b.example.com"));

        AgentSandbox merged = client.resources(AgentSandbox.class)
                .inNamespace(NAMESPACE)
                .withName("merged")
                .get();
        assertThat(merged.getSpec().routes()).extracting("name").containsExactly("first", "second");
    }

    /** With the update switch of {@link GeneratedFilesTest} the file is made anew, from this API server. */
    @Test
    void the_embedded_schemas_are_those_of_the_api_server() throws IOException {
        JsonNode openApi = Serialization.unmarshal(client.raw("/openapi/v3/api/v1"), JsonNode.class);

        String served = CoreSchemas.of(openApi).asJson();

        if (System.getProperty(GeneratedFilesTest.UPDATE) != null) {
            Files.writeString(CORE, served, UTF_8);
        }
        assertThat(CORE).usingCharset(UTF_8).hasContent(served);
    }

    private GenericKubernetesResource dryRun(Manifest manifest) {
        return client.genericKubernetesResources("sallyport.dev/v1alpha1", "AgentSandbox")
                .inNamespace(NAMESPACE)
                .resource(Serialization.unmarshal(manifest.yaml(), GenericKubernetesResource.class))
                .dryRun()
                .fieldValidation(Validation.STRICT)
                .create();
    }

    private AgentSandbox create(String name) {
        AgentSandbox sandbox = new AgentSandbox();
        sandbox.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace(NAMESPACE).build());
        sandbox.setSpec(Serialization.unmarshal("""
                podTemplate:
                  spec:
                    containers:
                    - name: agent
                      image: registry.example/agent:1
                """, AgentSandboxSpec.class));
        return client.resource(sandbox).create();
    }

    private Cluster.Output applyAs(String manager, String route, String host) {
        String file = "/tmp/" + manager + ".yaml";
        cluster.copyToNode("""
                apiVersion: sallyport.dev/v1alpha1
                kind: AgentSandbox
                metadata:
                  name: merged
                spec:
                  podTemplate:
                    spec:
                      containers:
                      - name: agent
                        image: registry.example/agent:1
                  routes:
                  - name: %s
                    hosts: [%s]
                """.formatted(route, host), file);
        return cluster.kubectl(
                "apply", "--server-side", "--field-manager", manager, "--namespace", NAMESPACE, "-f", file);
    }

    /** As kubectl prints them: {@code field: message}. An error found while decoding has no field. */
    private static List<String> complaints(Status status) {
        List<String> complaints = new ArrayList<>();
        if (status.getDetails() == null || status.getDetails().getCauses().isEmpty()) {
            complaints.add(status.getMessage());
            return complaints;
        }
        status.getDetails().getCauses().forEach(cause -> {
            if (!cause.getMessage().contains(UNCHECKED)) {
                complaints.add(cause.getField() + ": " + cause.getMessage());
            }
        });
        return complaints;
    }

    private static void succeeds(Cluster.Output output) {
        assertThat(output.exitCode()).as(output.err()).isZero();
    }
}
