package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
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

    @AfterAll
    void remove() {
        agent.delete();
    }

    enum Curl {
        BASE_URL_HTTP1("curl", Way.BASE_URL, "--http1.1", "1.1"),
        BASE_URL_HTTP2("curl, HTTP/2", Way.BASE_URL, "--http2-prior-knowledge", "2"),
        HTTPS_PROXY_HTTP1("curl", Way.HTTPS_PROXY, "--http1.1", "1.1"),
        HTTPS_PROXY_HTTP2("curl, HTTP/2", Way.HTTPS_PROXY, "--http2", "2");

        private final String program;
        private final Way way;
        private final String option;
        private final String version;

        Curl(String program, Way way, String option, String version) {
            this.program = program;
            this.way = way;
            this.option = option;
            this.version = version;
        }
    }

    @ParameterizedTest
    @EnumSource
    void curlSendsFetchesAndReadsEvents(Curl curl) {
        String which = newCase();
        String url = agent.url(curl.way, "api");

        List<String> said = agent.script("agent/curl.sh", url, which, curl.option);
        // Of a head curl tells at once only what is for a person to read.
        ClientSandbox.Told events = agent.tasks(
                List.of(
                        "bash",
                        "-c",
                        "exec curl --silent --verbose --no-buffer \"$@\" 2>&1",
                        "curl",
                        curl.option,
                        url + "/v1/events/" + which),
                List.of(),
                List.of("< content-type: text/event", "< Content-Type: text/event", "data:"),
                which);

        assertThat(said)
                .containsExactly(
                        "{\"text\":\"w\u00f6rld\"}",
                        curl.version + " 200 application/json",
                        "bytes:" + ClientSandbox.PAYLOAD + " sha256:" + agent.payload(),
                        agent.payload() + "  -");
        assertThat(events.lines()).contains("data: 0", "data: 1", "data: 2");
        agent.sawTheCredential("api", which);
        streams(curl.program, "upload, download, events", curl.way, events);
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

    enum Socket {
        WEBSOCKETS("websockets (Python)"),
        WS("ws (Node.js)"),
        /** Node's own class, which sends no fragments and no pings. */
        NODE("WebSocket of Node.js");

        private final String program;

        Socket(String program) {
            this.program = program;
        }

        private List<String> command(String url) {
            return this == WEBSOCKETS
                    ? List.of("python", "/opt/clients/websocket.py", url, "/tmp/payload")
                    : List.of(
                            "node", "/opt/clients/websocket.mjs", name().toLowerCase(Locale.ROOT), url, "/tmp/payload");
        }
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
        works(socket.program, "messages both ways, compressed", way);
    }

    enum Installer {
        PIP,
        UV
    }

    static Stream<Arguments> installersByEveryWay() {
        return byEveryWay(Installer.values());
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("installersByEveryWay")
    void aPythonPackageIsInstalledUnaltered(Installer installer, Way way) {
        String which = newCase();

        List<String> said = agent.script(
                "agent/packages.sh",
                installer.name().toLowerCase(Locale.ROOT),
                agent.url(way, "index") + "/" + which + "/simple/");

        assertThat(said).contains("42").anyMatch(line -> line.startsWith(agent.payload()));
        agent.sawTheCredential("index", which);
        works(installer.name().toLowerCase(Locale.ROOT), "install", way);
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

    enum Git {
        HTTP1("git", "http.version=HTTP/1.1"),
        HTTP2("git, HTTP/2", "http.version=HTTP/2"),
        /** Nothing of the body is sent before the server has said that it goes on. */
        EXPECT("git, Expect: 100-continue", "http.version=HTTP/1.1", "http.extraHeader=Expect: 100-continue");

        private final String program;
        /** A line each. */
        private final String settings;

        Git(String program, String... settings) {
            this.program = program;
            this.settings = String.join("\n", settings);
        }
    }

    static Stream<Arguments> gitByEveryWay() {
        return byEveryWay(Git.values());
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("gitByEveryWay")
    void whatGitPushesItGetsBack(Git git, Way way) {
        String task = "clone, push of 52 MB";
        if (git == Git.HTTP2 && way == Way.BASE_URL) {
            matrix.cannot(git.program, task, way, "Git speaks HTTP/2 over TLS only");
        }
        String which = newCase();

        List<String> said = agent.script(
                "agent/git.sh",
                Stream.concat(
                                Stream.of(agent.url(way, "git"), which),
                                git.settings.lines().flatMap(setting -> Stream.of("-c", setting)))
                        .toArray(String[]::new));

        assertThat(said.getLast()).isEqualTo("first");
        if (git == Git.EXPECT) {
            assertThat(said).anyMatch(line -> line.contains("<= Recv header: HTTP/1.1 100 "));
        }
        List<Upstream.Received> received = agent.upstream().received(which);
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
        works(git.program, task, way);
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
