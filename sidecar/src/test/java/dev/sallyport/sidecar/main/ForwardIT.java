package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.QueryLogging;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.testing.TestAuthority;
import dev.sallyport.sidecar.testing.Upstream;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The forward forms: what clients send that are told of the proxy by HTTP_PROXY and HTTPS_PROXY. */
class ForwardIT {

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Upstream upstream;
    private HttpServer plain;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        upstream = Upstream.http2();
        plain = vertx.createHttpServer()
                .requestHandler(request -> request.response().end("plain " + request.uri() + " " + request.authority()))
                .listen(0, "127.0.0.1")
                .await();
        RunningProxy.secret(directory, "anthropic", "api-key", "sk-forward-0123456789");
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(
                        Routes.https("keyed", upstream.port())
                                .credential(Routes.apiKey())
                                .rule(List.of("GET", "POST"), "/v1/**")
                                .queryLogging(QueryLogging.VALUES)
                                .build(),
                        RouteBuilder.passthrough("pinned", "pinned.test:" + upstream.port())
                                .build(),
                        RouteBuilder.http("cache", "cache.test:" + plain.actualPort())
                                .build()));
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
        vertx.close().await();
    }

    @ParameterizedTest
    @EnumSource
    void an_intercepted_request_gets_its_credential_and_a_record(HttpClient.Version version) throws Exception {
        try (HttpClient client = proxy.proxied(version)) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(https("/v1/models?limit=%20x"))
                            .header("x-api-key", "dummy")
                            .header("Authorization", "Bearer dummy")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.version()).isEqualTo(version);
            assertThat(upstream.received().getFirst().target()).isEqualTo("/v1/models?limit=%20x");
            assertThat(upstream.received().getFirst().values("x-api-key")).containsExactly("sk-forward-0123456789");
            assertThat(upstream.received().getFirst().values("authorization")).isEmpty();
        }
        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.form()).isEqualTo(AuditedRequest.Form.INTERCEPTED);
        assertThat(record.protocol())
                .isEqualTo(
                        version == HttpClient.Version.HTTP_2
                                ? AuditedRequest.Protocol.HTTP_2
                                : AuditedRequest.Protocol.HTTP_1_1);
        assertThat(record.host()).contains("api.test");
        assertThat(record.path()).contains("/v1/models");
        assertThat(record.query()).contains("limit=%20x");
        assertThat(record.route()).contains("keyed");
        assertThat(proxy.requests(1)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void what_no_rule_permits_is_refused_inside_the_tunnel(HttpClient.Version version) throws Exception {
        try (HttpClient client = proxy.proxied(version)) {
            HttpResponse<String> response =
                    client.send(HttpRequest.newBuilder(https("/admin")).build(), HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.body()).contains("PathNotAllowed");
            assertThat(upstream.received()).isEmpty();
        }
    }

    @Test
    void a_tunnel_to_a_host_without_a_route_is_refused_and_recorded() throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head("CONNECT evil.test:443 HTTP/1.1", "Host: evil.test:443");

            assertThat(client.readMessage()).startsWith("HTTP/1.1 403").contains("RouteNotFound");
        }
        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.form()).isEqualTo(AuditedRequest.Form.TUNNEL);
        assertThat(record.host()).contains("evil.test");
        assertThat(record.reason()).contains(Reason.ROUTE_NOT_FOUND);
    }

    @Test
    void a_request_for_another_host_inside_a_tunnel_is_misdirected() throws Exception {
        try (SSLSocket socket = tunnel("api.test", Optional.of("api.test"), proxy.trusted())) {
            String answer = ask(socket, "GET /v1/a HTTP/1.1\r\nHost: evil.test\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 421").contains("AuthorityMismatch");
        }
        assertThat(upstream.received()).isEmpty();
    }

    @Test
    void without_a_server_name_the_tunnels_host_is_served() throws Exception {
        try (SSLSocket socket = tunnel("api.test", Optional.empty(), proxy.trusted())) {
            assertThat(ask(socket, "GET /v1/a HTTP/1.1\r\nHost: api.test:" + upstream.port() + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void another_server_name_than_the_tunnels_ends_the_handshake_and_is_recorded() throws Exception {
        assertThatThrownBy(() -> tunnel("api.test", Optional.of("evil.test"), proxy.trusted()))
                .isInstanceOf(SSLException.class);

        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.form()).isEqualTo(AuditedRequest.Form.TUNNEL);
        assertThat(record.reason()).contains(Reason.AUTHORITY_MISMATCH);
        assertThat(record.host()).contains("api.test");
    }

    @Test
    void plain_http_inside_a_tunnel_to_an_https_route_is_refused() throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head("CONNECT api.test:" + upstream.port() + " HTTP/1.1", "Host: api.test:" + upstream.port());
            assertThat(client.readHead()).startsWith("HTTP/1.1 200");

            client.head("GET /v1/a HTTP/1.1", "Host: api.test:" + upstream.port());

            assertThat(client.readMessage()).startsWith("HTTP/1.1 403").contains("SchemeNotAllowed");
        }
    }

    @Test
    void plain_http_inside_a_tunnel_to_an_http_route_passes() throws Exception {
        try (RawClient client = proxy.raw()) {
            String authority = "cache.test:" + plain.actualPort();
            client.head("CONNECT " + authority + " HTTP/1.1", "Host: " + authority);
            assertThat(client.readHead()).startsWith("HTTP/1.1 200");

            client.head("GET /a HTTP/1.1", "Host: " + authority);

            assertThat(client.readMessage()).endsWith("plain /a " + authority);
        }
    }

    @Test
    void absolute_form_reaches_an_http_route() throws Exception {
        try (HttpClient client = proxy.proxied(HttpClient.Version.HTTP_1_1)) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("http://cache.test:" + plain.actualPort() + "/x?y=1"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(response.body()).isEqualTo("plain /x?y=1 cache.test:" + plain.actualPort());
        }
        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.form()).isEqualTo(AuditedRequest.Form.HTTP_PROXY);
        assertThat(record.query()).contains("y=");
    }

    @Test
    void absolute_form_never_reaches_an_https_route() throws Exception {
        for (String scheme : List.of("http", "https")) {
            try (RawClient client = proxy.raw()) {
                String authority = "api.test:" + upstream.port();
                client.head("GET " + scheme + "://" + authority + "/v1/a HTTP/1.1", "Host: " + authority);

                assertThat(client.readMessage()).startsWith("HTTP/1.1 403").contains("SchemeNotAllowed");
            }
        }
        assertThat(upstream.received()).isEmpty();
    }

    @Test
    void a_passed_through_tunnel_reaches_the_host_itself_and_has_one_record_with_its_bytes() throws Exception {
        try (SSLSocket socket = tunnel("pinned.test", Optional.of("pinned.test"), ofTheTests())) {
            assertThat(ask(socket, "GET /anything HTTP/1.1\r\nHost: pinned.test\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("hello");
        }
        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.form()).isEqualTo(AuditedRequest.Form.TUNNEL);
        assertThat(record.decision()).isEqualTo(AuditedRequest.Decision.ALLOWED);
        assertThat(record.route()).contains("pinned");
        assertThat(record.requestBytes()).isPositive();
        assertThat(record.responseBytes()).isGreaterThan(500);
    }

    @Test
    void a_passed_through_tunnel_for_another_name_or_none_is_ended() throws Exception {
        assertThatThrownBy(() -> tunnel("pinned.test", Optional.of("api.test"), ofTheTests()))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> tunnel("pinned.test", Optional.empty(), ofTheTests()))
                .isInstanceOf(IOException.class);

        assertThat(proxy.requests(2))
                .extracting(AuditedRequest::reason)
                .containsOnly(Optional.of(Reason.AUTHORITY_MISMATCH));
        assertThat(upstream.received()).isEmpty();
    }

    @Test
    void a_tunnel_inside_a_tunnel_is_refused() throws Exception {
        try (SSLSocket socket = tunnel("api.test", Optional.of("api.test"), proxy.trusted())) {
            String authority = "api.test:" + upstream.port();
            assertThat(ask(socket, "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("MethodNotAllowed");
        }
    }

    @Test
    void the_authority_and_its_agents_survive_a_restart() throws Exception {
        SSLContext agents = proxy.trusted();
        proxy.close();
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(Routes.https("keyed", upstream.port())
                        .credential(Routes.apiKey())
                        .build()));

        try (SSLSocket socket = tunnel("api.test", Optional.of("api.test"), agents)) {
            assertThat(ask(socket, "GET /v1/a HTTP/1.1\r\nHost: api.test:" + upstream.port() + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    private URI https(String path) {
        return URI.create("https://api.test:" + upstream.port() + path);
    }

    private SSLSocket tunnel(String host, Optional<String> serverName, SSLContext trust) throws Exception {
        Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), proxy.proxy.port());
        socket.setSoTimeout(20_000);
        String authority = host + ":" + upstream.port();
        socket.getOutputStream()
                .write(("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                throw new IOException("ended after: " + head);
            }
            head.append((char) octet);
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 200");
        SSLSocket inside = (SSLSocket) trust.getSocketFactory().createSocket(socket, null, -1, true);
        SSLParameters parameters = inside.getSSLParameters();
        serverName.ifPresent(name -> parameters.setServerNames(List.of(new SNIHostName(name))));
        inside.setSSLParameters(parameters);
        inside.startHandshake();
        return inside;
    }

    private static String ask(SSLSocket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        StringBuilder read = new StringBuilder();
        int length = -1;
        while (true) {
            int head = read.indexOf("\r\n\r\n");
            if (head >= 0 && length < 0) {
                java.util.regex.Matcher found = java.util.regex.Pattern.compile("(?i)content-length: *(\\d+)")
                        .matcher(read);
                assertThat(found.find()).isTrue();
                length = Integer.parseInt(found.group(1));
            }
            if (head >= 0 && read.length() == head + 4 + length) {
                return read.toString();
            }
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                return read.toString();
            }
            read.append((char) octet);
        }
    }

    private static SSLContext ofTheTests() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(
                "ca",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(TestAuthority.pem().getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
