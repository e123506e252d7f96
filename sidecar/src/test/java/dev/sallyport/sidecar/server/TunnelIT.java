package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.RawHttp2;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What CONNECT leads to. */
class TunnelIT {

    private static final Duration LONG = Duration.ofSeconds(10);
    private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

    @TempDir
    Path directory;

    private RunningPort port;

    @BeforeEach
    void start() throws IOException {
        port = new RunningPort(directory).ready("api.test").ready("[2001:db8::1]");
    }

    @AfterEach
    void stop() {
        if (port != null) {
            port.close();
        }
    }

    private RawClient connect(String authority) throws IOException {
        RawClient client = port.raw();
        client.head("CONNECT " + authority + " HTTP/1.1", "Host: " + authority);
        assertThat(client.readHead()).isEqualTo("HTTP/1.1 200 Connection established\r\n\r\n");
        return client;
    }

    /** TLS inside a tunnel, which trusts the sandbox's authority. */
    private SSLSocket tls(String authority, @Nullable String serverName, String... protocols) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            answer.append((char) socket.getInputStream().read());
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        store.setCertificateEntry("ca", port.ca().certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, null, 443, true);
        SSLParameters parameters = tls.getSSLParameters();
        if (serverName != null) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        parameters.setApplicationProtocols(protocols);
        tls.setSSLParameters(parameters);
        return tls;
    }

    private static String get(SSLSocket tls, String path) throws IOException {
        tls.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return new String(tls.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void tls_is_spoken_for_the_host_and_ends_as_tls_ends(String version) throws Exception {
        try (SSLSocket tls = tls("api.test:8443", "api.test")) {
            tls.setEnabledProtocols(new String[] {version});

            assertThat(get(tls, "/hello")).endsWith("hello");
            assertThat(tls.getSession().getProtocol()).isEqualTo(version);
        }
        assertThat(port.seen().getLast().tunnel()).contains(new ClientStream.Tunnel("api.test", 8443, true));
    }

    @Test
    void without_a_server_name_the_tunnel_s_host_is_served() throws Exception {
        try (SSLSocket tls = tls("api.test:443", null)) {
            assertThat(get(tls, "/hello")).endsWith("hello");
            assertThat(tls.getSession().getPeerCertificates()[0].toString()).contains("api.test");
        }
        try (SSLSocket tls = tls("[2001:db8::1]:443", null)) {
            assertThat(get(tls, "/hello")).endsWith("hello");
        }
        assertThat(port.seen().getLast().tunnel()).contains(new ClientStream.Tunnel("[2001:db8::1]", 443, true));
    }

    @Test
    void another_server_name_ends_in_an_alert_and_is_told() throws Exception {
        try (RawClient client = connect("api.test:443")) {
            client.send(Hellos.hello("other.test"));

            assertThat(client.input().readAllBytes()).isEqualTo(UNRECOGNIZED_NAME);
        }
        assertThat(port.refusal()).isInstanceOf(IOException.class);
        Awaitility.await().until(() -> port.connections() == 0);
    }

    @Test
    void a_server_name_in_capitals_or_with_a_dot_is_the_same() throws Exception {
        try (SSLSocket tls = tls("api.test:443", "API.test")) {
            assertThat(get(tls, "/hello")).endsWith("hello");
        }
        try (SSLSocket tls = tls("api.test.:443", "api.test")) {
            assertThat(get(tls, "/hello")).endsWith("hello");
        }
    }

    @Test
    void a_host_that_no_certificate_can_be_made_for_is_told_so() throws Exception {
        try (RawClient client = connect("no^host:443")) {
            client.send(Hellos.hello(null));

            assertThat(client.input().readAllBytes()).isEqualTo(new byte[] {21, 3, 3, 0, 2, 2, 80});
        }
    }

    @Test
    void a_hello_may_come_octet_by_octet_in_records_of_any_size_and_with_the_request() throws Exception {
        byte[] hello = Hellos.hello("other.test");
        try (RawClient client = connect("api.test:443")) {
            for (byte octet : hello) {
                client.send(new byte[] {octet});
            }
            assertThat(client.input().readAllBytes()).isEqualTo(UNRECOGNIZED_NAME);
        }
        try (RawClient client = connect("api.test:443")) {
            client.send(Hellos.inRecordsOf(7, hello));
            assertThat(client.input().readAllBytes()).isEqualTo(UNRECOGNIZED_NAME);
        }
        try (RawClient client = port.raw()) {
            client.send("CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n\r\n"
                    + new String(hello, StandardCharsets.ISO_8859_1));
            client.readHead();
            assertThat(client.input().readAllBytes()).isEqualTo(UNRECOGNIZED_NAME);
        }
    }

    @Test
    void what_begins_like_tls_and_is_none_ends_the_connection() throws Exception {
        try (RawClient client = connect("api.test:443")) {
            client.send(new byte[] {22, 2, 0, 0, 1});

            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void plain_http_1_1_is_served_inside_and_nothing_else() throws Exception {
        try (RawClient client = connect("api.test:80")) {
            assertThat(client.head("GET /hello HTTP/1.1", "Host: p").readMessage())
                    .endsWith("hello");
            assertThat(client.head("GET /next HTTP/1.1", "Host: p").readMessage())
                    .endsWith("GET /next ");
        }
        assertThat(port.seen().getLast().tunnel()).contains(new ClientStream.Tunnel("api.test", 80, false));
        try (RawClient client = connect("api.test:80")) {
            assertThat(client.send(RawHttp2.PREFACE).readToEnd()).endsWith("MalformedRequest");
        }
        assertThat(port.seen().getLast().unreadable()).contains(Reason.MALFORMED_REQUEST);
    }

    @Test
    void connect_inside_a_tunnel_is_the_handler_s_to_refuse() throws Exception {
        try (RawClient client = connect("api.test:443")) {
            assertThat(client.head("CONNECT other.test:443 HTTP/1.1", "Host: other.test:443")
                            .readMessage())
                    .startsWith("HTTP/1.1 403 ");
        }
        assertThat(port.seen().getLast().tunnel()).isPresent();
    }

    @Test
    void http_1_0_may_connect() throws Exception {
        try (RawClient client = port.raw()) {
            assertThat(client.send("CONNECT api.test:443 HTTP/1.0\r\n\r\n").readHead())
                    .startsWith("HTTP/1.1 200 ");
            assertThat(client.head("GET /hello HTTP/1.1", "Host: p").readMessage())
                    .endsWith("hello");
        }
    }

    @Test
    void leaving_a_tunnel_is_noticed() throws Exception {
        for (String path : new String[] {"/hold", "/paused"}) {
            try (SSLSocket tls = tls("api.test:443", "api.test")) {
                tls.getOutputStream()
                        .write(("POST " + path + " HTTP/1.1\r\nHost: p\r\nContent-Length: 100000\r\n\r\n"
                                        + "x".repeat(50_000))
                                .getBytes(StandardCharsets.US_ASCII));
                Awaitility.await().until(() -> port.seen().getLast().target().equals(path));
            }
            assertThat(port.failure(LONG)).isInstanceOf(IOException.class);
        }
        Awaitility.await().until(() -> port.connections() == 0);
    }

    @Test
    void what_is_not_whole_does_not_end_as_tls_ends() {
        port.on("/aborted", (stream, ignored) -> {
            stream.answer(Behaviours.head(200));
            stream.write(Behaviours.bytes("hello"));
            stream.flush();
            stream.abort();
        });

        assertThatThrownBy(() -> {
                    try (SSLSocket tls = tls("api.test:443", "api.test")) {
                        get(tls, "/aborted");
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void websockets_may_begin_inside() throws Exception {
        port.on(
                "/upgrade",
                (stream, ignored) -> Octetwise.echo(stream.upgrade(Behaviours.head(101, "Upgrade", "websocket"))));
        try (SSLSocket tls = tls("api.test:443", "api.test", "http/1.1")) {
            tls.getOutputStream()
                    .write("GET /upgrade HTTP/1.1\r\nHost: p\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nearly"
                            .getBytes(StandardCharsets.US_ASCII));
            StringBuilder read = new StringBuilder();
            while (read.indexOf("early") < 0) {
                read.append((char) tls.getInputStream().read());
            }
            tls.getOutputStream().write('x');

            assertThat(read).startsWith("HTTP/1.1 101 ");
            assertThat(tls.getInputStream().read()).isEqualTo('x');
            assertThat(tls.getApplicationProtocol()).isEqualTo("http/1.1");
        }
    }

    @Test
    void a_client_that_speaks_neither_version_by_alpn_gets_http_1_1() throws Exception {
        try (SSLSocket tls = tls("api.test:443", "api.test", "acme-tls/1")) {
            assertThat(get(tls, "/hello")).endsWith("hello");
        }
    }

    // Passed through.

    private BlockingQueue<Object> passing() {
        BlockingQueue<Object> results = new LinkedBlockingQueue<>();
        port.on(
                "pass.test:443",
                (stream, ignored) -> stream.tunnelled()
                        .onSuccess(hello -> {
                            results.add(hello.serverName());
                            Octetwise.echo(hello.connection());
                        })
                        .onFailure(results::add));
        return results;
    }

    @Test
    void a_hello_that_is_passed_through_loses_no_octet() throws Exception {
        BlockingQueue<Object> results = passing();
        for (@Nullable String name : new @Nullable String[] {"pass.test", "other.test", null}) {
            byte[] hello = Hellos.hello(name);
            for (byte[] sent : new byte[][] {hello, Hellos.inRecordsOf(9, hello)}) {
                try (RawClient client = connect("pass.test:443")) {
                    client.send(java.util.Arrays.copyOf(sent, 40));
                    client.send(java.util.Arrays.copyOfRange(sent, 40, sent.length));

                    assertThat(client.input().readNBytes(sent.length)).isEqualTo(sent);
                    assertThat(results.take()).isEqualTo(Optional.ofNullable(name));
                    client.send("more");
                    assertThat(client.readUntil("more")).isEqualTo("more");
                }
            }
        }
        Awaitility.await().until(() -> port.connections() == 0);
    }

    @Test
    void what_is_no_hello_is_not_passed_through() throws Exception {
        BlockingQueue<Object> results = passing();
        for (String beginning : new String[] {
            "GET / HTTP/1.1\r\n", "\u0016\u0003\u0001@\u0001", "\u0016\u0003\u0001\0\u0005\u0001\u0001\0\0\0"
        }) {
            try (RawClient client = connect("pass.test:443")) {
                assertThat(client.send(beginning).readToEnd()).isEmpty();
            }
            assertThat(results.take()).isInstanceOf(IOException.class);
        }
        try (RawClient client = connect("pass.test:443")) {
            client.send("\u0016").endOutput();
            assertThat(results.take()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_hello_that_does_not_come_is_not_waited_for() throws Exception {
        stop();
        port = new RunningPort(
                directory, new ProxyLimits(1024, 64 * 1024, 200, 16 * 1024, 16 * 1024, 1024, 128, 1, 300, 10, 600, 25));
        BlockingQueue<Object> results = passing();
        try (RawClient client = connect("pass.test:443")) {
            client.send("\u0016");

            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(results.take()).isInstanceOf(java.util.concurrent.TimeoutException.class);
    }
}
