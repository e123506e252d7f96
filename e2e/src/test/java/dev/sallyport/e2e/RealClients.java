package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The programs that agents use, in an agent's container on a cluster, with nothing but the environment that the operator
 * gives it: each does a whole task by the base URL and by {@code HTTPS_PROXY}, and the upstream sees the real credential and
 * never what the agent holds in its place.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class RealClients extends Placed {

    /** How the credentials begin, as a pattern that does not match itself. */
    private static final String REAL_KEYS = "sk-ant-rea[l]-";

    /** Of the document that the clients of all libraries send. */
    private static final String DOCUMENT_SHA256 = "fa2c023055815d8c7e0d3d22f5ef92e42d8c59d6a39c97a0671720c2d9bb3fc3";

    private static final AtomicInteger CASES = new AtomicInteger();

    private final String namespace;
    private final Matrix matrix;
    private ClientSandbox agent;
    private long auditedBefore;

    RealClients(Installation installation, String namespace, Placement placement) {
        super(installation, placement);
        this.namespace = namespace;
        this.matrix = new Matrix("Clients, packages and Git", placement);
    }

    @BeforeAll
    void applyASandbox() {
        agent = new ClientSandbox(installation, namespace, placement);
    }

    @BeforeEach
    void markTheAuditLog() {
        auditedBefore = agent.audit().last();
    }

    @ParameterizedTest
    @EnumSource
    void curlSendsFetchesAndReadsEvents(Curl curl) {
        String which = newCase();
        String url = agent.url(curl.way(), "api");

        List<String> said = agent.script("agent/curl.sh", url, which, curl.option());
        // Of a head curl tells at once only what is for a person to read.
        ClientSandbox.Told events = agent.tasks(
                List.of(
                        "bash",
                        "-c",
                        "exec curl --silent --verbose --no-buffer \"$@\" 2>&1",
                        "curl",
                        curl.option(),
                        url + "/v1/events/" + which),
                List.of(),
                List.of("< content-type: text/event", "< Content-Type: text/event", "data:"),
                which);

        assertThat(said)
                .containsExactly(
                        "{\"text\":\"w\u00f6rld\"}",
                        curl.version() + " 200 application/json",
                        "bytes:" + ClientSandbox.PAYLOAD + " sha256:" + agent.payload(),
                        agent.payload() + "  -");
        assertThat(events.lines()).contains("data: 0", "data: 1", "data: 2");
        agent.sawTheCredential("api", which);
        streams(curl.program(), "upload, download, events", curl.way(), events);
    }

    @ParameterizedTest
    @EnumSource
    void wgetContinuesADownloadAndSendsAFile(Way way) {
        String which = newCase();

        List<String> said = agent.script("agent/wget.sh", agent.url(way, "api"), which);

        assertThat(said)
                .containsExactly(
                        agent.payload() + "  -", "bytes:" + ClientSandbox.PAYLOAD + " sha256:" + agent.payload());
        agent.sawTheCredential("api", which);
        works("wget", "continued download, upload", way);
    }

    static Stream<Arguments> librariesByEveryWay() {
        return byEveryWay(Library.values());
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("librariesByEveryWay")
    void aLibrarySendsFetchesAndReadsEvents(Library library, Way way) {
        String which = newCase();
        String url = agent.url(way, "api") + "/v1/";

        ClientSandbox.Told told = agent.tasks(
                library.command(agent),
                List.of(
                        List.of("post", url + "document/" + which),
                        List.of("download", url + "bytes/" + which),
                        List.of("upload", url + "upload/" + which, "/tmp/payload"),
                        List.of("events", url + "events/" + which)),
                List.of("open", "event"),
                which);
        List<String> said = told.lines();

        assertThat(said.stream().map(line -> line.split("\t", 2)[0]))
                .as("%s", said)
                .containsExactly("done", "done", "done", "open", "event", "event", "event", "done");
        assertThat(said)
                .filteredOn(line -> line.startsWith("done"))
                .allMatch(line -> line.contains("\tstatus=200\tversion=" + library.version(way) + "\t"));
        assertThat(said.get(0)).contains("sha256=" + DOCUMENT_SHA256);
        assertThat(said.get(1)).contains("bytes=" + ClientSandbox.PAYLOAD, "sha256=" + agent.payload());
        assertThat(said.get(2)).contains("text=bytes:" + ClientSandbox.PAYLOAD + " sha256:" + agent.payload());
        agent.sawTheCredential("api", which);
        streams(library.program(), "upload, download, events", way, told);
    }

    static Stream<Arguments> socketsByEveryWay() {
        return byEveryWay(Socket.values());
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("socketsByEveryWay")
    void webSocketMessagesPassBothWays(Socket socket, Way way) {
        String which = newCase();
        String url = agent.url(way, "api").replaceFirst("^http", "ws") + "/v1/socket/" + which;

        List<String> said = agent.run("", socket.command(url).toArray(String[]::new));

        List<String> expected = new ArrayList<>(List.of("text\tw\u00f6rld", "binary\t" + agent.payload()));
        if (socket != Socket.NODE) {
            expected.addAll(List.of("fragments\t" + agent.payload(), "pong"));
        }
        expected.addAll(List.of("closed\t4001\tas told", "closed\t4002\tenough"));
        assertThat(said).containsSubsequence(expected);
        assertThat(said)
                .filteredOn(line -> line.startsWith("open"))
                .singleElement()
                .asString()
                .containsIgnoringCase("deflate");
        agent.sawTheCredential("api", which);
        works(socket.program(), "messages both ways, compressed", way);
    }

    static Stream<Arguments> installersByEveryWay() {
        return byEveryWay(Installer.values());
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("installersByEveryWay")
    void aPackageIsFetchedUnaltered(Installer installer, Way way) {
        String which = newCase();

        List<String> said = installer.run(agent, way, which);

        assertThat(said).anyMatch(line -> line.startsWith(agent.payload()));
        agent.sawTheCredential(installer.site(), which);
        works(installer.toString(), installer.task(), way);
    }

    @ParameterizedTest
    @EnumSource
    void grpcStreamsPassBothWays(Way way) {
        String program = "grpcio (Python)";
        String task = "streams both ways, trailers";
        if (way == Way.BASE_URL) {
            matrix.cannot(program, task, way, "a gRPC target has no path that could name a route");
        }
        String which = newCase();
        String target = agent.url(way, "grpc").replace("https://", "");

        ClientSandbox.Told told = agent.tasks(
                List.of("python", "-c", Sandbox.resource("agent/grpc_client.py"), target, which),
                List.of(),
                List.of("open", "event"),
                which);

        assertThat(told.lines())
                .containsExactly(
                        "echoed 16 " + agent.payload() + " {'probe-status': 'complete'}",
                        "open",
                        "event 0",
                        "event 1",
                        "event 2",
                        "StatusCode.OK");
        agent.sawTheCredential("grpc", "probe." + which);
        streams(program, task, way, told);
    }

    @ParameterizedTest
    @EnumSource
    void npmInstallsWhatItPublished(Way way) {
        String which = newCase();

        List<String> said = agent.script("agent/npm.sh", agent.url(way, "registry"), "@" + which);

        assertThat(said).contains("42").anyMatch(line -> line.startsWith(agent.payload()));
        agent.sawTheCredential("registry", which);
        works("npm", "publish, install", way);
    }

    static Stream<Arguments> gitByEveryWay() {
        return byEveryWay(Git.values());
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("gitByEveryWay")
    void whatGitPushesItGetsBack(Git git, Way way) {
        String task = "clone, push of 52 MB";
        if (git == Git.HTTP2 && way == Way.BASE_URL) {
            matrix.cannot(git.program(), task, way, "Git speaks HTTP/2 over TLS only");
        }
        String which = newCase();

        List<String> said = agent.script(
                "agent/git.sh",
                Stream.concat(Stream.of(agent.url(way, "git"), which), git.options())
                        .toArray(String[]::new));

        assertThat(said.getLast()).isEqualTo("first");
        if (git == Git.EXPECT) {
            assertThat(said).anyMatch(line -> line.contains("<= Recv header: HTTP/1.1 100 "));
        }
        List<Received> received = agent.upstream().received(which);
        // It asks without a credential first, and learns that one is needed.
        assertThat(received)
                .filteredOn(request -> request.authorization().isEmpty())
                .allMatch(request -> request.target().contains("/info/refs"));
        assertThat(received)
                .filteredOn(request -> request.target().endsWith("/git-receive-pack"))
                .as("more than fits into a buffer of Git's is sent in chunks")
                .anyMatch(request -> request.fields().contains("chunked"))
                .allMatch(request ->
                        request.authorization().equals(agent.upstream().authorization("git")));
        agent.sawNothingButTheCredential("git", received);
        works(git.program(), task, way);
    }

    /** After all others: whatever the clients leave behind is searched. */
    @Test
    @Order(Integer.MAX_VALUE - 1)
    void noCredentialIsAnywhereInTheAgentContainer() throws IOException {
        List<String> found = agent.run(Files.readString(Path.of("../dev/demo/search.sh")), "bash", "-s", REAL_KEYS);

        assertThat(found)
                .noneMatch(line -> line.contains("FOUND"))
                .last()
                .asString()
                .containsPattern("\\d{3,} files: the key is in 0 of them");
    }

    /** Still later: it needs the cells of all. */
    @Test
    @Order(Integer.MAX_VALUE)
    void whatIsDocumentedIsWhatWasSeen() {
        matrix.publish(agent.versions());
    }

    private void streams(String program, String task, Way way, ClientSandbox.Told told) {
        matrix.works(program, task, way, agent.audit().after(auditedBefore), OptionalDouble.of(told.firstMillis()));
    }

    private void works(String program, String task, Way way) {
        matrix.works(program, task, way, agent.audit().after(auditedBefore), OptionalDouble.empty());
    }

    private static Stream<Arguments> byEveryWay(Object[] clients) {
        return Stream.of(clients).flatMap(client -> Stream.of(Way.values()).map(way -> Arguments.of(client, way)));
    }

    private static String newCase() {
        return "case-" + CASES.incrementAndGet() + "-";
    }
}
