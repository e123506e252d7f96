package dev.sallyport.sidecar.upstream;

import static dev.sallyport.sidecar.upstream.Http1UpstreamIT.route;
import static dev.sallyport.sidecar.upstream.ScriptedServer.always;
import static dev.sallyport.sidecar.upstream.ScriptedServer.head;
import static dev.sallyport.sidecar.upstream.World.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.http.UpstreamStream;
import dev.sallyport.sidecar.testing.RouteBuilder;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which connections are kept, which are used again, and what an end of one means for a request. */
class Http1PoolIT {

    private static final String OK = head("HTTP/1.1 200 OK", "Content-Length: 2") + "ok";

    private World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void a_connection_is_used_again() throws Exception {
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            for (int i = 0; i < 5; i++) {
                assertThat(world.call(route(server)).post("/" + i, "text").body())
                        .isEqualTo("ok");
            }

            assertThat(server.connections()).isOne();
            assertThat(server.connection(0).heads()).hasSize(5);
        }
    }

    @Test
    void requests_at_the_same_time_have_each_their_own() throws Exception {
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            UpstreamStream first = world.open(route(server));
            UpstreamStream second = world.open(route(server));

            assertThat(new Call(first).get("/").body()).isEqualTo("ok");
            assertThat(new Call(second).get("/").body()).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void a_stream_that_is_aborted_unsent_leaves_its_connection_to_the_next() throws Exception {
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            new Call(world.open(route(server))).abort();

            assertThat(world.call(route(server)).get("/").body()).isEqualTo("ok");
            assertThat(server.connections()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close\r\n\r\nok",
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay",
                "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
            })
    void a_connection_after_which_something_may_follow_is_not_kept(String answer) throws Exception {
        try (ScriptedServer server = new ScriptedServer(always(answer))) {
            for (int i = 0; i < 2; i++) {
                world.call(route(server)).get("/").end();
            }

            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void an_answer_that_nobody_asked_for_ends_a_kept_connection() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    connection.readHead();
                    connection.say(OK);
                    answered.await();
                    connection.say(head("HTTP/1.1 408 Request Timeout", "Content-Length: 0"));
                    connection.drain();
                },
                always(OK))) {
            world.call(route(server)).get("/").end();
            answered.countDown();
            assertThat(server.connection(0).endedBy()).isNotEmpty();

            assertThat(world.call(route(server)).post("/", "x").status()).isEqualTo(200);
        }
    }

    @Test
    void a_kept_connection_that_has_ended_is_not_used() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    connection.readHead();
                    connection.say(OK);
                },
                always(OK))) {
            world.call(route(server)).get("/").end();
            assertThat(server.connection(0).endedBy()).isEmpty();
            await().until(() -> world.pool().isEmpty(world.loop()));

            assertThat(world.call(route(server)).post("/", "x").body()).isEqualTo("ok");
        }
    }

    @Test
    void an_idempotent_request_survives_the_end_of_its_kept_connection() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    connection.readHead();
                    connection.say(OK);
                    connection.readHead();
                },
                always(OK))) {
            world.call(route(server)).get("/one").end();

            assertThat(world.call(route(server)).get("/two").body()).isEqualTo("ok");
            assertThat(server.connection(0).heads()).hasSize(2);
            assertThat(server.connection(1).heads().getFirst()).startsWith("GET /two ");
        }
    }

    @Test
    void it_is_sent_again_only_once() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    connection.readHead();
                    connection.say(OK);
                    connection.readHead();
                },
                connection -> connection.readHead(),
                always(OK))) {
            world.call(route(server)).get("/one").end();

            Call call = world.call(route(server)).get("/two");

            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_RESET);
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void a_request_on_a_new_connection_is_not_sent_again() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> connection.readHead(), always(OK))) {
            Call call = world.call(route(server)).get("/");

            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_RESET);
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void a_request_that_is_not_idempotent_is_not_sent_again() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    connection.readHead();
                    connection.say(OK);
                    connection.readHead();
                },
                always(OK))) {
            world.call(route(server)).get("/one").end();

            Call call = world.call(route(server))
                    .send("POST", "/two", OptionalLong.of(0))
                    .endRequest();

            assertThat(UpstreamException.reason(call.failure())).isEqualTo(Reason.UPSTREAM_RESET);
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void any_request_goes_elsewhere_if_its_connection_ends_before_it_is_sent() throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(
                connection -> {
                    connection.readHead();
                    connection.say(OK);
                    opened.await();
                },
                always(OK))) {
            world.call(route(server)).get("/one").end();
            Call call = world.call(route(server));
            opened.countDown();
            await().until(() -> server.connection(0).endedBy().isEmpty());
            await().until(() -> world.pool().isEmpty(world.loop()));

            assertThat(call.post("/two", "text").body()).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void an_idle_connection_ends_after_its_time() throws Exception {
        PoolSettings d = PoolSettings.DEFAULTS;
        world.close();
        world = new World(new PoolSettings(
                Duration.ofMillis(200),
                d.idleMultiplexed(),
                d.exclusiveConnections(),
                d.multiplexedConnections(),
                d.idleConnections(),
                d.nextAddress(),
                d.addresses(),
                d.pingOnUse(),
                d.pingInSilence(),
                d.pingAnswer()));
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            world.call(route(server)).get("/").end();

            assertThat(server.connection(0).endedBy()).isEqualTo("end");
        }
    }

    @Test
    void an_upstream_that_keeps_connections_for_less_is_heeded() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                always(head("HTTP/1.1 200 OK", "Content-Length: 2", "Keep-Alive: max=9, timeout=1") + "ok"))) {
            world.call(route(server)).get("/").end();

            assertThat(server.connection(0).endedBy()).isEqualTo("end");
        }
    }

    @Test
    void requests_beyond_the_bound_wait_for_a_connection() throws Exception {
        PoolSettings d = PoolSettings.DEFAULTS;
        world.close();
        world = new World(new PoolSettings(
                d.idle(),
                d.idleMultiplexed(),
                1,
                d.multiplexedConnections(),
                d.idleConnections(),
                d.nextAddress(),
                d.addresses(),
                d.pingOnUse(),
                d.pingInSilence(),
                d.pingAnswer()));
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            Call first = world.call(route(server));
            var second = world.pool()
                    .open(route(server), World.origin(route(server)), world.loop(), false, World.CONNECT_SECONDS);
            world.settle();

            assertThat(second.isComplete()).isFalse();
            assertThat(first.get("/").body()).isEqualTo("ok");
            assertThat(new Call(second.await()).get("/").body()).isEqualTo("ok");
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void of_too_many_idle_connections_to_whatever_origins_the_longest_idle_ones_end() throws Exception {
        PoolSettings d = PoolSettings.DEFAULTS;
        world.close();
        world = new World(new PoolSettings(
                d.idle(),
                d.idleMultiplexed(),
                d.exclusiveConnections(),
                d.multiplexedConnections(),
                2,
                d.nextAddress(),
                d.addresses(),
                d.pingOnUse(),
                d.pingInSilence(),
                d.pingAnswer()));
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            for (String name : new String[] {"one", "two", "three", "four"}) {
                world.call(RouteBuilder.http("api", name + ".test:" + server.port())
                                .build())
                        .get("/")
                        .end();
            }

            assertThat(server.connection(0).endedBy()).isEqualTo("end");
            assertThat(server.connection(1).endedBy()).isEqualTo("end");
            world.call(RouteBuilder.http("api", "three.test:" + server.port()).build())
                    .get("/")
                    .end();
            assertThat(server.connections()).isEqualTo(4);
        }
    }

    @Test
    void an_abort_resets_the_connection_at_once() throws Exception {
        try (ScriptedServer server = new ScriptedServer(connection -> {
            connection.readHead();
            connection.say(head("HTTP/1.1 200 OK") + "begun");
            connection.drain();
        })) {
            Call call = world.call(route(server)).get("/");
            call.head();

            call.abort();

            assertThat(world.pool().isEmpty(world.loop())).isTrue();
            assertThat(server.connection(0).endedBy()).isEqualTo("reset");
            assertThat(call.hasFailed()).isFalse();
        }
    }
}
