package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.sidecar.main.RunningProxy;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.testing.TestAuthority;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cases of Autobahn's testsuite against a server of Autobahn's library behind the proxy, whose answers must be those
 * of the server: frames go as they are, right or wrong, whether answers are masked or not. The suite itself needs Python
 * 2; its cases are spelt out here, and for compression (12 and 13) its library's client is at the other end too.
 */
class AutobahnCasesIT {

    private static final int TIMEOUT_MILLIS = 60_000;

    @TempDir
    static Path directory;

    private static Process server;
    private static int port;
    private static RunningProxy proxy;
    private static Agent agent;

    enum By {
        BASE_URL("/plain/echo"),
        CONNECT("/echo"),
        /** All that the server sends is searched for the credential, for which its frames must be understood. */
        BASE_URL_MASKED("/masked/echo");

        private final String path;

        By(String path) {
            this.path = path;
        }

        private Socket open() throws Exception {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
            socket.setSoTimeout(TIMEOUT_MILLIS);
            if (this == CONNECT) {
                write(socket, "CONNECT plain.test:" + port + " HTTP/1.1\r\nHost: plain.test:" + port + "\r\n\r\n");
                assertThat(head(socket)).startsWith("HTTP/1.1 200");
                SSLSocket tls =
                        (SSLSocket) proxy.trusted().getSocketFactory().createSocket(socket, "plain.test", port, true);
                tls.startHandshake();
                socket = tls;
            }
            write(socket, """
                    GET %s HTTP/1.1\r
                    Host: plain.test:%d\r
                    Connection: Upgrade\r
                    Upgrade: websocket\r
                    Authorization: Bearer %s\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    Sec-WebSocket-Version: 13\r
                    \r
                    """.formatted(path, port, Scene.DUMMY));
            assertThat(head(socket)).startsWith("HTTP/1.1 101");
            return socket;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        String python = Programs.python();
        Path home = Files.createDirectories(directory.resolve("home"));
        Path files = Files.createDirectories(directory.resolve("proxy"));
        server = new ProcessBuilder(
                        python, script("autobahn_echo.py"), certificate().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = server.inputReader(StandardCharsets.UTF_8);
        port = Integer.parseInt(out.readLine());
        RunningProxy.secret(files, Scene.SECRET.secret(), Scene.SECRET.key(), Scene.REAL);
        proxy = new RunningProxy(
                files,
                RunningProxy.config(
                        RouteBuilder.https("plain", "plain.test:" + port)
                                .credential(Scene.bearer())
                                .rule(List.of("GET"), "/echo")
                                .build(),
                        RouteBuilder.https("masked", "masked.test:" + port)
                                .credential(Scene.bearer())
                                .rule(List.of("GET"), "/echo")
                                .redact(RedactResponses.FULL)
                                .build()));
        agent = new Agent(home, proxy.port(), files.resolve("trust")).with("API_KEY", Scene.DUMMY);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.destroyForcibly();
        }
        if (proxy != null) {
            proxy.close();
        }
    }

