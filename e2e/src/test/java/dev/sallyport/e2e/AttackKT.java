package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A hostile agent in the Sidecar placement: what it tries, from inside its container, and what comes of it. The attempts are in
 * {@code attack/attempts.txt}; where there is a target, the same is tried from a plain pod, to know that it would succeed.
 * The agent's own program tries to connect to another pod all the time, from its first moment on.
 */
@Installed
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AttackKT {

    /** A refused attempt ends in microseconds, one that is dropped not before its own limit. Between the two is room for a busy machine. */
    private static final double BOUND_MILLIS = 3_000;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PROXY_UID = 65533;
    private static final String TOOK = "bound 1 accepted 0";

    private final Installation installation;
    private final Sandbox sandbox;

    /** The addresses that the sandbox's pod had: nobody may have heard from them. */
    private final Set<String> addresses = new HashSet<>();

    private final List<Attempt> attempts = Attempt.all();
    private Outside outside;
    private Map<String, Outcome> inside = Map.of();
    private Map<String, Outcome> control = Map.of();
    private String output = "";

    @SuppressWarnings("NullAway.Init")
    AttackKT(Installation installation) {
        this.installation = installation;
        this.sandbox = new Sandbox(installation, "attack", "hostile");
    }

    @BeforeAll
    void tryAll() {
        installation.namespace("attack");
        outside = Outside.deploy(installation, "attack");
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        sandbox.apply(
                "sandbox/hostile.yaml", Map.of("IMAGE", Installation.image("attacker"), "POD", outside.address()));
        sandbox.awaitReady();
        Map<String, String> values = outside.values(sandbox.pod());
        addresses.add(sandbox.pod().getStatus().getPodIP());

        Tool.Result controlled = outside.attack(
                lines(attempts.stream().filter(attempt -> attempt.outside().isPresent()), values));
        control = Outcome.parse(controlled.output());
        Tool.Result attacked = sandbox.exec(lines(attempts.stream(), values), "attack");
        output = attacked.output();
        inside = Outcome.parse(output);
    }

    private static String lines(Stream<Attempt> attempts, Map<String, String> values) {
        return attempts.map(attempt -> attempt.line(values)).reduce("", String::concat);
    }

    @AfterAll
    void leaveNothingBehind() {
        outside.remove();
    }

    @TestFactory
    @Order(1)
    Stream<DynamicTest> anAttemptOfTheAgentIsInVain() {
        return attempts.stream()
                .map(attempt -> DynamicTest.dynamicTest(attempt.key(), () -> {
                    attempt.outside()
                            .ifPresent(expected -> assertThat(control)
                                    .as("the target is there, and answers a plain pod")
                                    .hasEntrySatisfying(
                                            attempt.key(),
                                            outcome -> assertThat(outcome.result())
                                                    .as(outcome.toString())
                                                    .isEqualTo(expected)));
                    assertThat(inside).hasEntrySatisfying(attempt.key(), outcome -> {
                        assertThat(outcome.result()).as(outcome.toString()).isIn(attempt.refusals());
                        if (attempt.isOneCall()) {
                            assertThat(outcome.millis()).as("at once").isLessThan(BOUND_MILLIS);
                        }
                    });
                }));
    }

    @Test
    @Order(2)
    void nobodyHeardOfTheAgentButOfTheOneOutside() {
        List<String> visits = outside.visits();

        assertThat(visits)
                .as("the listeners hear those who can")
                .anyMatch(visit -> visit.startsWith("tcp " + outside.outsidersAddress()))
                .anyMatch(visit -> visit.startsWith("udp " + outside.outsidersAddress()));
        assertThat(visits).noneMatch(this::isTheAgents);
    }

    private boolean isTheAgents(String visit) {
        return addresses.stream().anyMatch(address -> visit.contains(" " + address + " "))
                || visit.contains("the agent got out");
    }

    @Test
    @Order(3)
    void theProxyHasWhatTheAgentLookedFor() {
        assertThat(List.of(
                        "/etc/sallyport/credentials/anthropic/api-key",
                        "/run/sallyport/counters",
                        "/etc/sallyport/config"))
                .allMatch(path -> installation.isThere(sandbox.pod(), PROXY_UID, path));
    }

    @Test
    @Order(4)
    void nothingThatTheAgentSawHoldsTheKey() {
        String key = installation.provider().key(1);

        assertThat(output)
                .doesNotContain(key)
                .doesNotContain(
                        Base64.getEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    @Order(5)
    void thePortsOfADeadProxyAreOfNoUseToTheAgent() throws Exception {
        CompletableFuture<String> caller = background(
                () -> outside.attack("", "knock", sandbox.pod().getStatus().getPodIP(), "15002", "25")
                        .output());
        CompletableFuture<String> admin = background(
                () -> sandbox.exec("", "attack", "take", "15002", "8").output());
        CompletableFuture<String> data = background(
                () -> sandbox.exec("", "attack", "take", "15001", "8").output());
        await("the agent waits for the ports")
                .atMost(PATIENCE)
                .until(() -> sandbox.shell(
                                "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -o 'take 1500[12] 8' | sort -u | wc -l")
                        .equals("2"));

        installation.killOnNode(sandbox.pod(), PROXY_UID);
        String own =
                sandbox.exec("", "attack", "knock", "127.0.0.1", "15001", "5").output();

        assertThat(admin.get()).as("it had the admin port, and nobody came").contains(TOOK);
        assertThat(data.get()).as("it had the data port, and nobody came").contains(TOOK);
        assertThat(own).contains("forged 0");
        assertThat(caller.get())
                .as("the proxy answered before and after, and nobody in its place")
                .containsPattern("answered [1-9]")
                .contains("forged 0");
        awaitWorkingAgent();
    }

    private static CompletableFuture<String> background(Supplier<String> program) {
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(program.get());
            } catch (RuntimeException | AssertionError e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    @Test
    @Order(6)
    void aNewPodSandboxIsFencedBeforeTheAgentRunsInIt() {
        Pod before = sandbox.pod();
        outside.attack("", "one", "tcp", outside.address(), "9000");

        installation.killPodSandbox(before);
        await("a new sandbox, with guard, proxy and agent")
                .atMost(PATIENCE)
                .until(() -> guard().getRestartCount() > 0 && agent().getRestartCount() > 0 && agent().getReady());
        addresses.add(sandbox.pod().getStatus().getPodIP());
        awaitWorkingAgent();

        assertThat(sandbox.pod().getMetadata().getUid())
                .as("it is the same pod")
                .isEqualTo(before.getMetadata().getUid());
        assertThat(sandbox.awaitCondition("EgressEnforced", "True").reason()).isEqualTo("Proved");
        await("attempts of the new agent")
                .atMost(PATIENCE)
                .until(() -> agentsLog().lines().count() > 2);
        assertThat(agentsLog().lines()).allMatch(line -> line.endsWith(" open 0"));
        assertThat(agentsLog("--previous").lines()).isNotEmpty().allMatch(line -> line.endsWith(" open 0"));
        assertThat(outside.visits())
                .anyMatch(visit -> visit.contains(outside.outsidersAddress() + " attempt one"))
                .noneMatch(this::isTheAgents);
    }

    private void awaitWorkingAgent() {
        await("an answer of the provider")
                .atMost(PATIENCE)
                .until(
                        () -> sandbox.exec(
                                        "",
                                        "bash",
                                        "-c",
                                        "ask --header anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models | tail -1")
                                .output(),
                        answer -> answer.strip().equals("200 no reason"));
    }

    private ContainerStatus guard() {
        return status(sandbox.pod().getStatus().getInitContainerStatuses(), "egress-guard");
    }

    private ContainerStatus agent() {
        return status(sandbox.pod().getStatus().getContainerStatuses(), "agent");
    }

    private static ContainerStatus status(List<ContainerStatus> statuses, String name) {
        return statuses.stream()
                .filter(status -> status.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String agentsLog(String... arguments) {
        return installation
                .kubectl()
                .run(Stream.concat(
                                Stream.of("-n", "attack", "logs", podName(), "--container=agent"), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private String podName() {
        return sandbox.pod().getMetadata().getName();
    }
}
