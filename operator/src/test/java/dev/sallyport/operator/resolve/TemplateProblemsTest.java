package dev.sallyport.operator.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.operator.model.Problem;
import dev.sallyport.operator.model.Problem.Reason;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.profile.BuiltInProfiles;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One problem each: what is said of it, and that nothing else is. */
final class TemplateProblemsTest {

    private static final String POD = "spec.podTemplate.spec";
    private static final String CONTAINER = POD + ".containers[0]";

    private static final String ROUTES = """
            routes:
            - name: anthropic
              hosts: [api.anthropic.com]
              credential:
                header: {name: x-api-key, secretKeyRef: {name: anthropic, key: api-key}}
            """;

    static Stream<Arguments> podFields() {
        return Stream.of(
                arguments("hostNetwork: true", ".hostNetwork"),
                arguments("hostPID: true", ".hostPID"),
                arguments("hostIPC: true", ".hostIPC"),
                arguments("shareProcessNamespace: true", ".shareProcessNamespace"),
                arguments("setHostnameAsFQDN: true", ".setHostnameAsFQDN"),
                arguments("runtimeClassName: gvisor", ".runtimeClassName"),
                arguments("runtimeClassName: runsc-debug", ".runtimeClassName"),
                arguments("automountServiceAccountToken: true", ".automountServiceAccountToken"),
                arguments("serviceAccountName: builder", ".serviceAccountName"),
                arguments("serviceAccount: builder", ".serviceAccount"),
                arguments("dnsPolicy: ClusterFirst", ".dnsPolicy"),
                arguments("dnsConfig: {nameservers: [1.1.1.1]}", ".dnsConfig"),
                arguments("os: {name: windows}", ".os"),
                arguments("ephemeralContainers: [{name: debug, image: i}]", ".ephemeralContainers"),
                arguments("securityContext: {runAsUser: 0}", ".securityContext.runAsUser"),
                arguments("securityContext: {runAsUser: 65533}", ".securityContext.runAsUser"),
                arguments("securityContext: {runAsUser: 65534}", ".securityContext.runAsUser"),
                arguments("securityContext: {runAsNonRoot: false}", ".securityContext.runAsNonRoot"),
                arguments("securityContext: {seccompProfile: {type: Unconfined}}", ".securityContext.seccompProfile"),
                arguments(
                        "securityContext: {seccompProfile: {type: Localhost, localhostProfile: p}}",
                        ".securityContext.seccompProfile"),
                arguments("securityContext: {appArmorProfile: {type: Unconfined}}", ".securityContext.appArmorProfile"),
                arguments("securityContext: {seLinuxOptions: {type: spc_t}}", ".securityContext.seLinuxOptions.type"),
                arguments("securityContext: {seLinuxOptions: {user: root}}", ".securityContext.seLinuxOptions"),
                arguments("securityContext: {windowsOptions: {hostProcess: true}}", ".securityContext.windowsOptions"),
                arguments(
                        "securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}",
                        ".securityContext.sysctls[0]"),
                arguments(
                        "securityContext: {sysctls: [{name: net.ipv4.ping_group_range, value: '0 1'}]}",
                        ".securityContext.sysctls[0]"),
                arguments("volumes: [{name: v, hostPath: {path: /}}]", ".volumes[0].hostPath"),
                arguments("volumes: [{name: v, nfs: {server: s, path: /}}]", ".volumes[0]"),
                arguments("volumes: [{name: v, secret: {secretName: anthropic}}]", ".volumes[0].secret"),
                arguments(
                        "volumes: [{name: v, projected: {sources: [{secret: {name: anthropic}}]}}]",
                        ".volumes[0].projected.sources[0].secret"),
                arguments(
                        "volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: t}}]}}]",
                        ".volumes[0].projected.sources[0].serviceAccountToken"),
                arguments(
                        "volumes: [{name: v, projected: {sources: [{podCertificate: {keyType: ED25519}}]}}]",
                        ".volumes[0].projected.sources[0].podCertificate"),
                arguments(
                        "volumes: [{name: v, projected: {sources: [{configMap: {name: demo-sallyport}}]}}]",
                        ".volumes[0].projected.sources[0].configMap"),
                arguments("volumes: [{name: v, configMap: {name: other-sallyport}}]", ".volumes[0].configMap"),
                arguments("volumes: [{name: v, csi: {driver: secrets-store.csi.k8s.io}}]", ".volumes[0].csi.driver"),
                arguments(
                        "volumes: [{name: v, csi: {driver: d, nodePublishSecretRef: {name: s}}}]",
                        ".volumes[0].csi.nodePublishSecretRef"));
    }

