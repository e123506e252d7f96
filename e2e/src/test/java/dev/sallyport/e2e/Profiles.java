package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sallyport.api.v1alpha1.Condition;
import dev.sallyport.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an agent finds that its profile was made for, in an image that knows nothing of Sallyport. */
abstract class Profiles extends Placed {

    private final String name;
    private final String own;
    private final Sandbox sandbox;

    Profiles(Installation installation, String name, Placement placement) {
        super(installation, placement);
        this.name = name;
        this.own = "Own" + placement.name();
        this.sandbox = new Sandbox(installation, name, name);
    }

    @BeforeAll
    void applyASandbox() {
        installation.namespace(name, labels());
        installation.volumeWithoutProvisioner(name);
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        sandbox.apply("sandbox/profiles.yaml", values("ClaudeCode"));
        sandbox.awaitReady();
    }

    private Map<String, String> values(String profiles) {
        return Map.of("PROFILES", profiles, "IMAGE", Installation.image("demoAgent"), "PLACEMENT", placement.name());
    }

    /** Runs a script in one of the containers. */
    private String shell(Pod pod, String container, String script) {
        Tool.Result result = installation
                .kubectl()
                .attempt(
                        script,
                        "-n",
                        name,
                        "exec",
                        "-i",
                        pod.getMetadata().getName(),
                        "--container=" + container,
                        "--",
                        "bash",
                        "-s");
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output().strip();
    }

    @Test
    void claudeCodeFinishesATurnWithWhatStandsInTheKeysPlace() {
        long before = installation.provider().lastSequence();

        Tool.Result result = sandbox.exec("", "claude", "-p", "say exactly these words: ahoy from the profile");

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("ahoy from the profile");
        assertThat(installation.provider().credentialsAfter(before))
                .as("the real keys that its requests carried")
                .extracting(seen -> seen.get("line").asInt())
                .containsOnly(1);
    }

    /** Without its settings it first asks api.anthropic.com whether it may be used here, and gives up when it is not answered. */
    @Test
    void claudeCodeStartsInATerminalAndAsksNothingButWhetherTheDirectoryIsTrusted() {
        String terminal = """
                cd /tmp && rm -f screen
                (until grep -q trust screen 2>/dev/null || [ $((waited += 1)) -gt 300 ]; do sleep 0.1; done) |
                  timeout 60 script -qefc "$1" screen >/dev/null || true
                sed 's/\\x1b\\[[0-9;?]*[A-Za-z]/ /g' screen | tr -s ' \\r\\n' ' '
                """;

        String with = sandbox.shell(terminal, "TERM=xterm claude");
        String without = sandbox.shell(terminal, "TERM=xterm HOME=$(mktemp -d) claude");

        assertThat(with).contains("Quick safety check").doesNotContain("Unable to connect", "API key");
        assertThat(without).doesNotContain("Quick safety check");
    }

    /** What it fetches goes past its base URL; without its settings it would ask api.anthropic.com about each host first. */
    @Test
    void claudeCodeFetchesByRouteAndIsRefusedAtOnceWhereThereIsNone() {
        String fetch = """
                timeout 60 env HOME="$2" ENABLE_TOOL_SEARCH=false claude -p --allowedTools WebFetch -- \\
                  "use tool WebFetch {\\"url\\": \\"$1\\", \\"prompt\\": \\"What does it say?\\"}" </dev/null
                """;
        String home = sandbox.shell("printenv HOME");
        long before = installation.provider().lastSequence();

        String routed = sandbox.shell(fetch, "https://provider.provider.svc.cluster.local:8443/api/hello", home);
        String elsewhere = sandbox.shell(fetch, "https://news.example/", home);
        String asking = sandbox.shell(fetch, "https://news.example/", sandbox.shell("mktemp -d"));

        assertThat(routed).startsWith("The tool answered: ").contains("{\"message\":\"hello\"}");
        assertThat(elsewhere).isEqualTo("The tool answered: proxy refused the connection");
        assertThat(asking).startsWith("The tool answered: Unable to verify if domain news.example is safe to fetch");
        assertThat(installation.provider().requestsAfter(before))
                .extracting(request -> request.get("target").asText())
                .contains("/api/hello");
        assertThat(installation.provider().credentialsAfter(before))
                .extracting(seen -> seen.get("line").asInt())
                .containsOnly(1);
    }

