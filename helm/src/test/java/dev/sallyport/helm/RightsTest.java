package dev.sallyport.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleRef;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the operator may do, whatever the values. */
final class RightsTest {

    private static final Set<String> VERBS = Set.of("get", "list", "watch", "create", "update", "patch", "delete");

    static Stream<Map<String, String>> values() {
        return Stream.of(
                Map.of(),
                Map.of("watchNamespaces", "[team-a, team-b]"),
                Map.of("networkPolicy.enabled", "true", "podDisruptionBudget.enabled", "true", "replicas", "2"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void noRoleBeyondItsOwnNamespaceSpeaksOfSecrets(Map<String, String> values) {
        RenderedChart chart = RenderedChart.with(values);

        assertThat(chart.all(ClusterRole.class))
                .isNotEmpty()
                .allSatisfy(role -> assertThat(role.getRules()).allSatisfy(rule -> {
                    assertThat(rule.getResources()).isNotEmpty().doesNotContain("secrets", "secrets/*", "*", "*/*");
                    assertThat(rule.getApiGroups()).doesNotContain("*");
                }));
    }

    @ParameterizedTest
    @MethodSource("values")
    void aggregationAddsNothing(Map<String, String> values) {
        assertThat(RenderedChart.with(values).all(ClusterRole.class)).allSatisfy(role -> {
            assertThat(role.getAggregationRule()).isNull();
            assertThat(role.getMetadata().getLabels().keySet())
                    .noneMatch(label -> label.startsWith("rbac.authorization.k8s.io/aggregate-to"));
        });
    }

    @ParameterizedTest
    @MethodSource("values")
    void atHomeItReadsOneSecretByName(Map<String, String> values) {
        Role role = RenderedChart.with(values).only(Role.class);

        assertThat(role.getMetadata().getNamespace()).isEqualTo("sallyport-system");
        List<PolicyRule> secrets = role.getRules().stream()
                .filter(rule -> rule.getResources().contains("secrets"))
                .toList();
        assertThat(secrets)
                .extracting(PolicyRule::getVerbs, PolicyRule::getResourceNames)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(List.of("get"), List.of("sallyport-operator-signing-key")),
                        org.assertj.core.groups.Tuple.tuple(List.of("create"), List.of()));
    }

    @ParameterizedTest
    @MethodSource("values")
    void nothingIsGrantedByAWildcardOrLeadsToMoreRights(Map<String, String> values) {
        RenderedChart chart = RenderedChart.with(values);
        List<PolicyRule> rules = Stream.concat(
                        chart.all(ClusterRole.class).stream().flatMap(role -> role.getRules().stream()),
                        chart.all(Role.class).stream().flatMap(role -> role.getRules().stream()))
                .toList();

        assertThat(rules).isNotEmpty().allSatisfy(rule -> {
            assertThat(rule.getVerbs()).isNotEmpty().allMatch(VERBS::contains);
            assertThat(rule.getNonResourceURLs()).isEmpty();
            assertThat(rule.getResources())
                    .allSatisfy(resource -> assertThat(resource)
                            .doesNotContain("*")
                            .isNotIn(
                                    "pods/exec",
                                    "pods/attach",
                                    "pods/portforward",
                                    "pods/ephemeralcontainers",
                                    "serviceaccounts/token",
                                    "roles",
                                    "rolebindings",
                                    "clusterroles",
                                    "clusterrolebindings",
                                    "nodes",
                                    "nodes/proxy",
                                    "certificatesigningrequests"));
        });
    }

    @Test
    void ofNamespacesItReadsTheOneAndNotEvenThatWhereItsAnnotationDoesNotCount() {
        assertThat(namespaceRules(Map.of())).singleElement().satisfies(rule -> {
            assertThat(rule.getResources()).containsExactly("namespaces");
            assertThat(rule.getVerbs()).containsExactly("get");
        });
        assertThat(namespaceRules(Map.of("requireAllowedHosts", "true"))).isEmpty();
    }

    private static List<PolicyRule> namespaceRules(Map<String, String> values) {
        return RenderedChart.with(values).all(ClusterRole.class).stream()
                .flatMap(role -> role.getRules().stream())
                .filter(rule -> rule.getResources().contains("namespaces"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("values")
    void everyBindingBindsTheOperatorToARoleOfTheChart(Map<String, String> values) {
        RenderedChart chart = RenderedChart.with(values);
        Stream<RoleRef> refs = Stream.concat(
                chart.all(ClusterRoleBinding.class).stream().map(ClusterRoleBinding::getRoleRef),
                chart.all(RoleBinding.class).stream().map(RoleBinding::getRoleRef));

        assertThat(refs.map(ref -> ref.getKind() + "/" + ref.getName()).distinct())
                .containsExactlyInAnyOrder(
                        "ClusterRole/sallyport-operator-sallyport-system", "Role/sallyport-operator");
        assertThat(chart.all(RoleBinding.class))
                .allSatisfy(binding -> assertThat(binding.getSubjects())
                        .singleElement()
                        .satisfies(subject -> {
                            assertThat(subject.getKind()).isEqualTo("ServiceAccount");
                            assertThat(subject.getName()).isEqualTo("sallyport-operator");
                            assertThat(subject.getNamespace()).isEqualTo("sallyport-system");
                        }));
    }
}
