package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sallyport.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.Container;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The main job: a real agent finishes a streamed turn with a credential that it never saw. */
abstract class CredentialedAnswer extends Placed {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** How the keys begin, as a pattern that does not match itself. */
    private static final String REAL_KEYS = "sk-ant-rea[l]-";

    private final String name;
    private final Sandbox sandbox;

    CredentialedAnswer(Installation installation, String name, Placement placement) {
        super(installation, placement);
        this.name = name;
        this.sandbox = new Sandbox(installation, name, name);
    }

    @BeforeAll
    void applyASandbox() {
        installation.namespace(name, labels());
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        sandbox.apply(
                "sandbox/demo.yaml", Map.of("IMAGE", Installation.image("demoAgent"), "PLACEMENT", placement.name()));
        sandbox.awaitReady();
    }

    @Test
    void theOfficialSdkStreamsATurnThroughTheBaseUrl() throws Exception {
        long before = installation.provider().lastSequence();

        Tool.Result result = sandbox.exec(
                Sandbox.resource("agent/turn.py"), "python3", "-", "one two three four five six seven eight");

        assertThat(result.exitCode()).as(result.output()).isZero();
        JsonNode turn = JSON.readTree(result.output());
        JsonNode request = installation.provider().awaitRequestsAfter(before, 1).getFirst();
        assertThat(turn.get("text").asText()).contains("eight");
        assertThat(request.get("headers").toString())
                .as("the provider got the real key, and the dummy in no form")
                .contains(installation.provider().key(1))
                .doesNotContain("a-dummy");
        assertThat(request.get("credentials"))
                .as("the dummy was removed, the real key put in")
                .singleElement()
                .satisfies(seen -> assertThat(seen.at("/provider").isNull()).isFalse());
        assertThat(turn.get("first").asDouble())
                .as("the first words reach the agent before the provider sends the last event")
                .isLessThan(lastEventSeconds(request));
    }

    @Test
    void claudeCodeFinishesATurnWithADummyKey() {
        long before = installation.provider().lastSequence();

        Tool.Result result = sandbox.exec("", "claude", "-p", "say exactly these words: ahoy from the sandbox");

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("ahoy from the sandbox");
        assertThat(installation.provider().credentialsAfter(before))
                .as("the real keys that its requests carried")
                .extracting(seen -> seen.get("line").asInt())
                .containsOnly(1);
    }

    @Test
    void theKeyIsNowhereInTheAgentContainer() {
        String found = sandbox.shell(search(), REAL_KEYS);

        assertThat(found).doesNotContain("FOUND").containsPattern("\\d{3,} files: the key is in 0 of them");
    }

    @Test
    void theSearchForTheKeyFindsOneWhereThereIsOne() {
        String found = sandbox.shell("""
                printf '%s%s' sk-ant-rea l-planted > /tmp/planted
                """ + search() + "rm /tmp/planted\n", REAL_KEYS);

        assertThat(found).contains("FOUND in /tmp/planted");
    }

    @Test
    void whomTheAgentTrustsIsNotForTheAgentToChange() {
        String attempts = sandbox.shell("""
                touch /var/run/sallyport/ca/mine 2>&1
                mv /var/run/sallyport/ca /var/run/sallyport/old 2>&1
                printenv SSL_CERT_FILE HTTPS_PROXY NO_PROXY
                """);

        assertThat(attempts.lines())
                .satisfiesExactly(
                        touched -> assertThat(touched).contains("Read-only file system"),
                        moved -> assertThat(moved).containsAnyOf("Permission denied", "busy"),
                        file -> assertThat(file).isEqualTo("/var/run/sallyport/ca/ca-bundle.crt"),
                        proxy -> assertThat(proxy).matches(proxyUrl()),
                        direct -> assertThat(direct).startsWith("localhost,127.0.0.1,::1"));
    }

    @Test
    void theAgentRunsWithoutRightsAndWithoutATokenOfTheCluster() {
        String facts = sandbox.shell("""
                id -u
                grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t ' ' '
                test -e /var/run/secrets/kubernetes.io && echo token || echo none
                """);

        assertThat(facts.lines())
                .containsExactly(
                        "1000",
                        "CapEff: 0000000000000000",
                        "CapBnd: 0000000000000000",
                        "NoNewPrivs: 1",
                        "Seccomp: 2",
                        "none");
    }

    @Test
    void whatThePolicyForbidsIsRefusedWithAReason() {
        long before = installation.provider().lastSequence();

        String method = sandbox.shell("curl -sS -w '\\n%{http_code}' -X DELETE $ANTHROPIC_BASE_URL/v1/messages");
        String path = sandbox.shell("curl -sS -w '\\n%{http_code}' $ANTHROPIC_BASE_URL/v1/organizations/keys");
        String trick = sandbox.shell(
                "curl -sS -w '\\n%{http_code}' --path-as-is $ANTHROPIC_BASE_URL/v1/models/%2e%2e/organizations");
        String route = sandbox.shell("curl -sS -w '\\n%{http_code}' ${ANTHROPIC_BASE_URL%/*}/elsewhere/v1/models");

        assertThat(method).contains("MethodNotAllowed").endsWith("403");
        assertThat(path).contains("PathNotAllowed").endsWith("403");
        assertThat(trick).contains("AmbiguousPath").endsWith("400");
        assertThat(route).contains("RouteNotFound").endsWith("403");
        assertThat(installation.provider().requestsAfter(before)).isEmpty();
    }

    @Test
    void onlyTheProxyMountsTheSecret() {
        List<Container> containers = sandbox.pod().getSpec().getContainers();

        assertThat(containers).allSatisfy(container -> {
            assertThat(container.getVolumeMounts())
                    .noneMatch(mount -> mount.getName().contains("credential"));
            assertThat(container.getEnv())
                    .noneMatch(variable -> variable.getValueFrom() != null
                            && variable.getValueFrom().getSecretKeyRef() != null);
        });
    }

    @Test
    void kubectlShowsWhatAUserLooksFor() {
        String table = installation.kubectl().run("-n", name, "get", "agentsandbox");

        assertThat(table.lines().findFirst().orElseThrow().trim().split("\\s+"))
                .containsExactly("NAME", "READY", "PROFILES", "ALLOWED", "DENIED", "AGE");
        assertThat(table).containsPattern("(?m)^" + name + "\\s+True\\s");
    }

    /** The same that the quickstart shows. */
    private static String search() {
        try {
            return Files.readString(Path.of("../dev/demo/search.sh"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String proxyUrl() {
        return switch (placement) {
            case Sidecar -> "http://127\\.0\\.0\\.1:15001";
            case PairedPod -> "http://sallyport:sallyport-[-_A-Za-z0-9]{43}@[0-9.]+:15001";
        };
    }

    private static double lastEventSeconds(JsonNode request) {
        JsonNode events = request.get("events");
        Instant last = Instant.parse(events.get(events.size() - 1).get("at").asText());
        return last.getEpochSecond() + last.getNano() / 1e9;
    }
}
