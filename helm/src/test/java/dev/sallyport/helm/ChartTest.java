package dev.sallyport.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChartTest {

    private static final LabelSelector SANDBOXES = having("sallyport.dev/sandbox");
    private static final LabelSelector ROLES = having("sallyport.dev/role");

    @Test
    void lintFindsNothing() {
        LintResult result = new Helm(RenderedChart.CHART).lint().strict().call();

        assertThat(result.isFailed())
                .as(String.join("\n", result.getMessages()))
                .isFalse();
    }

    @Test
    void theOperatorIsHardened() {
        PodSpec pod = pod(Map.of());
        Container operator = operator(Map.of());

        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(65532);
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getEnableServiceLinks()).isFalse();
        assertThat(operator.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(operator.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(operator.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(operator.getSecurityContext().getCapabilities().getAdd()).isEmpty();
        assertThat(operator.getResources().getRequests()).containsKeys("cpu", "memory");
        assertThat(operator.getResources().getLimits()).containsKey("memory");
        assertThat(operator.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/healthz");
        assertThat(operator.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/readyz");
    }

    @Test
    void theOperatorGetsNoSecretIntoItsEnvironment() {
        assertThat(operator(Map.of()).getEnv())
                .allSatisfy(variable -> assertThat(variable.getValueFrom())
                        .satisfiesAnyOf(
                                source -> assertThat(source).isNull(),
                                source -> assertThat(source.getFieldRef()).isNotNull()));
        assertThat(operator(Map.of()).getEnvFrom()).isEmpty();
    }

    @Test
    void theSelectorsAgree() {
        RenderedChart chart =
                RenderedChart.with(Map.of("podDisruptionBudget.enabled", "true", "networkPolicy.enabled", "true"));
        Deployment deployment = chart.only(Deployment.class);
        Map<String, String> selector = deployment.getSpec().getSelector().getMatchLabels();

        assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels()).containsAllEntriesOf(selector);
        assertThat(chart.only(Service.class).getSpec().getSelector()).isEqualTo(selector);
        assertThat(chart.only(PodDisruptionBudget.class).getSpec().getSelector())
                .extracting(LabelSelector::getMatchLabels)
                .isEqualTo(selector);
        assertThat(chart.only(NetworkPolicy.class).getSpec().getPodSelector().getMatchLabels())
                .isEqualTo(selector);
        assertThat(pairs(env(Map.of(), "SALLYPORT_OPERATOR_LABELS"))).isEqualTo(selector);
    }

    @Test
    void tagsFollowTheChartUnlessTheyAreSet() {
        assertThat(operator(Map.of()).getImage()).isEqualTo("sallyport/operator:0.1.0-SNAPSHOT");
        assertThat(operator(Map.of("image.tag", "dev")).getImage()).isEqualTo("sallyport/operator:dev");
        assertThat(env(Map.of("guard.image.tag", "dev"), "SALLYPORT_GUARD_IMAGE"))
                .isEqualTo("sallyport/guard:dev");
        assertThat(env(Map.of("proxy.image.tag", "dev"), "SALLYPORT_PROXY_IMAGE"))
                .isEqualTo("sallyport/proxy:dev");
        assertThat(env(Map.of("proxy.image.digest", "sha256:" + "a".repeat(64)), "SALLYPORT_PROXY_IMAGE"))
                .isEqualTo("sallyport/proxy@sha256:" + "a".repeat(64));
    }

    @Test
    void theProxysResourcesReachTheOperatorAsItReadsThem() {
        assertThat(env(Map.of(), "SALLYPORT_PROXY_REQUESTS")).isEqualTo("cpu=50m,memory=128Mi");
        assertThat(env(Map.of(), "SALLYPORT_PROXY_LIMITS")).isEqualTo("cpu=1,memory=384Mi");
        assertThat(env(Map.of(), "SALLYPORT_AGENT_REQUESTS"))
                .isEqualTo("cpu=100m,ephemeral-storage=256Mi,memory=256Mi");
        assertThat(env(Map.of(), "SALLYPORT_AGENT_LIMITS")).isEqualTo("cpu=2,ephemeral-storage=8Gi,memory=4Gi");
    }

    @Test
    void aPlatformsProfilesAreMountedWhereTheOperatorLooks() {
        assertThat(operator(Map.of()).getEnv())
                .noneMatch(variable -> variable.getName().equals("SALLYPORT_PROFILES"));
        assertThat(pod(Map.of()).getVolumes()).noneMatch(volume -> volume.getConfigMap() != null);

        Map<String, String> values = Map.of("agent.profilesConfigMap", "agent-profiles");

        assertThat(pod(values).getVolumes())
                .filteredOn(volume -> volume.getConfigMap() != null)
                .singleElement()
                .satisfies(volume -> {
                    assertThat(volume.getConfigMap().getName()).isEqualTo("agent-profiles");
                    assertThat(volume.getConfigMap().getOptional()).isTrue();
                    assertThat(operator(values).getVolumeMounts())
                            .filteredOn(mount -> mount.getName().equals(volume.getName()))
                            .singleElement()
                            .satisfies(mount -> {
                                assertThat(mount.getMountPath()).isEqualTo(env(values, "SALLYPORT_PROFILES"));
                                assertThat(mount.getReadOnly()).isTrue();
                                // By subPath no change would ever arrive.
                                assertThat(mount.getSubPath()).isNull();
                            });
                });
        assertThat(RenderedChart.with(values).all(io.fabric8.kubernetes.api.model.rbac.ClusterRole.class))
                .isEqualTo(RenderedChart.with(Map.of()).all(io.fabric8.kubernetes.api.model.rbac.ClusterRole.class));
    }

    @Test
    void whetherSecretsMustNameTheirHostsReachesTheOperator() {
        assertThat(env(Map.of(), "SALLYPORT_REQUIRE_ALLOWED_HOSTS")).isEqualTo("false");
        assertThat(env(Map.of("requireAllowedHosts", "true"), "SALLYPORT_REQUIRE_ALLOWED_HOSTS"))
                .isEqualTo("true");
    }

    @Test
    void watchedNamespacesAreBoundOneByOne() {
        RenderedChart chart = RenderedChart.with(Map.of("watchNamespaces", "[team-a, team-b]"));

        assertThat(chart.all(ClusterRoleBinding.class)).isEmpty();
        assertThat(chart.all(RoleBinding.class))
                .extracting(binding -> binding.getMetadata().getNamespace())
                .containsExactlyInAnyOrder("team-a", "team-b", "sallyport-system");
        assertThat(env(Map.of("watchNamespaces", "[team-a, team-b]"), "SALLYPORT_WATCH_NAMESPACES"))
                .isEqualTo("team-a,team-b");
    }

    @Test
    void whoeverTheOperatorIsThePodPolicyKnowsIt() {
        RenderedChart chart = RenderedChart.with(Map.of());
        String account = pod(Map.of()).getServiceAccountName();

        assertThat(policy(chart, "pods").getSpec().getVariables())
                .filteredOn(variable -> variable.getName().equals("operator"))
                .singleElement()
                .satisfies(variable -> assertThat(variable.getExpression())
                        .isEqualTo("request.userInfo.username == 'system:serviceaccount:sallyport-system:" + account
                                + "'"));
    }

    @Test
    void thePodPoliciesFailClosedAndLookAtNothingButSandboxes() {
        RenderedChart chart = RenderedChart.with(Map.of());

        assertThat(chart.all(ValidatingAdmissionPolicy.class)).hasSize(2).allSatisfy(policy -> {
            assertThat(policy.getSpec().getFailurePolicy()).isEqualTo("Fail");
            assertThat(policy.getSpec().getValidations())
                    .allSatisfy(
                            validation -> assertThat(validation.getMessage()).isNotBlank());
        });
        assertThat(binding(chart, "pods").getSpec().getMatchResources().getObjectSelector())
                .isEqualTo(SANDBOXES);
        assertThat(binding(chart, "roles").getSpec().getMatchResources().getObjectSelector())
                .isEqualTo(ROLES);
        assertThat(binding(chart, "connections").getSpec().getParamRef().getSelector())
                .isEqualTo(SANDBOXES);
        assertThat(chart.all(ValidatingAdmissionPolicyBinding.class))
                .extracting(binding -> binding.getSpec().getPolicyName())
                .containsExactlyInAnyOrder(
                        policy(chart, "pods").getMetadata().getName(),
                        policy(chart, "pods").getMetadata().getName(),
                        policy(chart, "connections").getMetadata().getName());
    }

    @Test
    void thePodPoliciesLookWhereTheOperatorWorks() {
        RenderedChart everywhere = RenderedChart.with(Map.of());
        RenderedChart somewhere = RenderedChart.with(Map.of("watchNamespaces", "[team-a, team-b]"));

        assertThat(everywhere.all(ValidatingAdmissionPolicyBinding.class))
                .extracting(binding -> binding.getSpec().getMatchResources())
                .allSatisfy(resources -> assertThat(resources == null ? null : resources.getNamespaceSelector())
                        .isNull());
        assertThat(somewhere.all(ValidatingAdmissionPolicyBinding.class))
                .hasSize(3)
                .extracting(binding -> binding.getSpec().getMatchResources().getNamespaceSelector())
                .containsOnly(new LabelSelectorBuilder()
                        .addNewMatchExpression()
                        .withKey("kubernetes.io/metadata.name")
                        .withOperator("In")
                        .withValues("team-a", "team-b")
                        .endMatchExpression()
                        .build());
    }

    @Test
    void thePodPoliciesCanBeSwitchedOffAndAreNotLeftOutSilently() {
        assertThat(RenderedChart.with(Map.of("podPolicy.enabled", "false")).objects())
                .isNotEmpty()
                .noneMatch(object -> object.getKind().startsWith("ValidatingAdmission"));
        assertThatThrownBy(() -> RenderedChart.on("1.29.0", Map.of())).hasMessageContaining("podPolicy.enabled");
        assertThat(RenderedChart.on("1.29.0", Map.of("podPolicy.enabled", "false"))
                        .objects())
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "image.repositry, typo",
        "proxy.imagePullPolicy, Always",
        "image.pullPolicy, Sometimes",
        "image.digest, 'sha256:short'",
        "replicas, many",
        "replicas, -1",
        "logLevel, LOUD",
        "poll.intervalMilliseconds, 1",
        "dns.nameservers, [dns.example.com]",
        "watchNamespaces, [Not_A_Name]",
        "networkPolicy.apiServerPorts, [70000]",
        "podPolicy.allowConnections, Sometimes",
        "requireAllowedHosts, Sometimes",
        "podPolicy.trustedUsers, [\"it's me\"]",
        "podPolicy.trustedusers, []",
        "unknown, value",
    })
    void aValueThatTheChartDoesNotKnowIsRefused(String name, String value) {
        assertThatThrownBy(() -> RenderedChart.with(Map.of(name, value))).hasMessageContaining("schema");
    }

    private static LabelSelector having(String label) {
        return new LabelSelectorBuilder()
                .addNewMatchExpression()
                .withKey(label)
                .withOperator("Exists")
                .endMatchExpression()
                .build();
    }

    private static ValidatingAdmissionPolicy policy(RenderedChart chart, String of) {
        return chart.all(ValidatingAdmissionPolicy.class).stream()
                .filter(policy -> policy.getMetadata().getName().equals("sallyport-operator-sallyport-system-" + of))
                .findFirst()
                .orElseThrow();
    }

    private static ValidatingAdmissionPolicyBinding binding(RenderedChart chart, String of) {
        return chart.all(ValidatingAdmissionPolicyBinding.class).stream()
                .filter(binding -> binding.getMetadata().getName().equals("sallyport-operator-sallyport-system-" + of))
                .findFirst()
                .orElseThrow();
    }

    private static PodSpec pod(Map<String, String> values) {
        return RenderedChart.with(values)
                .only(Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec();
    }

    private static Container operator(Map<String, String> values) {
        List<Container> containers = pod(values).getContainers();
        assertThat(containers).hasSize(1);
        return containers.getFirst();
    }

    private static String env(Map<String, String> values, String name) {
        return operator(values).getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .map(EnvVar::getValue)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new TreeMap<>();
        for (String pair : text.split(",", -1)) {
            pairs.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return pairs;
    }
}
