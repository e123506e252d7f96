package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sallyport.api.v1alpha1.Placement;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A sandbox whose agent has the programs with which agents speak HTTP, and the upstream that they go to. */
final class ClientSandbox {

    /** How many bytes are sent to and fro; both ends make the same from one seed. */
    static final int PAYLOAD = 1_000_003;

    private static final String DUMMY = "a-dummy-that-agents-hold";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Sandbox sandbox;
    private final Upstream upstream;
    private final AuditLog audit;
    private final Map<String, String> variables = new HashMap<>();
    private final String payload;

    /** Makes the namespace with all that is in it; ready when this returns. */
    ClientSandbox(Installation installation, String namespace, Placement placement) {
        String image = installation.load("clients");
        installation.namespace(namespace);
        sandbox = new Sandbox(installation, namespace, "clients");
        upstream = Upstream.deploy(installation, sandbox, namespace, image);
        sandbox.apply(
                "sandbox/clients.yaml",
                Map.of("IMAGE", image, "DOMAIN", upstream.domain(), "DUMMY", DUMMY, "PLACEMENT", placement.name()));
        sandbox.awaitReady();
        audit = new AuditLog(installation, namespace, sandbox);
        sandbox.shell("env").lines().forEach(line -> {
            String[] variable = line.split("=", 2);
            variables.put(variable[0], variable[variable.length - 1]);
        });
        payload = sandbox.shell("""
                        python -c 'import random, sys; sys.stdout.buffer.write(random.Random(42).randbytes(%d))' >/tmp/payload
                        sha256sum </tmp/payload""".formatted(PAYLOAD)).substring(0, 64);
    }

    /** Of its proxy. */
    AuditLog audit() {
        return audit;
    }

    Upstream upstream() {
        return upstream;
    }

    /** The digest of {@code /tmp/payload}, {@value #PAYLOAD} bytes that are the upstream's too. */
    String payload() {
        return payload;
    }

    /** What an agent's program finds in its environment. */
    String variable(String name) {
        return Objects.requireNonNull(variables.get(name), name);
    }

    /** Where a site of the upstream is for a client that comes this way. */
    String url(Way way, String site) {
        return switch (way) {
            case BASE_URL -> variable(site.toUpperCase(Locale.ROOT) + "_BASE_URL");
            case HTTPS_PROXY -> "https://" + site + "." + upstream.domain() + ":8443";
        };
    }

    /**
     * Runs a client, and lets the upstream send the next event only when it has told of the one before.
     *
     * @param tasks what it is told; none for a client that takes no tasks
     * @param beginnings of the lines with which it tells of an event, or that it is ready for the first
     */
    Told tasks(List<String> command, List<List<String>> tasks, List<String> beginnings, String which) {
        String following = url(Way.BASE_URL, "api") + "/v1/next/" + which;
        try {
            String argument = JSON.writeValueAsString(List.of(command, tasks, beginnings, following));
            List<String> said = run(Sandbox.resource("agent/tasks.py"), "python", "-", argument);
            return new Told(said.subList(0, said.size() - 1), Double.parseDouble(said.getLast()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What a client told of its tasks.
     *
     * @param lines that it said
     * @param firstMillis from when its first event might be sent until it told of it
     */
    record Told(List<String> lines, double firstMillis) {}

    /** Runs a script of this test's resources; gives the lines that it said, on either output. */
    List<String> script(String script, String... arguments) {
        return run(
                Sandbox.resource(script),
                Stream.concat(Stream.of("bash", "-s", "--"), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    /** Runs a program, which must end well, and must not have been told a credential. */
    List<String> run(String stdin, String... command) {
        Tool.Result result = sandbox.exec(stdin, command);
        assertThat(result.output()).doesNotContain(upstream.tokens());
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output().lines().toList();
    }

    /** Of the programs, each as it says itself. */
    Map<String, String> versions() {
        return script("agent/versions.sh").stream()
                .map(line -> line.split("\t", 2))
                .collect(Collectors.toMap(fields -> fields[0], fields -> fields[1]));
    }

    /** Every request of a case bore the site's credential, and nothing of what the agent holds. */
    void sawTheCredential(String site, String which) {
        List<Received> received = upstream.received(which);
        assertThat(received).noneMatch(request -> request.authorization().isEmpty());
        sawNothingButTheCredential(site, received);
    }

    /** They bore the site's credential or none, and nothing of what the agent holds. */
    void sawNothingButTheCredential(String site, List<Received> received) {
        assertThat(received).isNotEmpty().allSatisfy(request -> {
            assertThat(request.authorization()).isIn("", upstream.authorization(site));
            assertThat(request.fields()).doesNotContain(DUMMY, variable("GIT_TOKEN"), variable("REGISTRY_TOKEN"));
            assertThat(request.fields().toLowerCase(Locale.ROOT))
                    .as("no field that a proxy would add")
                    .doesNotContain(
                            "\"via\"", "\"forwarded\"", "\"x-forwarded", "\"proxy-", "\"x-request-id", "\"sallyport-");
        });
    }
}
