package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.api.v1alpha1.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Each example, set up by its README's own commands: the agent does its task, and what it must not do is refused. */
@Installed
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExamplesKT {

    private final Installation installation;
    private World world;

    ExamplesKT(Installation installation) {
        this.installation = installation;
    }

    @BeforeAll
    void makeTheWorld() {
        world = new World(installation);
    }

    @AfterAll
    void endTheWorld() {
        world.close();
    }

    @Test
    void claudeCodeWorksOnAnApiKey() {
        try (Example example = new Example(installation, world, "claude-code-api-key")) {
            String said = answersByTheModel(example, installation.provider().key(1), "x-api-key", "anthropic");
            assertThat(said).contains("http://127.0.0.1:15001/anthropic");
            assertThat(reasons(example.sandbox("claude").shell("""
                            curl -sS "$ANTHROPIC_BASE_URL/v1/organizations/api_keys"
                            curl -sS -X DELETE "$ANTHROPIC_BASE_URL/v1/messages"
                            """)))
                    .containsExactly("PathNotAllowed", "MethodNotAllowed");
        }
    }

    @Test
    void claudeCodeWorksWithASubscription() {
        try (Example example = new Example(installation, world, "claude-code-subscription")) {
            answersByTheModel(example, installation.provider().key("anthropic-token"), "bearer", "anthropic-token");
        }
    }

    /** Follows its README, whose agent then says what the model says; each request had a real credential, and that in its place. */
    private String answersByTheModel(Example example, String key, String carrier, String api) {
        long before = installation.provider().lastSequence();
        String said = example.followReadme(key);
        assertThat(said).contains("You said: Which door of a fortress");
        assertThat(installation.provider().credentialsAfter(before))
                .extracting(
                        seen -> seen.get("carrier").asText(),
                        seen -> seen.get("provider").asText())
                .containsOnly(tuple(carrier, api));
        return said;
    }

    @Test
    void codexWorksOnAnApiKey() {
        try (Example example = new Example(installation, world, "codex")) {
            answersByTheModel(example, installation.provider().key("openai"), "bearer", "openai");
            assertThat(reasons(example.sandbox("codex").shell("""
                            curl -sS https://api.openai.com/v1/responses/resp_of_somebody_else
                            curl -sS -X DELETE https://api.openai.com/v1/responses
                            curl -sS https://api.openai.com/v1/files
                            """)))
                    .containsExactly("PathNotAllowed", "MethodNotAllowed", "PathNotAllowed");
        }
    }

    @Test
    void geminiCliWorksOnAnApiKey() {
        try (Example example = new Example(installation, world, "gemini-cli")) {
            answersByTheModel(example, installation.provider().key("gemini"), "x-goog-api-key", "gemini");
            assertThat(reasons(example.sandbox("gemini").shell("""
                            curl -sS "https://generativelanguage.googleapis.com/v1beta/files?key=a-dummy"
                            curl -sS -X POST https://generativelanguage.googleapis.com/v1beta/models/x:predict
                            curl -sS https://generativelanguage.googleapis.com/v1beta/models/x:generateContent
                            """)))
                    .containsExactly("PathNotAllowed", "PathNotAllowed", "MethodNotAllowed");
        }
    }

    @Test
    void aiderWorksOnAnApiKey() {
        try (Example example = new Example(installation, world, "aider")) {
            answersByTheModel(example, installation.provider().key("openai"), "bearer", "openai");
            assertThat(reasons(example.sandbox("aider").shell("""
                            curl -sS "$OPENAI_API_BASE/models"
                            curl -sS "$OPENAI_API_BASE/../v1/files" --path-as-is
                            """))).containsExactly("PathNotAllowed", "AmbiguousPath");
        }
    }

    @Test
    void aCodingAgentPushesToItsRepositoryAndReadsPackages() {
        try (Example example = new Example(installation, world, "coding")) {
            String said = example.followReadme(installation.provider().key(1), world.token());
            Sandbox agent = example.sandbox("coder");
            String installed = agent.shell(Sandbox.resource("examples/packages.sh"));
            String pushed = agent.shell("""
                    cd hello-world
                    echo changed >>README.md
                    git -c user.name=Agent -c user.email=agent@example.com commit --quiet --all --message Changed
                    git push origin HEAD:agent 2>&1
                    """);
            String across = agent.shell("""
                    cd hello-world
                    git push https://github.com/octo-org/other.git HEAD:agent 2>&1 && echo pushed
                    curl -sS https://github.com/octo-org/other.git/info/refs -u "x-access-token:$GITHUB_TOKEN"
                    curl -sS https://npm.packages.example.com/-/whoami -H "Authorization: Basic $(printf %s "x:$GITHUB_TOKEN" | base64 -w0)"
                    curl -sS -X PUT -d '{}' "${npm_config_registry}sallyport-probe"
                    curl -sS https://pypi.packages.example.com/legacy/
                    curl -sS http://debian.packages.example.com/elsewhere
                    curl -sS https://api.github.com/user
                    true
                    """);

            assertThat(said).contains("You said: Say what hello-world/README.md is about.");
            assertThat(installed.lines())
                    .contains("npm 42", "pip 42", "cargo 42", "apt 42")
                    .anyMatch(line -> line.contains("Downloaded from mirror") && line.contains("/probe-1.0.jar"));
            assertThat(pushed).contains("HEAD -> agent");
            assertThat(across).doesNotContain("pushed").contains("403");
            assertThat(reasons(across))
                    .containsExactly(
                            "PathNotAllowed",
                            "PlaceholderMisuse",
                            "MethodNotAllowed",
                            "PathNotAllowed",
                            "PathNotAllowed");
            String token = agent.shell("printenv GITHUB_TOKEN");
            assertThat(world.received("github.com"))
                    .filteredOn(request -> request.target().endsWith("/git-receive-pack"))
                    .isNotEmpty()
                    .allSatisfy(request -> {
                        assertThat(request.target()).isEqualTo("/octo-org/hello-world.git/git-receive-pack");
                        assertThat(request.authorization())
                                .isEqualTo(world.credentials().get("github.com"));
                    });
            for (String kind : List.of("npm", "pypi", "crates", "maven", "debian")) {
                assertThat(world.received(kind + ".packages.example.com"))
                        .as(kind)
                        .isNotEmpty()
                        .allSatisfy(request -> {
                            assertThat(request.method()).isIn("GET", "HEAD");
                            assertThat(request.fields()).doesNotContain(token);
                        });
            }
        }
    }

    @Test
    void oneRepositoryOfGitHubIsReadAndNothingElseIsDone() {
        try (Example example = new Example(installation, world, "github-read-only")) {
            String said = example.followReadme(world.token());
            Sandbox agent = example.sandbox("reader");
            String push = agent.shell("""
                    cd hello-world
                    echo changed >README.md
                    git -c user.name=Agent -c user.email=agent@example.com commit --quiet --all --message Changed
                    git push origin HEAD:main 2>&1 && echo pushed
                    git ls-remote https://github.com/octo-org/other.git 2>&1 && echo seen
                    true
                    """);
            String api = agent.shell("""
                    curl -sS https://api.github.com/repos/octo-org/other
                    curl -sS -X POST https://github.com/octo-org/hello-world.git/git-receive-pack
                    curl -sS https://elsewhere.example.com/ 2>&1 || true
                    """);

            assertThat(said).contains("\"full_name\": \"octo-org/hello-world\"", "MethodNotAllowed");
            assertThat(push).doesNotContain("pushed", "seen").containsPattern("(?s)403.*403");
            assertThat(reasons(api)).containsExactly("PathNotAllowed", "PathNotAllowed");
            assertThat(api).as("a tunnel to elsewhere").contains("403");
            assertThat(world.received("github.com"))
                    .as("what came was to fetch, with the token")
                    .isNotEmpty()
                    .allSatisfy(request -> {
                        assertThat(request.target()).matches("/octo-org/hello-world.git/.*git-upload-pack");
                        assertThat(request.authorization())
                                .isEqualTo(world.credentials().get("github.com"));
                    });
            assertThat(world.received("api.github.com"))
                    .singleElement()
                    .satisfies(request -> assertThat(request.authorization())
                            .isEqualTo(world.credentials().get("api.github.com")));
            assertThat(agent.awaitAudit("all counted", audit -> audit.denied() >= 6)
                            .lastDenied())
                    .isNotNull();
        }
    }

    @Test
    void oneEndpointOfADatabaseIsAsked() {
        try (Example example = new Example(installation, world, "database")) {
            String said = example.followReadme(world.token());
            Sandbox agent = example.sandbox("analyst");
            String across = agent.shell("""
                    curl -sS -X PATCH -d '{"status":"paid"}' "$DATABASE_URL/orders?limit=1"
                    curl -sS "$DATABASE_URL/orders"
                    curl -sS "$DATABASE_URL/orders?limit=10&limit=100000"
                    curl -sS "$DATABASE_URL/orders;DROP?limit=1"
                    """);

            assertThat(said)
                    .contains("[{\"id\": 1, \"total\": 300}]", "PathNotAllowed")
                    .as("the question is in the audit log")
                    .contains("eq.open");
            assertThat(reasons(across))
                    .containsExactly("MethodNotAllowed", "ConditionNotEvaluable", "ConditionNotMet", "PathNotAllowed");
            assertThat(world.received("db.example.com")).singleElement().satisfies(request -> {
                assertThat(request.target()).startsWith("/orders?");
                assertThat(request.authorization())
                        .isEqualTo(world.credentials().get("db.example.com"));
            });
        }
    }

    @Test
    void aTaskEndsWithItsExitCodeAndItsFinalCounts() {
        try (Example example = new Example(installation, world, "batch")) {
            long before = installation.provider().lastSequence();

            String said = example.followReadme(installation.provider().key(1));

            assertThat(said).contains("You said: ", "haiku", "\"reason\":\"Succeeded\"", "exit code 0");
            Sandbox done = example.sandbox("haiku");
            long sent = installation.provider().requestsAfter(before).size();
            AuditStatus counts = done.awaitAudit("all that was sent is counted", audit -> audit.allowed() >= sent);
            assertThat(sent).isPositive();
            assertThat(counts.allowed()).isEqualTo(sent);
            assertThat(counts.credentialed()).isEqualTo(sent);

            done.secret("anthropic", "api-key", Provider.newKey());
            example.applyAs("haiku", "failing");

            Condition failed = example.sandbox("failing").awaitCondition("Finished", "True");
            assertThat(failed.reason()).isEqualTo("Failed");
            assertThat(failed.message()).contains("exit code 1");
        }
    }

    @Test
    void aWorkspaceOutlivesSuspension() {
        try (Example example = new Example(installation, world, "workspace")) {
            installation.volumeWithoutProvisioner("example-workspace");
            Sandbox agent = example.sandbox("desk");
            long before = installation.provider().lastSequence();

            String said = example.followReadme(installation.provider().key(1));

            assertThat(said).contains("You said: My flag is blue.", "\nblue\n", "What is my flag?");
            List<JsonNode> seen = installation.provider().requestsAfter(before);
            assertThat(
                            agent.shell(
                                    "grep -l 'My flag is blue' $(grep -rl 'What is my flag' .claude/projects --include=*.jsonl)"))
                    .as("the resumed agent went on with what was said")
                    .isNotEmpty();
            assertThat(agent.awaitAudit("the counts go on", audit -> audit.allowed() >= seen.size())
                            .allowed())
                    .isEqualTo(seen.size());
            assertThat(agent.shell("id -u; stat -c %a flag; pwd").lines())
                    .first()
                    .isEqualTo("1000");
        }
    }

    @Test
    void eachOfATeamHasItsOwnKeyAndRoute() {
        Provider provider = installation.provider();
        try (Example example = new Example(installation, world, "team")) {
            long before = provider.lastSequence();

            String said = example.followReadme(provider.key(1), provider.key(2), provider.key("openai"));

            assertThat(said).contains("Plan a function", "Write a function", "def reverse(a)");
            List<String> used = new ArrayList<>();
            for (JsonNode seen : provider.credentialsAfter(before)) {
                String key =
                        seen.get("provider").asText() + " " + seen.get("line").asInt();
                if (used.isEmpty() || !used.getLast().equals(key)) {
                    used.add(key);
                }
            }
            assertThat(used).as("one worked after the other").containsExactly("anthropic 1", "anthropic 2", "openai 1");

            long after = provider.lastSequence();
            String across = example.kubectl("exec", "team", "-c", "coder", "--", "bash", "-c", """
                    ask() { curl -sS -H content-type:application/json -d '{"model":"claude-opus-4-5"}' "$@"; echo; }
                    ask https://api.openai.com/v1/chat/completions -H "Authorization: Bearer $CODER_KEY"
                    ask https://api.openai.com/v1/chat/completions -H "Authorization: Bearer $PLANNER_KEY"
                    ask https://api.anthropic.com/v1/messages -H "x-api-key: $REVIEWER_KEY"
                    ask https://api.anthropic.com/v1/messages -H "x-api-key: $CODER_KEY"
                    ask https://api.anthropic.com/v1/messages
                    ask https://api.anthropic.com/v1/organizations -H "x-api-key: $CODER_KEY"
                    """)
                    .output();
            assertThat(reasons(across))
                    .containsExactly(
                            "PlaceholderMisuse",
                            "PlaceholderMisuse",
                            "PlaceholderMisuse",
                            "ConditionNotMet",
                            "PlaceholderMissing",
                            "PathNotAllowed");
            assertThat(provider.requestsAfter(after)).isEmpty();
            AuditStatus counts = example.sandbox("team")
                    .awaitAudit(
                            "what each route let through is counted",
                            audit -> audit.denied() >= 6
                                    && audit.routes().stream()
                                                    .filter(route -> route.allowed() > 0)
                                                    .count()
                                            == 3);
            assertThat(counts.routes())
                    .extracting(route -> route.name())
                    .containsExactlyInAnyOrder("planner", "coder", "reviewer");
        }
    }

    /** Of refusals, in their order. */
    private static List<String> reasons(String output) {
        return Pattern.compile("\"reason\": ?\"(\\w+)\"")
                .matcher(output)
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
