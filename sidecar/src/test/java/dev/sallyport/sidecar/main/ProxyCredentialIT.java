package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.AgentAccess;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.testing.Leaks;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.RawHttp2;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.testing.Upstream;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A proxy in a pod of its own: its agent is known by a token, and may speak TLS to the data port. */
class ProxyCredentialIT {

    private static final String TOKEN = "sallyport-proxy-9rXq2v7KbTf0LmZc3HdYw5Ns";
    private static final String KEY = "sk-paired-0123456789";
    private static final String FIELD = "Proxy-Authorization: Basic "
            + Base64.getEncoder().encodeToString(("sallyport:" + TOKEN).getBytes(StandardCharsets.US_ASCII));

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> plainFields = new CopyOnWriteArrayList<>();
    private Upstream upstream;
    private HttpServer plain;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        Leaks.lookFor(TOKEN);
        upstream = Upstream.http2();
        plain = vertx.createHttpServer()
                .requestHandler(request -> {
                    plainFields.add(request.headers().entries() + " " + request.uri());
                    request.response().end("plain");
                })
                .listen(0, "127.0.0.1")
                .await();
        RunningProxy.secret(directory, "anthropic", "api-key", KEY);
        proxy = new RunningProxy(directory, config(1, Optional.of(TOKEN)));
    }

    private ProxyConfig config(long generation, Optional<String> token) {
        return RunningProxy.config(
                generation,
                ProxyLimits.DEFAULTS,
                token.map(value -> new AgentAccess(
                        value, List.of(HostPattern.parse("127.0.0.1"), HostPattern.parse("proxy.test")))),
                Routes.https("keyed", upstream.port())
                        .credential(Routes.apiKey())
                        .rule(List.of("GET"), "/v1/**")
                        .build(),
                RouteBuilder.http("cache", "cache.test:" + plain.actualPort()).build());
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
        vertx.close().await();
    }

    @Test
    void a_base_url_with_the_token_works_and_nothing_of_it_goes_on() throws Exception {
        HttpResponse<String> answer = proxy.get("/~" + TOKEN + "/keyed/v1/models?limit=2", "x-api-key", "dummy");

        assertThat(answer.statusCode()).isEqualTo(200);
        Upstream.Received received = upstream.received().getFirst();
        assertThat(received.target()).isEqualTo("/v1/models?limit=2");
        assertThat(received.values("x-api-key")).containsExactly(KEY);
        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.form()).isEqualTo(AuditedRequest.Form.BASE_URL);
        assertThat(record.path()).contains("/v1/models");
        assertThat(record.route()).contains("keyed");
    }

    @Test
    void without_the_token_no_form_is_served_and_each_try_is_recorded_and_counted() throws Exception {
        String authority = "api.test:" + upstream.port();
        String cache = "cache.test:" + plain.actualPort();
        for (String head : List.of(
                "GET /keyed/v1/models HTTP/1.1\r\nHost: p",
                "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority,
                "GET http://" + cache + "/ HTTP/1.1\r\nHost: " + cache,
                "GET /~" + TOKEN + "x/keyed/v1/models HTTP/1.1\r\nHost: p",
                "GET /~trust/ca-bundle.crt HTTP/1.1\r\nHost: p")) {
            try (RawClient client = proxy.raw()) {
                assertThat(client.head(head).readMessage())
                        .startsWith("HTTP/1.1 407 ")
                        .containsIgnoringCase("\r\nproxy-authenticate: Basic realm=\"sallyport\"")
                        .containsIgnoringCase("\r\nsallyport-reason: ProxyCredentialRequired")
                        .contains("\"reason\":\"ProxyCredentialRequired\"");
            }
        }

        List<AuditedRequest> records = proxy.requests(5);
        assertThat(records).hasSize(5).allSatisfy(record -> {
            assertThat(record.reason()).contains(Reason.PROXY_CREDENTIAL_REQUIRED);
            assertThat(record.decision()).isEqualTo(AuditedRequest.Decision.DENIED);
            assertThat(record.path()).isEmpty();
            assertThat(record.route()).isEmpty();
        });
        assertThat(records.get(1).host()).contains("api.test");
        assertThat(records.get(1).form()).isEqualTo(AuditedRequest.Form.TUNNEL);
        assertThat(proxy.admin("/metrics").body())
                .containsPattern("(?m)^sallyport_requests_total\\{.*ProxyCredentialRequired.*} 5");
        assertThat(upstream.received()).isEmpty();
        assertThat(plainFields).isEmpty();
    }

    @Test
    void a_connection_that_was_refused_may_be_used_again_with_the_token() throws Exception {
        String authority = "api.test:" + upstream.port();
        try (RawClient client = proxy.raw()) {
            assertThat(client.head("CONNECT " + authority + " HTTP/1.1", "Host: " + authority)
                            .readMessage())
                    .startsWith("HTTP/1.1 407 ");

            assertThat(client.head("CONNECT " + authority + " HTTP/1.1", "Host: " + authority, FIELD)
                            .readHead())
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void an_absolute_form_with_the_field_works_and_the_field_ends_at_the_proxy() throws Exception {
        String cache = "cache.test:" + plain.actualPort();
        try (RawClient client = proxy.raw()) {
            assertThat(client.head("GET http://" + cache + "/a HTTP/1.1", "Host: " + cache, FIELD)
                            .readMessage())
                    .endsWith("plain");
        }
        assertThat(plainFields)
                .singleElement()
                .asString()
                .endsWith(" /a")
                .doesNotContainIgnoringCase("proxy-")
                .doesNotContain(TOKEN);
    }

    @Test
    void requests_inside_a_tunnel_need_nothing_more() throws Exception {
        try (SSLSocket socket = inside(connected(), "api.test")) {
            assertThat(ask(socket, "GET /v1/models HTTP/1.1\r\nHost: api.test:" + upstream.port() + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
        }
        assertThat(upstream.received().getFirst().values("x-api-key")).containsExactly(KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Proxy-Authorization: Basic",
                "Proxy-Authorization: Bearer " + TOKEN,
                "Proxy-Authorization: Basic \u00e9\u00e8",
                "Proxy-Authorization: Basic c2FsbHlwb3J0Og==",
                "Authorization: Basic c2FsbHlwb3J0Og=="
            })
    void a_tunnel_with_anything_else_is_refused(String field) throws Exception {
        String authority = "api.test:" + upstream.port();
        try (RawClient client = proxy.raw()) {
            assertThat(client.head("CONNECT " + authority + " HTTP/1.1", "Host: " + authority, field)
                            .readMessage())
                    .startsWith("HTTP/1.1 407 ");
        }
        try (RawClient client = proxy.raw()) {
            assertThat(client.head("CONNECT " + authority + " HTTP/1.1", "Host: " + authority, FIELD, field, FIELD)
                            .readMessage())
                    .startsWith("HTTP/1.1 407 ");
        }
    }

    @Test
    void http2_by_prior_knowledge_is_asked_for_the_token_too() throws Exception {
        try (RawHttp2 client = new RawHttp2(proxy.port())) {
            RawHttp2.Answer without = client.answer(client.request(true, request("/keyed/v1/models")));
            RawHttp2.Answer byPath = client.answer(client.request(true, request("/~" + TOKEN + "/keyed/v1/models")));
            String[] byField = new String[10];
            System.arraycopy(request("/keyed/v1/models"), 0, byField, 0, 8);
            byField[8] = "proxy-authorization";
            byField[9] = FIELD.substring(FIELD.indexOf(' ') + 1);
            RawHttp2.Answer withField = client.answer(client.request(true, byField));
            RawHttp2.Answer tunnel =
                    client.answer(client.request(true, ":method", "CONNECT", ":authority", "api.test:443"));

            assertThat(without.status()).isEqualTo("407");
            assertThat(without.fields()).containsKey("proxy-authenticate");
            assertThat(byPath.status()).isEqualTo("200");
            assertThat(withField.status()).isEqualTo("200");
            assertThat(tunnel.status()).isEqualTo("407");
        }
        assertThat(upstream.received())
                .hasSize(2)
                .allSatisfy(received -> assertThat(received.target()).isEqualTo("/v1/models"))
                .allSatisfy(received ->
                        assertThat(received.values("proxy-authorization")).isEmpty());
    }

    private static String[] request(String path) {
        return new String[] {":method", "GET", ":scheme", "http", ":authority", "p", ":path", path};
    }

    @Test
    void a_token_that_a_client_sends_on_stands_in_no_record() throws Exception {
        assertThat(proxy.get("/~" + TOKEN + "/~" + TOKEN + "/v1?" + TOKEN + "=1")
                        .statusCode())
                .isEqualTo(403);
        assertThat(proxy.get("/~" + TOKEN + "/~trust/" + TOKEN).statusCode()).isEqualTo(403);

        // What was written is searched for the token when the proxy is closed.
        assertThat(proxy.requests(2))
                .allSatisfy(record -> assertThat(record.path())
                        .hasValueSatisfying(path -> assertThat(path).contains("***")));
    }

    @Test
    void the_agent_fetches_whom_it_trusts_which_is_recorded_and_counts_as_nothing_that_left() throws Exception {
        for (String file : List.of("ca-bundle.crt", "sandbox-ca.crt", "truststore.p12")) {
            HttpResponse<byte[]> answer = proxy.http.send(
                    HttpRequest.newBuilder(proxy.uri("/~" + TOKEN + "/~trust/" + file))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body())
                    .isEqualTo(Files.readAllBytes(directory.resolve("trust").resolve(file)));
        }
        assertThat(proxy.get("/~" + TOKEN + "/~trust/sandbox-ca.pem").statusCode())
                .isEqualTo(403);
        assertThat(proxy.get("/~" + TOKEN + "/~trust/../state/sandbox-ca.pem").statusCode())
                .isEqualTo(403);

        assertThat(proxy.requests(5))
                .extracting(AuditedRequest::decision)
                .containsExactly(
                        AuditedRequest.Decision.ALLOWED,
                        AuditedRequest.Decision.ALLOWED,
                        AuditedRequest.Decision.ALLOWED,
                        AuditedRequest.Decision.DENIED,
                        AuditedRequest.Decision.DENIED);
    }

    @Test
    void a_file_is_given_piece_by_piece_as_the_client_takes_it() throws Exception {
        String path = "/~" + TOKEN + "/~trust/ca-bundle.crt";
        try (RawHttp2 client = new RawHttp2(proxy.port(), 10_000)) {
            int stream = client.request(true, request(path));
            StringBuilder body = new StringBuilder();
            while (body.length() < 10_000) {
                body.append(new String(client.next(0).payload(), StandardCharsets.US_ASCII));
            }
            assertThat(body).hasSize(10_000);
            client.windowUpdate(stream, 1_000_000).windowUpdate(0, 1_000_000);
            RawHttp2.Frame piece;
            do {
                piece = client.next(0);
                body.append(new String(piece.payload(), StandardCharsets.US_ASCII));
            } while (!piece.ends());

            assertThat(body.toString())
                    .isEqualTo(Files.readString(directory.resolve("trust").resolve("ca-bundle.crt")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_data_port_speaks_tls_for_its_own_address(HttpClient.Version version) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .version(version)
                .sslContext(proxy.trusted())
                .build()) {
            String base = "https://127.0.0.1:" + proxy.port();
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(base + "/~" + TOKEN + "/keyed/v1/models"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            HttpResponse<String> without = client.send(
                    HttpRequest.newBuilder(URI.create(base + "/keyed/v1/models"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.version()).isEqualTo(version);
            assertThat(without.statusCode()).isEqualTo(407);
        }
        assertThat(upstream.received()).hasSize(1);
        assertThat(upstream.received().getFirst().target()).isEqualTo("/v1/models");
    }

    @Test
    void it_speaks_for_its_names_and_for_nobody_else() throws Exception {
        try (SSLSocket named = tls("proxy.test")) {
            assertThat(ask(named, "GET /~" + TOKEN + "/keyed/v1/models HTTP/1.1\r\nHost: proxy.test\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(named.getSession().getPeerCertificates()[0].toString()).contains("DNSName: proxy.test");
        }

        assertThatThrownBy(() -> tls("api.test")).isInstanceOf(SSLException.class);
        assertThat(upstream.received()).hasSize(1);
    }

    @Test
    void a_proxy_that_is_spoken_to_in_tls_makes_tunnels_inside_it() throws Exception {
        try (SSLSocket outer = tls("proxy.test")) {
            String authority = "api.test:" + upstream.port();
            assertThat(ask(outer, "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 407 ");
            outer.getOutputStream()
                    .write(("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + FIELD + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(head(outer)).startsWith("HTTP/1.1 200 ");
            try (SSLSocket inner = inside(outer, "api.test")) {
                assertThat(ask(
                                inner,
                                "GET /v1/models HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n\r\n"))
                        .startsWith("HTTP/1.1 200 ")
                        .endsWith("hello");
                assertThat(inner.getInputStream().read())
                        .as("the end, as TLS says it")
                        .isEqualTo(-1);
            }
        }
        assertThat(upstream.received().getFirst().values("x-api-key")).containsExactly(KEY);
    }

    @Test
    void without_a_token_in_the_configuration_the_port_is_as_it_was() throws Exception {
        proxy.configure(config(2, Optional.empty()));

        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(proxy.get("/keyed/v1/models").statusCode()).isEqualTo(200));
        assertThat(proxy.get("/~none/keyed/v1/models").body()).contains("RouteNotFound");
        assertThatThrownBy(() -> tls("proxy.test")).isInstanceOf(IOException.class);
    }

    private Socket connected() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(20_000);
        String authority = "api.test:" + upstream.port();
        socket.getOutputStream()
                .write(("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + FIELD + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(head(socket)).startsWith("HTTP/1.1 200 ");
        return socket;
    }

    private SSLSocket tls(String name) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(20_000);
        return inside(socket, name);
    }

    private SSLSocket inside(Socket socket, String name) throws Exception {
        SSLSocket tls = (SSLSocket) proxy.trusted().getSocketFactory().createSocket(socket, null, -1, true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return tls;
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                throw new IOException("ended after: " + head);
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    private static String ask(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String head = head(socket);
        int length = Integer.parseInt(head.lines()
                .filter(line -> line.regionMatches(true, 0, "content-length:", 0, 15))
                .findFirst()
                .orElseThrow()
                .substring(15)
                .strip());
        return head + new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }
}
