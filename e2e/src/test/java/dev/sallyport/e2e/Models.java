package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sallyport.api.v1alpha1.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Agents, and the SDKs that agents are written with: each has a model use a tool, and tells it what that said, both turns
 * streamed, with nothing but dummy keys.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class Models extends Placed {

    /** How the keys begin, as a pattern that does not match itself. */
    private static final String REAL_KEYS = "sk-ant-rea[l]-";

    private static final String DUMMY = "a-dummy-that-agents-hold";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String namespace;
    private final Sandbox sandbox;
    private final AuditLog audit;
    private final Matrix matrix;
    private final Matrix busy;

    Models(Installation installation, String namespace, Placement placement) {
        super(installation, placement);
        this.namespace = namespace;
        this.sandbox = new Sandbox(installation, namespace, "models");
        this.audit = new AuditLog(installation, namespace, sandbox);
        this.matrix = new Matrix("Agents and SDKs", placement);
        this.busy = new Matrix("A provider that is busy", placement);
    }

    @BeforeAll
    void applyASandbox() {
        installation.namespace(namespace, labels());
        sandbox.secret("anthropic", "key", installation.provider().key(1));
        sandbox.secret("openai", "key", installation.provider().key("openai"));
        sandbox.secret("gemini", "key", installation.provider().key("gemini"));
        sandbox.apply(
                "sandbox/models.yaml",
                Map.of(
                        "CLIENTS", installation.load("clients"),
                        "CLAUDE_CODE", installation.load("claudeCode"),
                        "CODEX", installation.load("codex"),
                        "GEMINI_CLI", installation.load("geminiCli"),
                        "AIDER", installation.load("aider"),
                        "DUMMY", DUMMY,
                        "PLACEMENT", placement.name()));
        sandbox.awaitReady();
    }

    static Stream<Arguments> programsByEveryWay() {
        return Stream.of(ModelProgram.values())
                .flatMap(program -> Stream.of(Way.values()).map(way -> Arguments.of(program, way)));
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("programsByEveryWay")
    void aModelUsesATool(ModelProgram program, Way way) throws IOException {
        ModelApi api = program.api();
        long auditedBefore = audit.last();
        long before = installation.provider().lastSequence();

        Turns turns = run(program, way);

        List<JsonNode> requests = installation
                .provider()
                .awaitRequestsAfter(before, program.tool().isEmpty() ? 1 : 2);
        assertThat(requests).allSatisfy(request -> {
            assertThat(request.get("headers").toString())
                    .contains(api.key(installation.provider()))
                    .doesNotContain(DUMMY);
            assertThat(request.get("credentials"))
                    .as("the dummy was removed, the real key put in")
                    .singleElement()
                    .satisfies(seen -> assertThat(seen.get("provider").asText()).isEqualTo(api.provider()));
        });
        if (program == ModelProgram.CLAUDE_CODE) {
            assertThat(requests)
                    .allSatisfy(request -> assertThat(request.get("headers").toString())
                            .as("its own fields come as it sends them")
                            .containsIgnoringCase("x-claude-code-session-id")
                            .containsIgnoringCase("anthropic-version")
                            .containsIgnoringCase("anthropic-beta"));
        }
        matrix.works(
                program.toString(),
                program.tool().isEmpty() ? "streamed turn" : "streamed turns with a tool",
                way,
                audit.after(auditedBefore),
                firstMillis(api, turns, requests.getLast()));
    }

    /** The first request for a turn is refused, as a provider refuses who asks too much, or all when it has too much to do. */
    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("programsByEveryWay")
    void aBusyProviderIsAskedAgain(ModelProgram program, Way way) throws IOException {
        ModelApi.Refusal refusal = program.api().busy();
        long auditedBefore = audit.last();
        long before = installation.provider().lastSequence();
        installation
                .provider()
                .failNext(
                        refusal.fault() + ",retry-after=1",
                        program.api().path(),
                        program.tool().isEmpty() ? "count to 12" : "use tool");

        run(program, way);

        List<JsonNode> requests = installation.provider().awaitRequestsAfter(before, 2);
        JsonNode refused = requests.stream()
                .filter(request -> request.get("status").asInt() == refusal.status())
                .findFirst()
                .orElseThrow();
        List<JsonNode> after = requests.stream()
                .filter(request -> request.get("target").equals(refused.get("target")))
                .dropWhile(request -> !request.equals(refused))
                .skip(1)
                .toList();
        assertThat(after)
                .as("it was asked again, and refused no more")
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.get("status").asInt()).isEqualTo(200));
        assertThat(ModelApi.secondsBetween(refused, after.getFirst()))
                .as("the program was told to wait for a second")
                .isGreaterThan(0.99);
        busy.works(
                program.toString(),
                "after a " + refusal.status(),
                way,
                audit.after(auditedBefore),
                OptionalDouble.empty());
    }

    /** Has a program do its turns, and holds what it tells of them to what the model said. */
    private Turns run(ModelProgram program, Way way) throws IOException {
        ModelApi api = program.api();
        String url =
                switch (way) {
                    case BASE_URL -> sandbox.shell("printenv " + api.baseUrl());
                    case HTTPS_PROXY -> api.url();
                };
        Tool.Result result = program.run(sandbox, url);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).doesNotContain(api.key(installation.provider()));
        Turns turns = JSON.readValue(result.output().lines().toList().getLast(), Turns.class);
        if (program.tool().isEmpty()) {
            assertThat(turns.told()).isEqualTo("1 2 3 4 5 6 7 8 9 10 11 12");
        } else {
            assertThat(turns.asked()).isEqualTo("Using " + program.tool() + ".");
            assertThat(String.valueOf(turns.input()))
                    .containsAnyOf("{\"city\":\"Tromsø\"}", "echo one two three four five six seven eight");
            assertThat(turns.told())
                    .startsWith("The tool answered: ")
                    .contains("one two three four five six seven eight");
        }
        return turns;
    }

    @AfterEach
    void nothingIsToFailAnyMore() {
        installation.provider().failNoMore();
    }

    private static OptionalDouble firstMillis(ModelApi api, Turns turns, JsonNode request) {
        if (turns.times().isEmpty()) {
            return OptionalDouble.empty();
        }
        assertThat(turns.times().getFirst())
                .as("the first words reach the program before the provider sends the last event")
                .isLessThan(ModelApi.last(request));
        return OptionalDouble.of((turns.times().getFirst() - api.firstText(request)) * 1000);
    }

    static Stream<String> containers() {
        return Stream.of(ModelProgram.values()).map(ModelProgram::container).distinct();
    }

    /** After all others: whatever the programs leave behind is searched. */
    @ParameterizedTest
    @MethodSource("containers")
    @Order(Integer.MAX_VALUE - 1)
    void noKeyIsAnywhereInAContainer(String container) throws IOException {
        Tool.Result found =
                sandbox.execIn(container, Files.readString(Path.of("../dev/demo/search.sh")), "bash", "-s", REAL_KEYS);

        assertThat(found.output()).doesNotContain("FOUND").containsPattern("\\d{3,} files: the key is in 0 of them");
    }

    /** Still later: it needs the cells of all. */
    @Test
    @Order(Integer.MAX_VALUE)
    void whatIsDocumentedIsWhatWasSeen() {
        Map<String, String> versions = containers()
                .flatMap(container -> versions(container).lines())
                .map(line -> line.split("\t", 2))
                .collect(Collectors.toMap(fields -> fields[0], fields -> fields[1]));
        matrix.publish(versions);
        busy.publish(versions);
    }

    private String versions(String container) {
        Tool.Result result = sandbox.execIn(container, Sandbox.resource("agent/model_versions.sh"), "bash", "-s");
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }
}
