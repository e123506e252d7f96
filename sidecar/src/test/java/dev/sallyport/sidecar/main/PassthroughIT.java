package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.RouteBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tunnels that are passed through, to an upstream that reads to the end and then answers. */
class PassthroughIT {

    @TempDir
    Path directory;

    private final CompletableFuture<byte[]> received = new CompletableFuture<>();
    private ServerSocket upstream;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        upstream = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::serve);
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(RouteBuilder.passthrough("pinned", "pinned.test:" + upstream.getLocalPort())
                        .build()));
    }

    private void serve() {
        try (Socket accepted = upstream.accept()) {
            received.complete(accepted.getInputStream().readAllBytes());
            accepted.getOutputStream().write("answered".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            received.completeExceptionally(e);
        }
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        upstream.close();
    }

    @Test
    void a_client_that_ends_its_side_right_after_its_hello_is_answered() throws Exception {
        byte[] hello = hello();
        try (RawClient client = proxy.raw()) {
            connect(client);
            client.readHead();
            client.send(hello).endOutput();

            assertThat(client.readToEnd()).isEqualTo("answered");
        }
        assertPassed(hello);
    }

    @Test
    void a_client_that_ends_its_side_with_the_last_part_of_its_hello_is_answered() throws Exception {
        byte[] hello = hello();
        try (RawClient client = proxy.raw()) {
            connect(client);
            client.readHead();
            client.send(Arrays.copyOf(hello, 40));
            client.send(Arrays.copyOfRange(hello, 40, hello.length)).endOutput();

            assertThat(client.readToEnd()).isEqualTo("answered");
        }
        assertPassed(hello);
    }

    private void connect(RawClient client) throws IOException {
        String authority = "pinned.test:" + upstream.getLocalPort();
        client.head("CONNECT " + authority + " HTTP/1.1", "Host: " + authority);
    }

    private void assertPassed(byte[] hello) throws Exception {
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(hello);
        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.decision()).isEqualTo(AuditedRequest.Decision.ALLOWED);
        assertThat(record.requestBytes()).isEqualTo(hello.length);
        assertThat(record.responseBytes()).isEqualTo("answered".length());
    }

    private static byte[] hello() {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine("pinned.test", 443);
            engine.setUseClientMode(true);
            ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), record);
            return Arrays.copyOf(record.array(), record.position());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
