package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.testing.Upstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an upstream can do wrong, and which reason its client gets. */
class UpstreamFaultIT {

    @TempDir
    Path directory;

    @Test
    void a_certificate_for_another_name_is_refused() throws Exception {
        try (Upstream upstream = new Upstream("dns:other.test,ip:127.0.0.1")) {
            expect(Routes.https("api", upstream.port()).build(), 502, "UpstreamCertificateInvalid");
            assertThat(upstream.received()).isEmpty();
        }
    }

    @Test
    void a_certificate_of_an_unknown_authority_is_refused() throws Exception {
        try (Upstream upstream = new Upstream()) {
            expect(
                    route("api.test:" + upstream.port(), Scheme.HTTPS, Optional.empty()),
                    502,
                    "UpstreamCertificateInvalid");
        }
    }

    @Test
    void a_closed_port_is_unreachable() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        expect(Routes.https("api", port).build(), 502, "UpstreamUnreachable");
    }

    @Test
    void a_name_without_an_address_is_not_resolved() throws Exception {
        expect(route("nowhere.invalid", Scheme.HTTPS, Optional.empty()), 502, "NameNotResolved");
    }

    @ParameterizedTest
    @CsvSource({
        "'', UpstreamReset, 502",
        "'HTTP/1.1 200 OK\r\nContent-Le', UpstreamReset, 502",
        "'nonsense\r\n\r\n', UpstreamProtocolError, 502",
        "'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', UpstreamProtocolError, 502",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', UpstreamProtocolError, 502",
        "'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', UpstreamProtocolError, 502",
    })
    void a_broken_answer_has_its_reason(String answer, String reason, int status) throws Exception {
        try (Scripted upstream = new Scripted(answer, true)) {
            expect(route("api.test:" + upstream.port(), Scheme.HTTP, Optional.empty()), status, reason);
        }
    }

    @Test
    void a_silent_upstream_times_out() throws Exception {
        try (Scripted upstream = new Scripted("", false)) {
            expect(route("api.test:" + upstream.port(), Scheme.HTTP, Optional.empty()), 504, "UpstreamTimeout");
        }
    }

    @Test
    void interim_answers_are_not_taken_for_the_answer() throws Exception {
        String answer = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 Odd\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\n"
                .concat("Content-Length: 2\r\n\r\nok");
        try (Scripted upstream = new Scripted(answer, false);
                RunningProxy proxy = proxy(route("api.test:" + upstream.port(), Scheme.HTTP, Optional.empty()))) {
            HttpResponse<String> response = proxy.get("/api/");

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("ok");
        }
    }

    private void expect(RouteConfig route, int status, String reason) throws Exception {
        try (RunningProxy proxy = proxy(route)) {
            HttpResponse<String> response = proxy.get("/api/v1");

            assertThat(response.statusCode()).isEqualTo(status);
            assertThat(response.headers().firstValue("Sallyport-Reason")).contains(reason);
            AuditedRequest recorded = proxy.requests(1).getFirst();
            assertThat(recorded.decision()).isEqualTo(AuditedRequest.Decision.FAILED);
            assertThat(recorded.reason().orElseThrow().code()).isEqualTo(reason);
            assertThat(recorded.status()).hasValue(status);
            assertThat(proxy.admin("/metrics").body())
                    .contains(
                            "sallyport_requests_total{decision=\"failed\",reason=\"" + reason + "\",route=\"api\"} 1");
        }
    }

    private RunningProxy proxy(RouteConfig route) throws IOException {
        return new RunningProxy(
                directory,
                RunningProxy.config(
                        1, new ProxyLimits(1024, 65_536, 200, 16_384, 16_384, 1024, 128, 10, 300, 2, 2, 5), route));
    }

    private static RouteConfig route(String host, Scheme scheme, Optional<String> trusted) {
        return (scheme == Scheme.HTTPS
                        ? RouteBuilder.https("api", host).trusted(trusted)
                        : RouteBuilder.http("api", host))
                .build();
    }

    /** Answers every connection with the same bytes, and then closes it or says no more. */
    private static final class Scripted implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());

        /** One that nothing refers to is closed by the garbage collector, which is no silence. */
        private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();

        Scripted(String answer, boolean close) throws IOException {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        Socket socket = server.accept();
                        accepted.add(socket);
                        readHead(socket);
                        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                        if (close) {
                            socket.close();
                        }
                    }
                } catch (IOException closed) {
                    // The test has ended.
                }
            });
        }

        private static void readHead(Socket socket) throws IOException {
            int matched = 0;
            while (matched < 4) {
                matched = socket.getInputStream().read() == "\r\n\r\n".charAt(matched) ? matched + 1 : 0;
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : accepted) {
                socket.close();
            }
        }
    }
}
