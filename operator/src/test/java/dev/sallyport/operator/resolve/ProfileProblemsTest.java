package dev.sallyport.operator.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.operator.model.Problem;
import dev.sallyport.operator.model.Problem.Reason;
import dev.sallyport.operator.model.Profile;
import dev.sallyport.operator.model.ProxyAddress;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.profile.BuiltInProfiles;
import dev.sallyport.operator.profile.Catalogue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProfileProblemsTest {

    private static final String TEMPLATE = "podTemplate: {spec: {containers: [{name: agent, image: a}]}}\n";

    private static final Catalogue OWN = BuiltInProfiles.read().current();

    /** A profile of the test's own, in JSON, called by its letter. */
    private static Catalogue with(String... profiles) {
        SortedMap<String, Profile> all = new TreeMap<>(OWN.profiles());
        for (int i = 0; i < profiles.length; i++) {
            try {
                all.put(
                        String.valueOf((char) ('A' + i)),
                        StrictJson.read(
                                ("{'description':'test'," + profiles[i] + "}")
                                        .replace('\'', '"')
                                        .getBytes(StandardCharsets.UTF_8),
                                Profile.class));
            } catch (InvalidJsonException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return new Catalogue(all, new TreeMap<>(Map.of("Broken", "line 1: it is broken")));
    }

    private static Verdict verdict(Catalogue catalogue, String spec) {
        return new SandboxResolver(
                        (namespace, selector) -> new Reference.NotFound("none"),
                        namespace -> AllowedHosts.OPTIONAL,
                        Resources.TOKENS,
                        () -> catalogue)
                .resolve(Resources.sandbox(TEMPLATE + spec));
    }

    private static List<Problem> problems(Catalogue catalogue, String spec) {
        return switch (verdict(catalogue, spec)) {
            case Verdict.Accepted ignored -> List.of();
            case Verdict.Refused refused -> refused.problems();
        };
    }

    private static Map<String, String> variables(Catalogue catalogue, String spec, String... own) {
        Sandbox sandbox = ((Verdict.Accepted) verdict(catalogue, spec)).sandbox();
        return sandbox.variablesFor(Set.of(own), ProxyAddress.SIDECAR, Optional.of("/h"));
    }

    @Test
    void aProfileThatCannotBeReadIsAProblemForWhoNamesIt() {
        assertThat(problems(with(), "agentProfiles: [Broken]")).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("spec.agentProfiles[0]");
            assertThat(problem.reason()).isEqualTo(Reason.Invalid);
            assertThat(problem.message()).contains("it is broken");
            assertThat(problem.remedy()).contains("ClaudeCode");
        });
        assertThat(problems(with(), "agentProfiles: [ClaudeCode]")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'environment':[{'name':'X','value':'1','purpose':'p'}] | 'environment':[{'name':'X','value':'2','purpose':'p'}]",
                "'environment':[{'name':'X','value':'1','purpose':'p'}] | 'environment':[{'name':'x','value':'2','purpose':'p'}]",
                "'environment':[{'name':'X','value':'1','purpose':'p'}] | 'providers':[{'host':'a.b','baseUrl':{'env':'X'}}]",
                "'environment':[{'name':'X','value':'1','purpose':'p'}] | 'providers':[{'host':'a.b','keys':[{'env':'x','credentials':['bearer']}]}]",
                "'providers':[{'host':'a.b','baseUrl':{'env':'X'}}] | 'providers':[{'host':'a.b','baseUrl':{'env':'X','path':'/v1'}}]",
                "'providers':[{'host':'a.b','baseUrl':{'env':'X'}}] | 'providers':[{'host':'c.d','baseUrl':{'env':'X'}}]",
                "'providers':[{'host':'a.b','baseUrl':{'env':'X'}}] | 'providers':[{'host':'a.b','keys':[{'env':'X','credentials':['bearer']}]}]",
                "'providers':[{'host':'a.b','keys':[{'env':'X','credentials':['bearer']}]}] | 'providers':[{'host':'a.b','keys':[{'env':'X','credentials':['bearer'],'value':'v'}]}]",
                "'files':[{'path':'a','content':'x'}] | 'files':[{'path':'a','content':'y'}]",
                "'files':[{'path':'a','content':'x'}] | 'files':[{'path':'a','content':'x','mode':'0644'}]",
                "'files':[{'path':'a','content':'x'}] | 'files':[{'path':'a/b','content':'x'}]",
                "'files':[{'path':'a/b/c','content':'x'}] | 'files':[{'path':'a/b','content':'x'}]",
            })
    void twoProfilesThatSayDifferentThingsAreAProblem(String a, String b) {
        assertThat(problems(with(a, b), "agentProfiles: [A, B]"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path()).isEqualTo("spec.agentProfiles[1]");
                    assertThat(problem.reason()).isEqualTo(Reason.Conflict);
                    assertThat(problem.message()).startsWith("the profiles A and B say different things of the ");
                });
        assertThat(problems(with(a, b), "agentProfiles: [A]")).isEmpty();
        assertThat(problems(with(a, a), "agentProfiles: [A, B]")).isEmpty();
    }

    @Test
    void ofTheOperatorsOwnAllAgreeButTwo() {
        List<String> contradictions = new ArrayList<>();
        for (String one : OWN.profiles().keySet()) {
            for (String other : OWN.profiles().tailMap(one).keySet()) {
                if (!one.equals(other)
                        && !problems(OWN, "agentProfiles: [" + one + ", " + other + "]")
                                .isEmpty()) {
                    contradictions.add(one + " and " + other);
                }
            }
        }

        assertThat(contradictions).containsExactly("ClaudeCode and OpenCode");
    }

    @Test
    void noProfileSaysSomethingElseOfWhatAllGet() {
        String other = "'environment':[{'name':'https_Proxy','value':'http://elsewhere','purpose':'p'}]";

        assertThat(problems(with(other), "agentProfiles: [A]"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .isEqualTo("the profiles Generic and A say different things of the variable https_Proxy"));
    }

    @Test
    void aProfileThatContradictsItselfIsAProblem() {
        String both = "'environment':[{'name':'X','value':'1','purpose':'p'},{'name':'x','value':'2','purpose':'p'}]";

        assertThat(problems(with(both), "agentProfiles: [A]"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("says two things of the variable x"));
    }

    @Test
    void filesHaveABoundTogether() {
        String a = "'files':[{'path':'a','content':'" + "x".repeat(16000) + "'},{'path':'b','content':'"
                + "x".repeat(16000) + "'}]";
        String b = a.replace("'a'", "'c'").replace("'b'", "'d'");

        assertThat(problems(with(a, b), "agentProfiles: [A]")).isEmpty();
        assertThat(problems(with(a, b), "agentProfiles: [A, B]"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("32 KiB"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"example", "com", "api.example.com"})
    void thePodsOwnNameMayNotHideARoute(String hostname) {
        String routes = "routes: [{name: a, hosts: [api.example.com]}, {name: b, hosts: ['*.other.example']}]";
        Verdict verdict = new SandboxResolver(
                        (namespace, selector) -> new Reference.NotFound("none"),
                        namespace -> AllowedHosts.OPTIONAL,
                        Resources.TOKENS,
                        () -> OWN)
                .resolve(Resources.sandbox("podTemplate: {spec: {hostname: " + hostname
                        + ", containers: [{name: agent, image: a}]}}\n" + routes));

        assertThat(((Verdict.Refused) verdict).problems()).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("spec.podTemplate.spec.hostname");
            assertThat(problem.message()).contains("NO_PROXY");
        });
    }

    private static String route(String rest) {
        return "agentProfiles: [ClaudeCode]\nroutes:\n- name: claude\n  " + rest + "\n";
    }

    private static final String HEADER = "  credential: {header: {name: x-api-key, secretKeyRef: {name: s, key: k}}}\n";

    private static final String BEARER = "  credential: {bearer: {secretKeyRef: {name: s, key: k}}}\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hosts: [api.anthropic.com]",
                "hosts: ['api.anthropic.com:443']",
                "hosts: [gateway.example.com]\n  baseUrl: {env: ANTHROPIC_BASE_URL}"
            })
    void aProviderIsTheRouteThatLeadsToItOrNamesItsVariable(String rest) {
        assertThat(variables(OWN, route(rest) + HEADER))
                .containsEntry("ANTHROPIC_BASE_URL", "http://127.0.0.1:15001/claude")
                .containsEntry("ANTHROPIC_API_KEY", "sk-ant-sallyport-holds-the-key")
                .doesNotContainKey("CLAUDE_CODE_OAUTH_TOKEN");
    }

    @Test
    void aSubscriptionsTokenIsAskedForByItsOwnVariable() {
        assertThat(variables(OWN, route("hosts: [api.anthropic.com]") + BEARER))
                .containsEntry("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-sallyport-holds-the-key")
                .doesNotContainKey("ANTHROPIC_API_KEY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hosts: [api.anthropic.com, other.example]",
                "hosts: ['*.anthropic.com']",
                "hosts: ['api.anthropic.com:8443']",
                "hosts: [api.anthropic.com]\n  scheme: HTTP",
                "hosts: [api.anthropic.com]\n  tls: {mode: Passthrough}",
                "hosts: [other.example]"
            })
    void aRouteThatMayMeanSomethingElseIsNoProvider(String rest) {
        assertThat(variables(OWN, route(rest))).doesNotContainKeys("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY");
    }

    @Test
    void withoutACredentialThereIsNothingToStandForIt() {
        assertThat(variables(OWN, route("hosts: [api.anthropic.com]")))
                .containsKey("ANTHROPIC_BASE_URL")
                .doesNotContainKey("ANTHROPIC_API_KEY");
    }

    @Test
    void aPlaceholderIsTheUsersOwnWay() {
        String placeholder = "  credential: {placeholder: {env: ANTHROPIC_API_KEY}, header: {name: x-api-key,"
                + " secretKeyRef: {name: s, key: k}}}\n";

        assertThat(variables(OWN, route("hosts: [api.anthropic.com]") + placeholder))
                .hasEntrySatisfying(
                        "ANTHROPIC_API_KEY", value -> assertThat(value).startsWith("sallyport-token-of-sandbox-"));
        assertThat(variables(
                        OWN, route("hosts: [api.anthropic.com]") + placeholder.replace("ANTHROPIC_API_KEY", "OTHER")))
                .doesNotContainKey("ANTHROPIC_API_KEY");
    }

    @Test
    void whatAContainerSetsItselfIsLeftToItInBothCases() {
        Map<String, String> all = variables(OWN, route("hosts: [api.anthropic.com]") + HEADER);

        assertThat(variables(
                        OWN,
                        route("hosts: [api.anthropic.com]") + HEADER,
                        "https_proxy",
                        "anthropic_api_key",
                        "Anthropic_Base_Url",
                        "disable_telemetry",
                        "OTHER"))
                .doesNotContainKeys(
                        "HTTPS_PROXY", "https_proxy", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "DISABLE_TELEMETRY")
                .hasSize(all.size() - 5);
    }

    @Test
    void aProfilesPathIsAddedWhereTheRouteHasNone() {
        Catalogue catalogue = with("'providers':[{'host':'a.b','baseUrl':{'env':'X','path':'/v1'}}]");

        assertThat(variables(catalogue, "agentProfiles: [A]\nroutes: [{name: r, hosts: [a.b]}]"))
                .containsEntry("X", "http://127.0.0.1:15001/r/v1");
        assertThat(variables(catalogue, "agentProfiles: [A]\nroutes: [{name: r, hosts: [c.d], baseUrl: {env: X}}]"))
                .containsEntry("X", "http://127.0.0.1:15001/r/v1");
        assertThat(variables(
                        catalogue,
                        "agentProfiles: [A]\nroutes: [{name: r, hosts: [a.b], baseUrl: {env: X, path: /v2}}]"))
                .containsEntry("X", "http://127.0.0.1:15001/r/v2");
        assertThat(
                        variables(
                                catalogue,
                                "agentProfiles: [A]\nroutes: [{name: q, hosts: [a.b]}, {name: r, hosts: [c.d], baseUrl: {env: X}}]"))
                .containsEntry("X", "http://127.0.0.1:15001/r/v1");
    }

    @Test
    void aFileThatNeedsABaseUrlIsMadeOnlyWhereThereIsOne() {
        Catalogue catalogue = with(
                "'providers':[{'host':'a.b','baseUrl':{'env':'X'}}],'files':[{'path':'f','content':'${baseUrl.X}'}]");
        Sandbox with = ((Verdict.Accepted) verdict(catalogue, "agentProfiles: [A]\nroutes: [{name: r, hosts: [a.b]}]"))
                .sandbox();
        Sandbox without = ((Verdict.Accepted) verdict(catalogue, "agentProfiles: [A]")).sandbox();

        assertThat(with.filesFor(ProxyAddress.SIDECAR))
                .containsEntry("f", new Sandbox.SeedFile("http://127.0.0.1:15001/r", "0600"));
        assertThat(without.filesFor(ProxyAddress.SIDECAR)).isEmpty();
    }
}
