package dev.sallyport.sidecar.upstream;

import static dev.sallyport.sidecar.upstream.ScriptedServer.always;
import static dev.sallyport.sidecar.upstream.ScriptedServer.head;
import static dev.sallyport.sidecar.upstream.World.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.testing.TestAuthority;
import dev.sallyport.sidecar.testing.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Getting there: which address, which certificate, how long; and connections that stop being HTTP's. */
class UpstreamConnectIT {

    private static final String OK = head("HTTP/1.1 200 OK", "Content-Length: 2") + "ok";

    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void a_closed_port_is_unreachable() throws Exception {
        // Taken, so that nobody else comes to listen there, but not listening.
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));

            refused(http(bound.getLocalPort()), World.CONNECT_SECONDS, Reason.UPSTREAM_UNREACHABLE);
        }
    }

    @Test
    void the_next_address_is_tried_when_one_refuses() throws Exception {
        world.resolveTo("127.0.0.2", "127.0.0.3", "127.0.0.1");
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            assertThat(world.call(http(server.port())).get("/").body()).isEqualTo("ok");
        }
    }

    @Test
    void no_more_than_four_addresses_are_tried() throws Exception {
        world.resolveTo("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1");
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            refused(http(server.port()), World.CONNECT_SECONDS, Reason.UPSTREAM_UNREACHABLE);

            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void the_next_address_is_tried_beside_one_that_does_not_accept() throws Exception {
        world.resolveTo("127.0.0.2", "127.0.0.1");
        try (ScriptedServer server = new ScriptedServer(always(OK));
                Deaf deaf = new Deaf("127.0.0.2", server.port())) {
            assertThat(deaf.port()).isEqualTo(server.port());
            assertThat(world.call(http(server.port())).get("/").body()).isEqualTo("ok");
        }
    }

    @Test
    void an_upstream_that_does_not_accept_times_out() throws Exception {
        try (Deaf deaf = new Deaf("127.0.0.1", 0)) {
            refused(http(deaf.port()), 1, Reason.UPSTREAM_TIMEOUT);
        }
    }

    @Test
    void an_upstream_that_is_silent_in_the_handshake_times_out() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.Connection::drain)) {
            refused(https(server.port()), 1, Reason.UPSTREAM_TIMEOUT);
        }
    }

    @Test
    void a_name_that_nobody_answers_for_is_not_resolved_in_time() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        world.resolveBy(name -> {
            try {
                never.await();
            } catch (InterruptedException closed) {
                // The test has ended.
            }
            return List.of();
        });

        refused(http(1), 1, Reason.NAME_NOT_RESOLVED);
    }

    @Test
    void plain_text_where_tls_should_be_is_a_protocol_error() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.say(head("HTTP/1.1 400 Bad Request"));
            connection.drain();
        })) {
            refused(https(server.port()), World.CONNECT_SECONDS, Reason.UPSTREAM_PROTOCOL_ERROR);
        }
    }

    @Test
    void an_end_within_the_handshake_is_a_reset() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> connection.read(5))) {
            refused(https(server.port()), World.CONNECT_SECONDS, Reason.UPSTREAM_RESET);
        }
    }

    @Test
    void a_certificate_for_another_name_is_invalid() throws Exception {
        try (Upstream upstream = new Upstream("dns:other.test,ip:127.0.0.1")) {
            refused(https(upstream.port()), World.CONNECT_SECONDS, Reason.UPSTREAM_CERTIFICATE_INVALID);
        }
    }

    @Test
    void a_certificate_of_an_unknown_authority_is_invalid() throws Exception {
        try (Upstream upstream = new Upstream()) {
            RouteConfig route = RouteBuilder.https("api", "api.test:" + upstream.port())
                    .trusted(Optional.empty())
                    .build();

            refused(route, World.CONNECT_SECONDS, Reason.UPSTREAM_CERTIFICATE_INVALID);
        }
    }

    @Test
    void the_name_is_sent_and_verified_also_where_it_has_no_dot() throws Exception {
        try (NameTaking server = new NameTaking("dns:registry")) {
            RouteConfig route =
                    RouteBuilder.https("api", "registry:" + server.port()).build();

            assertThat(world.call(route).get("/").status()).isEqualTo(204);
            assertThat(server.names()).containsExactly("registry");
        }
    }

    @Test
    void an_address_is_verified_but_not_sent_as_a_name() throws Exception {
        try (NameTaking server = new NameTaking("ip:127.0.0.1")) {
            RouteConfig route =
                    RouteBuilder.https("api", "127.0.0.1:" + server.port()).build();

            assertThat(world.call(route).get("/").status()).isEqualTo(204);
            assertThat(server.names()).isEmpty();
        }
    }

    @Test
    void an_address_that_the_certificate_does_not_hold_is_invalid() throws Exception {
        try (NameTaking server = new NameTaking("dns:api.test,ip:127.0.0.2")) {
            refused(
                    RouteBuilder.https("api", "127.0.0.1:" + server.port()).build(),
                    World.CONNECT_SECONDS,
                    Reason.UPSTREAM_CERTIFICATE_INVALID);
        }
    }

    @Test
    void certificates_that_cannot_be_read_are_reported_with_their_route() {
        RouteConfig route = RouteBuilder.https("broken", "api.test")
                .trusted(Optional.of("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"))
                .build();

        assertThatThrownBy(() -> world.pool().prepare(List.of(route)))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("broken")
                .hasMessageContaining("trustedCertificates");
    }

    @Test
    void connections_that_no_configuration_uses_any_more_end() throws Exception {
        try (Upstream upstream = new Upstream()) {
            world.call(https(upstream.port())).get("/").end();
            assertThat(world.pool().isEmpty(world.loop())).isFalse();

            world.pool().retain(List.of(http(1)));

            await().until(() -> world.pool().isEmpty(world.loop()));
        }
    }

    @Test
    void a_request_that_runs_ends_on_a_connection_that_no_configuration_uses_any_more() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (Upstream upstream = new Upstream()) {
            upstream.answer(request -> {
                request.response().setChunked(true).write("one");
                var _ = go.thenRun(() -> request.response().end("two"));
            });
            Call call = world.call(https(upstream.port())).get("/");
            call.head();

            world.pool().retain(List.of(http(1)));
            go.complete(null);

            assertThat(call.body()).isEqualTo("onetwo");
            await().until(() -> world.pool().isEmpty(world.loop()));
        }
    }

    @Test
    void a_tunnel_reads_nothing_until_it_is_told_to_and_ends_each_way_for_itself() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.say("hello");
            connection.socket().shutdownOutput();
            heard.complete(new String(connection.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        })) {
            RouteConfig route = http(server.port());
            Channel tunnel = world.pool()
                    .connect(route, World.origin(route), world.loop(), World.CONNECT_SECONDS)
                    .await();
            Received received = new Received();
            tunnel.pipeline().addLast(received);
            await().until(() -> server.connections() == 1);
            assertThat(received.text()).isEmpty();

            tunnel.config().setAutoRead(true);

            received.ended.get(World.WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(received.text()).isEqualTo("hello");
            tunnel.writeAndFlush(Unpooled.copiedBuffer("still here", StandardCharsets.UTF_8))
                    .sync();
            ((DuplexChannel) tunnel).shutdownOutput().sync();
            assertThat(heard.get(World.WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo("still here");
            tunnel.close().sync();
        }
    }

    @Test
    void an_upgraded_connection_has_what_came_after_the_head() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            connection.say(
                    head("HTTP/1.1 101 Switching Protocols", "Upgrade: x", "Connection: Upgrade") + "first words");
            connection.say(connection.read(4));
            connection.drain();
        })) {
            Call call = new Call(world.open(http(server.port()), true))
                    .field("Connection", "Upgrade")
                    .field("Upgrade", "x")
                    .send("GET", "/", OptionalLong.of(0))
                    .endRequest();
            assertThat(call.status()).isEqualTo(101);
            assertThat(server.connection(0).heads().getFirst()).endsWith("Connection: Upgrade\r\nUpgrade: x");

            Received received = new Received();
            CompletableFuture<Channel> raw = new CompletableFuture<>();
            call.run(() -> raw.complete(call.stream().upgraded()));
            raw.get(World.WAIT_SECONDS, TimeUnit.SECONDS).pipeline().addLast(received);
            assertThat(received.text()).isEmpty();
            raw.get(World.WAIT_SECONDS, TimeUnit.SECONDS).config().setAutoRead(true);

            await().until(() -> received.text().equals("first words"));
            raw.get(World.WAIT_SECONDS, TimeUnit.SECONDS)
                    .writeAndFlush(Unpooled.copiedBuffer("more", StandardCharsets.UTF_8))
                    .sync();
            await().until(() -> received.text().equals("first wordsmore"));
            raw.get(World.WAIT_SECONDS, TimeUnit.SECONDS).close().sync();
            assertThat(server.connection(0).endedBy()).isEqualTo("end");
        }
    }

    @Test
    void an_upgrade_that_is_refused_has_its_answer() throws Exception {
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            Call call = new Call(world.open(http(server.port()), true))
                    .field("Connection", "Upgrade")
                    .field("Upgrade", "x")
                    .get("/");

            assertThat(call.body()).isEqualTo("ok");
        }
    }

    private static RouteConfig http(int port) {
        return RouteBuilder.http("api", "api.test:" + port).build();
    }

    private static RouteConfig https(int port) {
        return RouteBuilder.https("api", "api.test:" + port).build();
    }

    private void refused(RouteConfig route, int seconds, Reason reason) throws Exception {
        world.pool().prepare(List.of(route));
        Future<?> opening = world.pool().open(route, World.origin(route), world.loop(), false, seconds);

        assertThatThrownBy(() -> opening.await(World.WAIT_SECONDS, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        UpstreamException.class, e -> assertThat(e.reason()).isEqualTo(reason));
        await().until(() -> world.pool().isEmpty(world.loop()));
    }

    /** A socket whose queue is full: the kernel answers nobody any more. */
    private static final class Deaf implements AutoCloseable {

        private final ServerSocket server;
        private final List<Socket> waiting = new ArrayList<>();

        Deaf(String address, int port) throws IOException {
            server = new ServerSocket(port, 1, InetAddress.ofLiteral(address));
            // Two in a row: one alone may have waited for a busy machine.
            for (int unheard = 0; unheard < 2; ) {
                Socket socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), server.getLocalPort()), 500);
                    unheard = 0;
                } catch (SocketTimeoutException e) {
                    unheard++;
                }
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : waiting) {
                socket.close();
            }
            server.close();
        }
    }

    /** An HTTPS server that notes the names that its clients ask for, and answers 204. */
    private static final class NameTaking implements AutoCloseable {

        private final SSLServerSocket server;
        private final List<String> names = new java.util.concurrent.CopyOnWriteArrayList<>();

        NameTaking(String alternativeNames) throws Exception {
            KeyStore store = KeyStore.getInstance("PKCS12");
            char[] password = TestAuthority.PASSWORD.toCharArray();
            try (InputStream in = Files.newInputStream(TestAuthority.leaf(alternativeNames))) {
                store.load(in, password);
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            server = (SSLServerSocket)
                    context.getServerSocketFactory().createServerSocket(0, 16, InetAddress.ofLiteral("127.0.0.1"));
            SSLParameters parameters = server.getSSLParameters();
            parameters.setSNIMatchers(List.of(new SNIMatcher(0) {
                @Override
                public boolean matches(SNIServerName name) {
                    names.add(new String(name.getEncoded(), StandardCharsets.US_ASCII));
                    return true;
                }
            }));
            server.setSSLParameters(parameters);
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        SSLSocket socket = (SSLSocket) server.accept();
                        Thread.ofVirtual().start(() -> serve(socket));
                    }
                } catch (IOException closed) {
                    // The test has ended.
                }
            });
        }

        private static void serve(SSLSocket socket) {
            try (socket) {
                ScriptedServer.Connection connection = new ScriptedServer.Connection(socket);
                while (connection.readHead() != null) {
                    connection.say(head("HTTP/1.1 204 No Content"));
                }
            } catch (IOException e) {
                // What the client makes of it is what the test looks at.
            }
        }

        int port() {
            return server.getLocalPort();
        }

        List<String> names() {
            return names;
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /** Takes a raw connection's bytes. */
    private static final class Received extends ChannelInboundHandlerAdapter {

        private final ByteArrayOutputStream text = new ByteArrayOutputStream();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        String text() {
            return text.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf data = (ByteBuf) message;
            text.writeBytes(ByteBufUtil.getBytes(data));
            data.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ended.complete(null);
            }
        }
    }
}