    @ParameterizedTest
    @MethodSource("podFields")
    void aPodThatWouldUndoTheIsolationIsRefused(String field, String path) {
        String spec = ROUTES + "podTemplate:\n  spec:\n    containers: [{name: agent, image: i}]\n    " + field;

        List<Problem> problems = problems(spec);

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo(POD + path);
            assertThat(problem.reason()).isEqualTo(Reason.IsolationUndone);
            assertThat(problem.message()).isNotBlank();
            assertThat(problem.remedy()).isNotBlank();
        });
    }

    static Stream<Arguments> containerFields() {
        return Stream.of(
                arguments("securityContext: {privileged: true}", ".securityContext.privileged"),
                arguments(
                        "securityContext: {allowPrivilegeEscalation: true}",
                        ".securityContext.allowPrivilegeEscalation"),
                arguments("securityContext: {capabilities: {add: [NET_RAW]}}", ".securityContext.capabilities.add"),
                arguments("securityContext: {procMount: Unmasked}", ".securityContext.procMount"),
                arguments("securityContext: {runAsUser: 0}", ".securityContext.runAsUser"),
                arguments("securityContext: {runAsUser: 65533}", ".securityContext.runAsUser"),
                arguments("securityContext: {runAsUser: 65534}", ".securityContext.runAsUser"),
                arguments("securityContext: {runAsNonRoot: false}", ".securityContext.runAsNonRoot"),
                arguments("securityContext: {seccompProfile: {type: Unconfined}}", ".securityContext.seccompProfile"),
                arguments("securityContext: {windowsOptions: {}}", ".securityContext.windowsOptions"),
                arguments("ports: [{containerPort: 80, hostPort: 80}]", ".ports[0].hostPort"),
                arguments("ports: [{containerPort: 53, protocol: UDP}]", ".ports[0].protocol"),
                arguments("ports: [{containerPort: 9, protocol: SCTP}]", ".ports[0].protocol"),
                arguments("ports: [{containerPort: 15001}]", ".ports[0].containerPort"),
                arguments("ports: [{containerPort: 15002}]", ".ports[0].containerPort"),
                arguments("readinessProbe: {httpGet: {path: /, port: 15002}}", ".readinessProbe.httpGet.port"),
                arguments("livenessProbe: {tcpSocket: {port: '15001'}}", ".livenessProbe.tcpSocket.port"),
                arguments("startupProbe: {grpc: {port: 15002}}", ".startupProbe.grpc.port"),
                arguments("livenessProbe: {httpGet: {host: 10.0.0.1, port: 80}}", ".livenessProbe.httpGet.host"),
                arguments("livenessProbe: {tcpSocket: {host: 10.0.0.1, port: 80}}", ".livenessProbe.tcpSocket.host"),
                arguments(
                        "lifecycle: {preStop: {httpGet: {host: 10.0.0.1, port: 80}}}",
                        ".lifecycle.preStop.httpGet.host"),
                arguments("lifecycle: {postStart: {tcpSocket: {port: 15002}}}", ".lifecycle.postStart.tcpSocket.port"),
                arguments(
                        "env: [{name: K, valueFrom: {secretKeyRef: {name: anthropic, key: other}}}]",
                        ".env[0].valueFrom.secretKeyRef"),
                arguments("envFrom: [{secretRef: {name: anthropic}}]", ".envFrom[0].secretRef"),
                arguments(
                        "env: [{name: K, valueFrom: {configMapKeyRef: {name: demo-sallyport, key: config.json}}}]",
                        ".env[0].valueFrom.configMapKeyRef"),
                arguments("envFrom: [{configMapRef: {name: demo-sallyport}}]", ".envFrom[0].configMapRef"),
                arguments("volumeMounts: [{name: sallyport-credentials, mountPath: /c}]", ".volumeMounts[0].name"),
                arguments("volumeMounts: [{name: sallyport-trust, mountPath: /c}]", ".volumeMounts[0].name"),
                arguments("volumeDevices: [{name: sallyport-state, devicePath: /d}]", ".volumeDevices[0].name"));
    }

    @ParameterizedTest
    @MethodSource("containerFields")
    void aContainerThatWouldUndoTheIsolationIsRefused(String field, String path) {
        String spec =
                ROUTES + "podTemplate:\n  spec:\n    containers:\n    - name: agent\n      image: i\n      " + field;

        List<Problem> problems = problems(spec);

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo(CONTAINER + path);
            assertThat(problem.reason()).isEqualTo(Reason.IsolationUndone);
        });
    }

    @Test
    void anInitContainerIsCheckedLikeAnyOther() {
        String spec = """
                podTemplate:
                  spec:
                    initContainers: [{name: prepare, image: i, securityContext: {privileged: true}}]
                    containers: [{name: agent, image: i}]
                """;

        assertThat(problems(spec))
                .extracting(Problem::path)
                .containsExactly(POD + ".initContainers[0].securityContext.privileged");
    }

    static Stream<Arguments> clashes() {
        return Stream.of(
                arguments("spec: {containers: [{name: proxy, image: i}]}", CONTAINER + ".name"),
                arguments("spec: {containers: [{name: egress-guard, image: i}]}", CONTAINER + ".name"),
                arguments(
                        "spec: {containers: [{name: a, image: i}, {name: a, image: i}]}", POD + ".containers[1].name"),
                arguments(
                        "spec: {containers: [{name: a, image: i}], volumes: [{name: sallyport-config, emptyDir: {}}]}",
                        POD + ".volumes[0].name"),
                arguments(
                        "{metadata: {labels: {sallyport.dev/sandbox: other}}, spec: {containers: [{name: a, image: i}]}}",
                        "spec.podTemplate.metadata.labels[sallyport.dev/sandbox]"),
                arguments(
                        "{metadata: {annotations: {sallyport.dev/x: y}}, spec: {containers: [{name: a, image: i}]}}",
                        "spec.podTemplate.metadata.annotations[sallyport.dev/x]"));
    }

    @ParameterizedTest
    @MethodSource("clashes")
    void aNameOfSallyportsOwnIsRefused(String template, String path) {
        String spec = "podTemplate:\n  " + template;

        assertThat(problems(spec)).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo(path);
            assertThat(problem.reason()).isEqualTo(Reason.Conflict);
        });
    }

    @Test
    void aVariableThatHoldsAPlaceholderIsSetByNoContainer() {
        String spec = """
                routes:
                - name: github
                  hosts: [api.github.com]
                  credential: {bearer: {secretKeyRef: {name: github, key: token}}, placeholder: {env: GH_TOKEN}}
                podTemplate:
                  spec:
                    initContainers: [{name: prepare, image: i, env: [{name: GH_TOKEN, value: mine}]}]
                    containers:
                    - {name: agent, image: i, env: [{name: A, value: b}, {name: GH_TOKEN, value: mine}]}
                    - {name: other, image: i, env: [{name: gh_token, value: mine}]}
                """;

        List<Problem> problems = problems(spec);

        assertThat(problems)
                .extracting(Problem::path)
                .containsExactly(POD + ".initContainers[0].env[0]", CONTAINER + ".env[1]");
        assertThat(problems).extracting(Problem::reason).containsOnly(Reason.Conflict);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/var/run/sallyport/ca",
                "/var/run/sallyport",
                "/run/sallyport/ca/sandbox-ca.crt",
                "//var/./run/../run/sallyport/",
                "var/run/sallyport/ca",
                "/../run/sallyport"
            })
    void nothingIsMountedOverWhatTellsTheAgentWhomToTrust(String path) {
        String spec = "podTemplate: {spec: {volumes: [{name: v, emptyDir: {}}], containers: [{name: agent, image: i, ";

        List<Problem> mounted = problems(spec + "volumeMounts: [{name: v, mountPath: '" + path + "'}]}]}}");
        List<Problem> device = problems(spec + "volumeDevices: [{name: v, devicePath: '" + path + "'}]}]}}");

        assertThat(mounted).extracting(Problem::path).containsExactly(CONTAINER + ".volumeMounts[0].mountPath");
        assertThat(device).extracting(Problem::path).containsExactly(CONTAINER + ".volumeDevices[0].devicePath");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/run", "/var/run", "/run/sallyports", "/home/run/sallyport", "/var/run/sallyport/../mine"})
    void whatLiesBesideItMayBeMounted(String path) {
        String spec = "podTemplate: {spec: {volumes: [{name: v, emptyDir: {}}], containers: [{name: agent, image: i, "
                + "volumeMounts: [{name: v, mountPath: '" + path + "'}]}]}}";

        assertThat(problems(spec)).isEmpty();
    }

    @Test
    void aClaimTemplateMayNotBeAVolumeToo() {
        String spec = """
                podTemplate:
                  spec:
                    containers: [{name: agent, image: i}]
                    volumes: [{name: work, emptyDir: {}}]
                volumeClaimTemplates:
                - metadata: {name: work}
                  spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                """;

        assertThat(problems(spec))
                .extracting(Problem::path)
                .containsExactly("spec.volumeClaimTemplates[0].metadata.name");
    }

    @Test
    void everyProblemIsToldAtOnce() {
        String spec = ROUTES + """
                podTemplate:
                  spec:
                    hostNetwork: true
                    hostPID: true
                    containers: [{name: agent, image: i, securityContext: {privileged: true, runAsUser: 0}}]
                """;

        assertThat(problems(spec)).hasSize(4);
    }

    @Test
    void whatIsHarmlessIsAccepted() {
        String spec = ROUTES + """
                podTemplate:
                  metadata: {labels: {team: blue}}
                  spec:
                    dnsPolicy: None
                    hostNetwork: false
                    automountServiceAccountToken: false
                    securityContext: {runAsUser: 1234, fsGroup: 1234, seccompProfile: {type: RuntimeDefault}}
                    containers:
                    - name: agent
                      image: i
                      securityContext: {privileged: false, capabilities: {drop: [ALL]}, procMount: Default}
                      ports: [{containerPort: 8080}]
                      readinessProbe: {httpGet: {path: /, port: web}}
                      env: [{name: K, valueFrom: {secretKeyRef: {name: another, key: k}}}]
                    volumes:
                    - {name: a, emptyDir: {}}
                    - {name: b, configMap: {name: mine}}
                    - {name: c, secret: {secretName: another}}
                    - {name: d, persistentVolumeClaim: {claimName: c}}
                    - {name: e, downwardAPI: {}}
                    - {name: f, image: {reference: i}}
                """;

        assertThat(resolve(spec)).isInstanceOf(Verdict.Accepted.class);
    }

    @Test
    void whereSecretsMustNameTheirHostsTheAgentReadsNoneItself() {
        String spec = ROUTES + """
                podTemplate:
                  spec:
                    initContainers: [{name: prepare, image: i, envFrom: [{secretRef: {name: another}}]}]
                    containers:
                    - name: agent
                      image: i
                      env: [{name: A, value: b}, {name: K, valueFrom: {secretKeyRef: {name: another, key: k}}}]
                      envFrom: [{configMapRef: {name: mine}}, {secretRef: {name: another, optional: true}}]
                    volumes:
                    - {name: a, secret: {secretName: another}}
                    - {name: b, projected: {sources: [{configMap: {name: mine}}, {secret: {name: another}}]}}
                    - {name: c, configMap: {name: mine}}
                    imagePullSecrets: [{name: registry}]
                """;

        assertThat(resolve(spec)).isInstanceOf(Verdict.Accepted.class);
        assertThat(problems(resolve(spec, AllowedHosts.REQUIRED)))
                .allSatisfy(problem -> {
                    assertThat(problem.reason()).isEqualTo(Reason.IsolationUndone);
                    assertThat(problem.message()).contains("go only to the hosts that they name");
                })
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        POD + ".initContainers[0].envFrom[0].secretRef",
                        CONTAINER + ".env[1].valueFrom.secretKeyRef",
                        CONTAINER + ".envFrom[1].secretRef",
                        POD + ".volumes[0].secret",
                        POD + ".volumes[1].projected.sources[1].secret");
    }

    @Test
    void aRuntimeWithoutNftablesMayHaveItsProxyInAnotherPod() {
        assertThat(problems("""
                proxy: {placement: PairedPod}
                podTemplate: {spec: {runtimeClassName: gvisor, containers: [{name: agent, image: i}]}}
                """)).isEmpty();
    }

    private static Verdict resolve(String spec) {
        return resolve(spec, AllowedHosts.OPTIONAL);
    }

    private static Verdict resolve(String spec, AllowedHosts allowedHosts) {
        return new SandboxResolver(
                        (namespace, selector) -> new Reference.NotFound("there is none"),
                        namespace -> allowedHosts,
                        Resources.TOKENS,
                        BuiltInProfiles.read())
                .resolve(Resources.sandbox(spec));
    }

    private static List<Problem> problems(String spec) {
        return problems(resolve(spec));
    }

    private static List<Problem> problems(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Accepted ignored -> List.of();
            case Verdict.Refused refused -> refused.problems();
        };
    }
}