    @Test
    void theVariablesAreThereInAShellOfKubectl() {
        String environment = shell(sandbox.pod(), "agent", "env");

        assertThat(environment.lines())
                .contains(
                        "HOME=/home/sallyport",
                        "ANTHROPIC_API_KEY=sk-ant-sallyport-holds-the-key",
                        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
                        "DISABLE_TELEMETRY=1",
                        "SSL_CERT_FILE=/var/run/sallyport/ca/ca-bundle.crt",
                        "NODE_EXTRA_CA_CERTS=/var/run/sallyport/ca/sandbox-ca.crt")
                .anyMatch(line -> line.startsWith("ANTHROPIC_BASE_URL=http://") && line.endsWith("/anthropic"))
                .anyMatch(line -> line.startsWith("NO_PROXY=localhost,127.0.0.1,::1") && line.endsWith("," + name));
        assertThat(shell(sandbox.pod(), "keeper", "env").lines())
                .contains("HOME=/keep/home", "disable_telemetry=its own")
                .noneMatch(line -> line.startsWith("DISABLE_TELEMETRY="));
    }

    @Test
    void aTerminalOfKubectlIsOne() {
        Tool kubectl = installation.kubectl();
        Tool.Result result = new Tool("script", kubectl.environment())
                .attempt(
                        "",
                        "-qec",
                        kubectl.program() + " -n " + name + " exec -it --container=agent "
                                + sandbox.pod().getMetadata().getName()
                                + " -- bash -c 'echo TERM is $TERM; cd; pwd; tty'",
                        "/dev/null");

        assertThat(result.output())
                .contains("TERM is xterm")
                .contains("/home/sallyport")
                .contains("/dev/pts/");
    }

    @Test
    void eachUserHasAHomeOfItsOwnThatItCanWriteTo() {
        Pod pod = sandbox.pod();

        for (String container : List.of("agent", "colleague")) {
            String found = shell(pod, container, """
                    mkdir -p ~/new/directory && echo 1 > ~/new/directory/file && cat ~/new/directory/file
                    grep -c skipWebFetchPreflight ~/.claude/settings.json
                    grep -c hasCompletedOnboarding ~/.claude.json
                    echo >> ~/.claude.json && echo written
                    echo '{}' > ~/.claude/settings.json.next && mv ~/.claude/settings.json.next ~/.claude/other.json && echo written
                    """);
            assertThat(found.lines()).as(container).containsExactly("1", "1", "1", "written", "written");
        }
        shell(pod, "agent", "touch ~/of-the-agent");
        assertThat(shell(pod, "colleague", "ls ~/of-the-agent 2>&1; id -u"))
                .contains("No such file")
                .endsWith("1001");
        if (placement == Placement.Sidecar) {
            assertThat(shell(pod, "colleague", "stat -c '%u %A' ~ ~/.claude.json")
                            .lines())
                    // The home has the set-group-ID bit of the pod's fsGroup.
                    .containsExactly("1001 drwx--S---", "1001 -rw-------");
        }
    }

