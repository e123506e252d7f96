package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.Condition;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What bad input gets: a refusal at the API server where it can tell, else a condition with path, reason and remedy. */
@Installed
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalKT {

    private final Installation installation;
    private static final String NAMESPACE = "refusals";

    RefusalKT(Installation installation) {
        this.installation = installation;
    }

    @BeforeAll
    void makeTheNamespace() {
        installation.namespace(NAMESPACE);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "an unknown field                | spec.unknown: 1                                          | unknown",
                "a wildcard in the middle        | spec.routes[0].hosts: [api.*.example.com]                | spec.routes[0].hosts[0]",
                "a path without a leading slash  | spec.routes[0].rules: [{paths: [v1]}]                    | spec.routes[0].rules[0].paths[0]",
                "a negative limit                | spec.routes[0].limits: {requestsPerMinute: -1}           | spec.routes[0].limits.requestsPerMinute",
                "two credential kinds            | spec.routes[0].credential: {bearer: {secretKeyRef: {name: a, key: b}}, query: {name: q, secretKeyRef: {name: a, key: b}}} | spec.routes[0].credential",
                "a duplicate route name          | spec.routes: [{name: a, hosts: [a.example]}, {name: a, hosts: [b.example]}] | Duplicate",
                "a privileged container          | spec.podTemplate.spec.containers[0].securityContext: {privileged: true} | privileged",
                "a root container                | spec.podTemplate.spec.containers[0].securityContext: {runAsUser: 0}     | runAsUser",
                "the proxy's UID                 | spec.podTemplate.spec.containers[0].securityContext: {runAsUser: 65533} | 65533",
                "the host's network              | spec.podTemplate.spec.hostNetwork: true                  | hostNetwork",
                "a service account token         | spec.podTemplate.spec.automountServiceAccountToken: true | automountServiceAccountToken",
                "a hostPath                      | spec.podTemplate.spec.volumes: [{name: h, hostPath: {path: /}}] | hostPath",
            })
    void theApiServerRefuses(String what, String change, String named) {
        Tool.Result applied = installation
                .kubectl()
                .attempt(Manifest.with(change), "-n", NAMESPACE, "apply", "--validate=strict", "-f", "-");

        assertThat(applied.exitCode()).as(applied.output()).isNotZero();
        assertThat(applied.output()).contains(named);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a mounted credential Secret | spec.podTemplate.spec.volumes: [{name: s, secret: {secretName: held}}] | spec.podTemplate.spec.volumes[0]",
                "an environment from it      | spec.podTemplate.spec.containers[0].envFrom: [{secretRef: {name: held}}] | spec.podTemplate.spec.containers[0].envFrom[0]",
                "another of its keys         | spec.podTemplate.spec.containers[0].env: [{name: K, valueFrom: {secretKeyRef: {name: held, key: other}}}] | spec.podTemplate.spec.containers[0].env[0]",
                "the proxy's port            | spec.podTemplate.spec.containers[0].ports: [{containerPort: 15002}] | spec.podTemplate.spec.containers[0].ports[0]",
                "a kind of a later release   | spec.routes[0].credential: {gitHubApp: {appId: '1', installationId: 2, privateKeySecretKeyRef: {name: held, key: pem}}} | spec.routes[0].credential.gitHubApp",
                "a profile that nobody knows | spec.agentProfiles: [Unheard] | spec.agentProfiles[0]",
            })
    void theOperatorRefuses(String what, String change, String path) {
        Sandbox sandbox = new Sandbox(
                installation, NAMESPACE, what.replaceAll("[^a-z]+", "-").toLowerCase(Locale.ROOT));

        Tool.Result applied = installation
                .kubectl()
                .attempt(
                        Manifest.named(sandbox.name(), change),
                        "-n",
                        NAMESPACE,
                        "apply",
                        "--validate=strict",
                        "-f",
                        "-");

        assertThat(applied.exitCode()).as(applied.output()).isZero();
        Condition refused = sandbox.awaitCondition("Accepted", "False");
        assertThat(refused.message()).contains(path);
        assertThat(sandbox.hasPod()).isFalse();
        sandbox.delete();
    }

    @Test
    void theOperatorNamesEveryProblemAtOnce() {
        Sandbox sandbox = new Sandbox(installation, NAMESPACE, "many");
        String manifest = Manifest.named(
                "many",
                Map.of(
                        "spec.podTemplate.spec.containers[0].ports", "[{containerPort: 15002}]",
                        "spec.podTemplate.spec.volumes", "[{name: s, secret: {secretName: held}}]",
                        "spec.agentProfiles", "[Unheard]"));
        Tool.Result applied = installation.kubectl().attempt(manifest, "-n", NAMESPACE, "apply", "-f", "-");
        assertThat(applied.exitCode()).as(applied.output()).isZero();

        Condition refused = sandbox.awaitCondition("Accepted", "False");

        assertThat(refused.message())
                .contains("spec.podTemplate.spec.containers[0].ports[0]")
                .contains("spec.podTemplate.spec.volumes[0]")
                .contains("spec.agentProfiles[0]");
        sandbox.delete();
    }
}
