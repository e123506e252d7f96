package dev.sallyport.operator.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.config.PlaceholderConfig;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.contract.config.QueryLogging;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RouteLimits;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.contract.config.TlsMode;
import dev.sallyport.operator.model.Problem;
import dev.sallyport.operator.model.Problem.Reason;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.profile.BuiltInProfiles;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RouteProblemsTest {

    private static final String TEMPLATE = "podTemplate: {spec: {containers: [{name: agent, image: i}]}}\n";

    private static final String REF = "secretKeyRef: {name: s, key: k}";

    private static final String PLACEHOLDER = ".credential.placeholder";

    private static String with(String placeholder) {
        return "{bearer: {" + REF + "}, placeholder: " + placeholder + "}";
    }

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
                arguments("credential: {googleServiceAccount: {" + REF + "}}", ".credential.googleServiceAccount"));
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
                arguments("hosts: [a.example.com]", "rules: [{}]", ".rules[0]"),
                arguments("hosts: [a.example.com]", "rules: [{when: ' '}]", ".rules[0].when"),
                arguments("hosts: [a.example.com]", "rules: [{when: '" + "x".repeat(4097) + "'}]", ".rules[0]"),
                arguments("hosts: [a.example.com]", "credential: " + with("{env: 1TOKEN}"), PLACEHOLDER + ".env"),
                arguments("hosts: [a.example.com]", "credential: " + with("{env: T, in: []}"), PLACEHOLDER + ".in"),
                arguments(
                        "hosts: [a.example.com]",
                        "credential: " + with("{env: T, in: [Header, Header]}"),
                        PLACEHOLDER + ".in"),
                arguments("hosts: [a.example.com]", "baseUrl: {env: 'A B'}", ".baseUrl.env"),
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

    static Stream<Arguments> impossibleInATunnel() {
        return Stream.of(
                arguments("credential: {bearer: {" + REF + "}}", ".credential"),
                arguments("rules: [{methods: [GET]}]", ".rules"),
                arguments("limits: {requestsPerMinute: 1}", ".limits"),
                arguments("limits: {requestBodyBytes: 1}", ".limits"),
                arguments("baseUrl: {env: U}", ".baseUrl"));
    }

    @ParameterizedTest
    @MethodSource("impossibleInATunnel")
    void whatATunnelMakesImpossibleIsRefused(String field, String path) {
        List<Problem> problems = problems(route("hosts: [a.example.com]", "tls: {mode: Passthrough}\n  " + field));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("spec.routes[0]" + path);
            assertThat(problem.reason()).isEqualTo(Reason.Invalid);
        });
    }

    @Test
    void certificatesAreOfNoUseInATunnel() {
        List<Problem> problems = problems(route(
                "hosts: [a.example.com]", "tls: {mode: Passthrough, caConfigMapRef: {name: absent, key: ca.crt}}"));

        assertThat(problems).extracting(Problem::path).contains("spec.routes[0].tls.caConfigMapRef");
    }

    @Test
    void thereIsNoTlsOverPlainHttp() {
        for (String tls : List.of("{mode: Intercept}", "{mode: Passthrough}")) {
            List<Problem> problems = problems(route("hosts: [a.example.com]", "scheme: HTTP\n  tls: " + tls));

            assertThat(problems).extracting(Problem::path).containsExactly("spec.routes[0].tls");
        }
    }

    @Test
    void aTunnelMayBeBoundedInNumber() {
        RouteConfig route = accepted(route(
                        "hosts: ['*.example.com']", "tls: {mode: Passthrough}\n  limits: {concurrentRequests: 4}"))
                .routes()
                .getFirst();

        assertThat(route.tlsMode()).isEqualTo(TlsMode.PASSTHROUGH);
        assertThat(route.limits().concurrentRequests()).hasValue(4);
    }

    @Test
    void anExpressionIsHandedToTheProxyAsItIs() {
        RouteConfig route = accepted(
                        route("hosts: [a.example.com]", "rules: [{when: 'this is no expression ('}, {methods: [GET]}]"))
                .routes()
                .getFirst();

        assertThat(route.rules())
                .extracting(RuleConfig::when)
                .containsExactly(Optional.of("this is no expression ("), Optional.empty());
    }

    static Stream<Arguments> redactions() {
        return Stream.of(
                arguments("scheme: HTTPS", RedactResponses.NONE),
                arguments("credential: {bearer: {" + REF + "}}", RedactResponses.HEADERS),
                arguments("credential: {bearer: {" + REF + "}}\n  redactResponses: None", RedactResponses.NONE),
                arguments("credential: {bearer: {" + REF + "}}\n  redactResponses: Full", RedactResponses.FULL),
                arguments("redactResponses: Headers", RedactResponses.HEADERS));
    }

    @ParameterizedTest
    @MethodSource("redactions")
    void anEchoedCredentialIsMaskedInHeadersUnlessTheRouteSaysOtherwise(String fields, RedactResponses expected) {
        assertThat(accepted(route("hosts: [a.example.com]", fields))
                        .routes()
                        .getFirst()
                        .redactResponses())
                .isEqualTo(expected);
    }

    @Test
    void valuesOfQueriesAreLoggedWhereTheRouteSaysSo() {
        Sandbox names = accepted(route("hosts: [a.example.com]", "audit: {}"));
        Sandbox values = accepted(route("hosts: [a.example.com]", "audit: {query: Values}"));

        assertThat(names.routes().getFirst().queryLogging()).isEqualTo(QueryLogging.NAMES);
        assertThat(values.routes().getFirst().queryLogging()).isEqualTo(QueryLogging.VALUES);
    }

    @Test
    void aPlaceholderStandsInHeaderAndBasicUnlessTheRouteSaysOtherwise() {
        Sandbox usual = accepted(route("hosts: [a.example.com]", "credential: " + with("{env: T}")));
        Sandbox everywhere = accepted(route(
                "hosts: [a.example.com]", "credential: " + with("{env: T, in: [Body, Path, Query, Basic, Header]}")));

        assertThat(placeholder(usual).in()).containsExactly(Place.HEADER, Place.BASIC);
        assertThat(placeholder(everywhere).in())
                .containsExactly(Place.BODY, Place.PATH, Place.QUERY, Place.BASIC, Place.HEADER);
    }

    @Test
    void routesThatNameTheSameVariableShareItsToken() {
        Sandbox sandbox = accepted(
                TEMPLATE + """
                routes:
                - {name: a, hosts: [a.example.com], credential: %s}
                - {name: b, hosts: [a.example.com], credential: %s}
                - {name: c, hosts: [b.example.com], credential: %s}
                """.formatted(with("{env: ONE}"), with("{env: TWO}"), with("{env: ONE, in: [Query]}")));

        assertThat(sandbox.placeholders()).containsOnlyKeys("ONE", "TWO");
        assertThat(sandbox.routes())
                .extracting(route -> route.placeholder().orElseThrow().token())
                .containsExactly(
                        sandbox.placeholders().get("ONE"),
                        sandbox.placeholders().get("TWO"),
                        sandbox.placeholders().get("ONE"));
        assertThat(sandbox.placeholders().get("ONE"))
                .isNotEqualTo(sandbox.placeholders().get("TWO"));
    }

    @Test
    void aVariableHoldsAPlaceholderOrABaseUrl() {
        String spec = TEMPLATE + """
                routes:
                - {name: a, hosts: [a.example.com], credential: %s}
                - {name: b, hosts: [b.example.com], baseUrl: {env: T}}
                - {name: c, hosts: [c.example.com], baseUrl: {env: U}}
                - {name: d, hosts: [d.example.com], credential: %s}
                """.formatted(with("{env: T}"), with("{env: U}"));

        assertThat(problems(spec))
                .extracting(Problem::path)
                .containsExactly("spec.routes[1].baseUrl.env", "spec.routes[3].credential.placeholder.env");
        assertThat(problems(spec)).extracting(Problem::reason).containsOnly(Reason.Conflict);
    }

    @Test
    void aVariableThatEveryAgentGetsIsTakenInWhateverCase() {
        String spec = TEMPLATE + """
                routes:
                - {name: a, hosts: [a.example.com], credential: %s}
                - {name: b, hosts: [b.example.com], baseUrl: {env: https_PROXY}}
                """.formatted(with("{env: SSL_CERT_FILE}"));

        assertThat(problems(spec))
                .extracting(Problem::path)
                .containsExactly("spec.routes[0].credential.placeholder.env", "spec.routes[1].baseUrl.env");
        assertThat(problems(spec)).extracting(Problem::reason).containsOnly(Reason.Conflict);
    }

    @Test
    void boundsOnAllRoutesTogetherAreReadLikeThoseOfOne() {
        Sandbox none = accepted(TEMPLATE);
        Sandbox bounded = accepted(TEMPLATE + "limits: {concurrentRequests: 8, requestBodyBytes: 1Ki}");
        List<Problem> problems = problems(TEMPLATE + "limits: {requestsPerMinute: 0}");

        assertThat(none.requestLimits()).isEqualTo(RouteLimits.NONE);
        assertThat(bounded.requestLimits())
                .isEqualTo(new RouteLimits(OptionalInt.empty(), OptionalInt.of(8), OptionalLong.of(1024)));
        assertThat(problems).extracting(Problem::path).containsExactly("spec.limits");
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
    void aProfileThatNobodyKnowsIsRefusedAndTheKnownOnesAreTold() {
        assertThat(problems(TEMPLATE + "agentProfiles: [Generic, Unheard]"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path()).isEqualTo("spec.agentProfiles[1]");
                    assertThat(problem.reason()).isEqualTo(Reason.ReferenceNotFound);
                    assertThat(problem.remedy()).contains("ClaudeCode").contains("Generic");
                });
    }

    @Test
    void aPairedProxysServiceMustBeAbleToHaveTheSandboxsName() {
        for (String name : List.of("1st", "a".repeat(54))) {
            AgentSandbox sandbox = Resources.sandbox(TEMPLATE + "proxy: {placement: PairedPod}");
            sandbox.getMetadata().setName(name);

            assertThat(resolve(sandbox))
                    .isInstanceOfSatisfying(
                            Verdict.Refused.class,
                            refused -> assertThat(refused.problems())
                                    .extracting(Problem::path)
                                    .containsExactly("metadata.name"));
        }
        assertThat(problems(TEMPLATE + "proxy: {placement: PairedPod}")).isEmpty();
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

        assertThat(sandbox.baseUrls()).isEqualTo(Map.of("U", "/r/v1"));
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
        return resolve(Resources.sandbox(spec));
    }

    private static Verdict resolve(AgentSandbox sandbox) {
        return new SandboxResolver(
                        (namespace, selector) -> selector.name().equals("garbage")
                                ? new Reference.Found(
                                        "-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----\n")
                                : new Reference.NotFound("there is no ConfigMap " + selector.name()),
                        namespace -> AllowedHosts.OPTIONAL,
                        Resources.TOKENS,
                        BuiltInProfiles.read())
                .resolve(sandbox);
    }

    private static List<Problem> problems(String spec) {
        return switch (resolve(spec)) {
            case Verdict.Accepted ignored -> List.of();
            case Verdict.Refused refused -> refused.problems();
        };
    }

    private static PlaceholderConfig placeholder(Sandbox sandbox) {
        return sandbox.routes().getFirst().placeholder().orElseThrow();
    }

    private static Sandbox accepted(String spec) {
        return switch (resolve(spec)) {
            case Verdict.Accepted accepted -> accepted.sandbox();
            case Verdict.Refused refused -> throw new AssertionError(refused.problems());
        };
    }
}