    @Test
    void whatAHomeHoldsStaysWhenThePodIsMadeAnew() {
        assertThat(shell(sandbox.pod(), "keeper", "cat ~/.claude/settings.json ~/.claude.json"))
                .contains("skipWebFetchPreflight", "hasCompletedOnboarding");
        shell(sandbox.pod(), "keeper", """
                echo mine > ~/.claude/settings.json
                rm -f ~/.claude.json && ln -s /keep/planted ~/.claude.json
                """);
        Pod old = sandbox.pod();

        sandbox.patch("{\"spec\": {\"operatingMode\": \"Suspended\"}}");
        await("the pod's end").atMost(Duration.ofMinutes(2)).until(() -> !sandbox.hasPod());
        sandbox.patch("{\"spec\": {\"operatingMode\": \"Running\"}}");
        sandbox.awaitReady();

        assertThat(sandbox.pod().getMetadata().getUid())
                .isNotEqualTo(old.getMetadata().getUid());
        assertThat(shell(sandbox.pod(), "keeper", """
                cat ~/.claude/settings.json
                readlink ~/.claude.json
                ls /keep/planted 2>&1 || true
                """).lines())
                .satisfiesExactly(
                        settings -> assertThat(settings).isEqualTo("mine"),
                        link -> assertThat(link).isEqualTo("/keep/planted"),
                        target -> assertThat(target).contains("No such file"));
    }

    @Test
    void aProfileOfThePlatformCountsWithoutARestartOfTheOperator() {
        Sandbox mine = new Sandbox(installation, name, "own-" + name);
        installation.volumeWithoutProvisioner("own-" + name);
        mine.secret("anthropic", "api-key", installation.provider().key(1));
        mine.apply("sandbox/profiles.yaml", values(own + ", SystemTrust"));
        Condition refused = mine.awaitCondition("Accepted", "False");
        assertThat(refused.message())
                .contains("there is no profile " + own)
                .contains("ClaudeCode")
                .contains("spec.agentProfiles[0]");
        String operator = operatorPods();

        publish(own + ".yaml", """
                description: of the test
                environment:
                - {name: OF_THE_PLATFORM, value: "at ${home}", purpose: to be seen}
                files:
                - {path: .config/platform/settings, content: "${trust.bundle}", mode: "0644"}
                """);

        mine.awaitReady();
        assertThat(operatorPods()).isEqualTo(operator);
        assertThat(shell(mine.pod(), "agent", "echo $OF_THE_PLATFORM; cat ~/.config/platform/settings; env"))
                .startsWith("at /home/sallyport\n/var/run/sallyport/ca/ca-bundle.crt")
                .doesNotContain("CLAUDE_CODE_DISABLE");
        assertThat(shell(mine.pod(), "agent", """
                env -u CURL_CA_BUNDLE -u SSL_CERT_FILE curl -sS -o /dev/null -w '%{http_code}' \\
                  -H 'anthropic-version: 2023-06-01' https://provider.provider.svc.cluster.local:8443/v1/models
                """))
                .as("of a program that reads the system's file alone")
                .isEqualTo("200");
        mine.delete();
    }

    @Test
    void twoProfilesThatContradictEachOtherAreRefused() {
        Sandbox both = new Sandbox(installation, name, "both-" + name);
        both.apply("sandbox/profiles.yaml", values("ClaudeCode, OpenCode"));

        Condition refused = both.awaitCondition("Accepted", "False");

        assertThat(refused.reason()).isEqualTo("NameConflict");
        assertThat(refused.message())
                .contains("spec.agentProfiles[1]")
                .contains("ClaudeCode and OpenCode say different things of the variable ANTHROPIC_BASE_URL")
                .contains("leave one of them out");
        assertThat(both.hasPod()).isFalse();
        both.delete();
    }

    private String operatorPods() {
        return installation
                .kubectl()
                .run("-n", Installation.SYSTEM_NAMESPACE, "get", "pods", "-o", "jsonpath={.items[*].metadata.uid}");
    }

    private void publish(String key, String profile) {
        installation
                .client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(Installation.PROFILES)
                        .withNamespace(Installation.SYSTEM_NAMESPACE)
                        .endMetadata()
                        .addToData(key, profile)
                        .build())
                .createOr(existing -> existing.patch());
        // Kubelet looks at the volumes of a pod at once when the pod changes, and else about every minute.
        installation
                .kubectl()
                .run(
                        "-n",
                        Installation.SYSTEM_NAMESPACE,
                        "annotate",
                        "pods",
                        "--all",
                        "--overwrite",
                        "test/profiles=" + placement);
    }
}
