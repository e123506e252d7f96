package dev.sallyport.operator.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sallyport.operator.model.Problem;
import dev.sallyport.operator.model.Problem.Reason;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.Verdict;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RouteProblemsTest {

    private static final String TEMPLATE = "podTemplate: {spec: {containers: [{name: agent, image: i}]}}\n";

    private static final String REF = "secretKeyRef: {name: s, key: k}";

    static Stream<Arguments> notSupported() {
        return Stream.of(
                arguments("credential: {oauth2: {tokenUrl: 'https://e/t', clientId: c}}", ".credential.oauth2"),
                arguments(
                        "credential: {gitHubApp: {appId: a, installationId: 1, privateKeySecretKeyRef: {name: s, key: k}}}",
                        ".credential.gitHubApp"),
                arguments(
                        "credential: {awsSigV4: {region: r, service: s, accessKeyIdSecretKeyRef: {name: s, key: k}, "
                                + "secretAccessKeySecretKeyRef: {name: s, key: k}}}",
                        ".credential.awsSigV4"),
                arguments("credential: {googleServiceAccount: {" + REF + "}}", ".credential.googleServiceAccount"),
                arguments("credential: {bearer: {" + REF + "}, placeholder: {env: TOKEN}}", ".credential.placeholder"),
                arguments("rules: [{when: 'true'}]", ".rules[0].when"),
                arguments("tls: {mode: Passthrough}", ".tls.mode"),
                arguments("redactResponses: Full", ".redactResponses"),
                arguments("redactResponses: Headers", ".redactResponses"),
                arguments("audit: {query: Values}", ".audit.query"));
    }

    @ParameterizedTest
    @MethodSource("notSupported")
    void whatTheProxyCannotDoYetIsRefusedAndNeverIgnored(String field, String path) {
        List<Problem> problems = problems(route("hosts: [api.example.com]", field));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("spec.routes[0]" + path);
            assertThat(problem.reason()).isEqualTo(Reason.NotSupported);
            assertThat(problem.remedy()).isNotBlank();
        });
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                arguments("hosts: ['api.*.com']", "scheme: HTTPS", ".hosts[0]"),
                arguments("hosts: ['https://api.example.com']", "scheme: HTTPS", ".hosts[0]"),
                arguments("hosts: []", "scheme: HTTPS", ".hosts"),
                arguments("hosts: [a.example.com]", "rules: [{paths: [v1]}]", ".rules[0].paths[0]"),
                arguments("hosts: [a.example.com]", "rules: [{paths: [/a/../b]}]", ".rules[0].paths[0]"),
                arguments("hosts: [a.example.com]", "rules: [{methods: [CONNECT]}]", ".rules[0]"),
                arguments("hosts: [a.example.com]", "limits: {requestsPerMinute: 0}", ".limits"),
                arguments("hosts: [a.example.com]", "limits: {requestsPerMinute: 99999999999}", ".limits"),
                arguments("hosts: [a.example.com]", "limits: {requestBodyBytes: 100m}", ".limits"),
                arguments("hosts: [a.example.com]", "limits: {requestBodyBytes: '-1'}", ".limits"),
                arguments("hosts: [a.example.com]", "credential: {}", ".credential"),
                arguments(
                        "hosts: [a.example.com]",
                        "credential: {bearer: {" + REF + "}, query: {name: k, " + REF + "}}",
                        ".credential"),
                arguments(
                        "hosts: [a.example.com]",
                        "credential: {header: {name: Host, " + REF + "}}",
                        ".credential.header"),
                arguments(
                        "hosts: [a.example.com]",
                        "credential: {basic: {passwordSecretKeyRef: {name: s, key: k}}}",
                        ".credential.basic"),
                arguments(
                        "hosts: [a.example.com]",
                        "credential: {bearer: {secretKeyRef: {name: s, key: ..k}}}",
                        ".credential.bearer.secretKeyRef"),
                arguments("hosts: [a.example.com]", "baseUrl: {env: U, host: b.example.com}", ".baseUrl.host"),
                arguments("hosts: ['*.example.com']", "baseUrl: {env: U}", ".baseUrl.host"),
                arguments("hosts: [a.example.com, b.example.com]", "baseUrl: {env: U}", ".baseUrl.host"),
                arguments("hosts: ['*.example.com']", "baseUrl: {env: U, host: example.com}", ".baseUrl.host"),
                arguments("hosts: [a.example.com]", "baseUrl: {env: U, host: 'a.example.com:8443'}", ".baseUrl.host"));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void whatHasNoMeaningIsRefused(String hosts, String field, String path) {
        List<Problem> problems = problems(route(hosts, field));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("spec.routes[0]" + path);
            assertThat(problem.reason()).isEqualTo(Reason.Invalid);
        });
    }

    @Test
    void aCredentialNeverGoesOverPlainHttp() {
        List<Problem> problems =
                problems(route("hosts: [a.example.com]", "scheme: HTTP\n  credential: {bearer: {" + REF + "}}"));

        assertThat(problems).extracting(Problem::path).containsExactly("spec.routes[0].credential");
    }

    @Test
    void certificatesThatAreNotThereAreMissed() {
        List<Problem> problems =
                problems(route("hosts: [a.example.com]", "tls: {caConfigMapRef: {name: absent, key: ca.crt}}"));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.reason()).isEqualTo(Reason.ReferenceNotFound);
            assertThat(problem.text()).contains("there is no ConfigMap absent");
        });
    }

    @Test
    void whatIsNoCertificateIsRefusedWithoutBeingQuoted() {
        List<Problem> problems =
                problems(route("hosts: [a.example.com]", "tls: {caConfigMapRef: {name: garbage, key: ca.crt}}"));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.reason()).isEqualTo(Reason.Invalid);
            assertThat(problem.text()).doesNotContain("s3cret");
        });
    }

    @Test
    void theKeyThatBindsASecretIsNoCredential() {
        List<Problem> problems = problems(
                route("hosts: [a.example.com]", "credential: {bearer: {secretKeyRef: {name: s, key: allowed-hosts}}}"));

        assertThat(problems)
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("allowed-hosts"));
    }

    @Test
    void twoRoutesOfOneNameAndTwoOfOneVariableClash() {
        String spec = TEMPLATE + """
                routes:
                - {name: a, hosts: [a.example.com], baseUrl: {env: URL}}
                - {name: a, hosts: [b.example.com], baseUrl: {env: URL}}
                """;

        assertThat(problems(spec))
                .extracting(Problem::path)
                .containsExactly("spec.routes[1].name", "spec.routes[1].baseUrl.env");
        assertThat(problems(spec)).extracting(Problem::reason).containsOnly(Reason.Conflict);
    }

    @Test
    void aProfileOfALaterReleaseIsRefused() {
        assertThat(problems(TEMPLATE + "agentProfiles: [Generic, ClaudeCode]"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path()).isEqualTo("spec.agentProfiles[1]");
                    assertThat(problem.reason()).isEqualTo(Reason.NotSupported);
                });
    }

    @Test
    void thePairedPodIsRefused() {
        assertThat(problems(TEMPLATE + "proxy: {placement: PairedPod}"))
                .extracting(Problem::path)
                .containsExactly("spec.proxy.placement");
    }

    @Test
    void aShutdownTimeThatIsNoTimeIsRefused() {
        assertThat(problems(TEMPLATE + "shutdownTime: tomorrow"))
                .extracting(Problem::path)
                .containsExactly("spec.shutdownTime");
    }

    @Test
    void aBaseUrlReachesAHostThatAWildcardCovers() {
        Sandbox sandbox = accepted(
                route("hosts: ['*.example.com:8443']", "baseUrl: {env: U, host: 'a.example.com:8443', path: /v1}"));

        assertThat(sandbox.baseUrls()).isEqualTo(Map.of("U", "http://127.0.0.1:15001/r/v1"));
        assertThat(sandbox.routes().getFirst().baseUrlHost()).hasToString("Optional[a.example.com:8443]");
    }

    @Test
    void bytesAreReadInEveryUnit() {
        Sandbox sandbox = accepted(route("hosts: [a.example.com]", "limits: {requestBodyBytes: 32Mi}"));

        assertThat(sandbox.routes().getFirst().limits().requestBodyBytes()).hasValue(32L * 1024 * 1024);
    }

    private static String route(String hosts, String field) {
        return TEMPLATE + "routes:\n- name: r\n  " + hosts + "\n  " + field + "\n";
    }

    private static Verdict resolve(String spec) {
        return new SandboxResolver((namespace, selector) -> selector.name().equals("garbage")
                        ? new Reference.Found("-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----\n")
                        : new Reference.NotFound("there is no ConfigMap " + selector.name()))
                .resolve(Resources.sandbox(spec));
    }

    private static List<Problem> problems(String spec) {
        return switch (resolve(spec)) {
            case Verdict.Accepted ignored -> List.of();
            case Verdict.Refused refused -> refused.problems();
        };
    }

    private static Sandbox accepted(String spec) {
        return switch (resolve(spec)) {
            case Verdict.Accepted accepted -> accepted.sandbox();
            case Verdict.Refused refused -> throw new AssertionError(refused.problems());
        };
    }
}