    static Stream<Arguments> everyCase() {
        List<AutobahnCases.Case> cases = AutobahnCases.all();
        return Stream.of(By.values()).flatMap(by -> cases.stream().map(one -> Arguments.of(one, by)));
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyCase")
    void what_comes_back_is_what_the_server_answers(AutobahnCases.Case one, By by) throws Exception {
        try (Socket socket = by.open()) {
            Thread writer = Thread.ofVirtual().start(() -> send(socket, one));

            List<String> came = new ArrayList<>();
            int code = receive(new DataInputStream(socket.getInputStream()), came);

            assertThat(came).isEqualTo(one.expected());
            assertThat(code).isEqualTo(one.code());
            writer.join();
        }
    }

    /** Autobahn's 12 and 13: messages of these sizes, on one connection a line, with and without context takeover. */
    @ParameterizedTest
    @EnumSource(
            value = By.class,
            names = {"BASE_URL", "CONNECT"})
    void compressed_messages_come_back_as_they_were(By by) throws Exception {
        List<String> lines = new ArrayList<>();
        for (int size : List.of(16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072)) {
            lines.add(size + " 20 taken");
            lines.add(size + " 20 none");
        }

        List<String> said = deflating(by, lines);

        assertThat(said).hasSize(lines.size()).containsOnly("deflated equal True 1000");
    }

    /** What is compressed can't be searched: it is not agreed to. */
    @ParameterizedTest
    @EnumSource(
            value = By.class,
            names = {"BASE_URL_MASKED"})
    void nothing_is_compressed_where_messages_are_masked(By by) throws Exception {
        assertThat(deflating(by, List.of("4096 20 taken"))).containsExactly("plain equal True 1000");
        assertThat(proxy.audit().stream().flatMap(record -> record.request().stream()))
                .filteredOn(request -> request.route().equals(java.util.Optional.of("masked")))
                .isNotEmpty()
                .allMatch(request -> request.decision() == AuditedRequest.Decision.ALLOWED);
    }

    private static List<String> deflating(By by, List<String> lines) throws Exception {
        boolean tunnel = by == By.CONNECT;
        Path errors = Files.createTempFile(directory, "client", ".err");
        Process client = agent.start(
                List.of(
                        Programs.python(),
                        script("autobahn_client.py"),
                        (tunnel ? "wss://plain.test:" + port : "ws://127.0.0.1:" + proxy.port()) + by.path,
                        Integer.toString(tunnel ? proxy.port() : 0)),
                errors);
        try (BufferedReader out = client.inputReader(StandardCharsets.UTF_8)) {
            try (OutputStream in = client.getOutputStream()) {
                in.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
            }
            List<String> said = out.lines().toList();
            assertThat(client.waitFor()).as(Files.readString(errors)).isZero();
            return said;
        } finally {
            client.destroyForcibly();
        }
    }

    private static void send(Socket socket, AutobahnCases.Case one) {
        try {
            OutputStream out = socket.getOutputStream();
            for (byte[] piece : one.writes()) {
                out.write(piece);
                out.flush();
            }
        } catch (IOException e) {
            // The server has ended it, as many cases want.
        }
    }

    /**
     * Reads messages and control frames to the server's close frame.
     *
     * @return its code; 1005 if it has none
     */
    private static int receive(DataInputStream in, List<String> came) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int kind = 0;
        while (true) {
            int first = in.readUnsignedByte();
            int second = in.readUnsignedByte();
            assertThat(first & 0x70).as("reserved bits").isZero();
            assertThat(second & 0x80).as("masked").isZero();
            long length =
                    switch (second) {
                        case 126 -> in.readUnsignedShort();
                        case 127 -> in.readLong();
                        default -> second;
                    };
            byte[] payload = in.readNBytes(Math.toIntExact(length));
            int opcode = first & 0xF;
            if (opcode == 8) {
                return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
            }
            if (opcode > 8) {
                came.add(AutobahnCases.echo(opcode, payload));
                continue;
            }
            assertThat(opcode == 0).as("continuation").isEqualTo(kind != 0);
            kind = opcode == 0 ? kind : opcode;
            message.writeBytes(payload);
            if ((first & 0x80) != 0) {
                came.add(AutobahnCases.echo(kind, message.toByteArray()));
                message.reset();
                kind = 0;
            }
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = socket.getInputStream().read();
            assertThat(octet).as("after: %s", head).isNotNegative();
            head.append((char) octet);
        }
        return head.toString();
    }

    private static String script(String name) throws IOException {
        return Library.script(directory.resolve("home"), name);
    }

    /** The server's key and certificate, as OpenSSL reads them. */
    private static Path certificate() throws Exception {
        char[] password = TestAuthority.PASSWORD.toCharArray();
        KeyStore store = KeyStore.getInstance(
                TestAuthority.leaf("dns:plain.test,dns:masked.test").toFile(), password);
        StringBuilder text = new StringBuilder();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                text.append(pem("PRIVATE KEY", store.getKey(alias, password).getEncoded()));
                for (Certificate one : store.getCertificateChain(alias)) {
                    text.append(pem("CERTIFICATE", one.getEncoded()));
                }
            }
        }
        return Files.writeString(directory.resolve("server.pem"), text);
    }

    private static String pem(String kind, byte[] encoded) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END " + kind + "-----\n";
    }
}
