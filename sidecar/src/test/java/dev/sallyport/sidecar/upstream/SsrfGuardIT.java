package dev.sallyport.sidecar.upstream;

import static dev.sallyport.sidecar.upstream.ScriptedServer.always;
import static dev.sallyport.sidecar.upstream.ScriptedServer.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.Addresses;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.testing.RouteBuilder;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that a name, a resolver or a host's spelling can do leads a request to an address that was not judged. */
class SsrfGuardIT {

    private static final String OK = head("HTTP/1.1 200 OK", "Content-Length: 2") + "ok";

    private final World world = new World();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        world.close();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, PUBLIC",
        "127.0.0.1, PRIVATE",
        "::1, PRIVATE",
        "::ffff:127.0.0.1, PRIVATE",
        "64:ff9b::7f00:1, PRIVATE",
        "169.254.169.254, PRIVATE",
        "fe80::1, PRIVATE",
        "10.0.0.1, PUBLIC",
        "fd00::1, PUBLIC",
        "0.0.0.0, PRIVATE",
    })
    void a_name_at_a_forbidden_address_is_refused(String address, Addresses setting) throws Exception {
        world.judge(new SpecialPurposeRegistries());
        world.resolveTo(address);
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            RouteConfig route = RouteBuilder.http("api", "api.test:" + server.port())
                    .addresses(setting)
                    .build();

            refused(
                    world.pool().open(route, World.origin(route), world.loop(), false, World.CONNECT_SECONDS),
                    Reason.ADDRESS_NOT_ALLOWED);
            refused(
                    world.pool().open(route, World.origin(route), world.loop(), true, World.CONNECT_SECONDS),
                    Reason.ADDRESS_NOT_ALLOWED);
            refused(
                    world.pool()
                            .openWithPriorKnowledge(route, World.origin(route), world.loop(), World.CONNECT_SECONDS),
                    Reason.ADDRESS_NOT_ALLOWED);
            refused(
                    world.pool().connect(route, World.origin(route), world.loop(), World.CONNECT_SECONDS),
                    Reason.ADDRESS_NOT_ALLOWED);
            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void one_forbidden_address_among_others_refuses_the_name() throws Exception {
        world.judge(new SpecialPurposeRegistries());
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            for (String[] answer : new String[][] {
                {"93.184.216.34", "127.0.0.1"},
                {"127.0.0.1", "93.184.216.34"},
                {"93.184.216.34", "93.184.216.35", "93.184.216.36", "93.184.216.37", "93.184.216.38", "127.0.0.1"},
            }) {
                world.resolveTo(answer);
                world.age(Duration.ofMinutes(1));

                RouteConfig route = route(server);
                refused(
                        world.pool().open(route, World.origin(route), world.loop(), false, World.CONNECT_SECONDS),
                        Reason.ADDRESS_NOT_ALLOWED);
            }
            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void the_connection_goes_to_the_address_that_was_judged() throws Exception {
        List<InetAddress> judged = new CopyOnWriteArrayList<>();
        world.judge((address, setting) -> {
            judged.add(address);
            return address.equals(InetAddress.ofLiteral("127.0.0.1"));
        });
        // A name whose every look-up has another answer.
        world.resolveBy(name -> {
            asked.add(name);
            return List.of(InetAddress.ofLiteral(asked.size() == 1 ? "127.0.0.1" : "127.0.0.2"));
        });
        try (ScriptedServer good = new ScriptedServer(always(OK));
                ScriptedServer bad = new ScriptedServer("127.0.0.2", good.port(), always(OK))) {
            assertThat(world.call(route(good)).get("/").body()).isEqualTo("ok");

            assertThat(asked).containsExactly("api.test");
            assertThat(judged).containsExactly(InetAddress.ofLiteral("127.0.0.1"));
            assertThat(good.connections()).isOne();

            world.age(Duration.ofMinutes(1));
            RouteConfig route = route(good);
            refused(
                    world.pool().open(route, World.origin(route), world.loop(), false, World.CONNECT_SECONDS),
                    Reason.ADDRESS_NOT_ALLOWED);
            assertThat(bad.connections()).isZero();
        }
    }

    @Test
    void a_kept_connection_is_not_used_for_a_name_that_is_elsewhere_now() throws Exception {
        try (ScriptedServer before = new ScriptedServer(always(OK));
                ScriptedServer now = new ScriptedServer("127.0.0.2", before.port(), always(OK))) {
            world.call(route(before)).get("/").end();
            world.resolveTo("127.0.0.2");
            world.age(Duration.ofMinutes(1));

            world.call(route(before)).get("/").end();

            assertThat(before.connection(0).heads()).hasSize(1);
            assertThat(now.connection(0).heads()).hasSize(1);
        }
    }

    @Test
    void a_remembered_answer_and_a_kept_connection_are_judged_anew_for_each_request() throws Exception {
        world.judge((address, setting) -> setting == Addresses.PRIVATE);
        try (ScriptedServer server = new ScriptedServer(always(OK))) {
            RouteBuilder builder = RouteBuilder.http("api", "api.test:" + server.port());
            world.call(builder.addresses(Addresses.PRIVATE).build()).get("/").end();

            RouteConfig other = builder.addresses(Addresses.PUBLIC).build();
            refused(
                    world.pool().open(other, World.origin(other), world.loop(), false, World.CONNECT_SECONDS),
                    Reason.ADDRESS_NOT_ALLOWED);

            assertThat(server.connection(0).heads()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "a.localhost", "ip6-localhost", "localhost.localdomain"})
    void a_machines_own_names_are_loopback_whatever_anybody_answers(String name) {
        world.judge(new SpecialPurposeRegistries());
        world.resolveBy(each -> {
            asked.add(each);
            return List.of(InetAddress.ofLiteral("93.184.216.34"));
        });

        refused(open(name, Addresses.PRIVATE), Reason.ADDRESS_NOT_ALLOWED);

        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0x7f.1",
                "0x7f000001",
                "2130706433",
                "017700000001",
                "127.1",
                "127.0.0.01",
                "127.0.0.1.",
                "api.test.",
                "[::1%lo]",
                "[fe80::1%1]",
                "::1",
                "127.0.0.1:80",
                "",
            })
    void a_host_that_is_no_name_and_no_exact_address_is_never_looked_up(String host) {
        world.resolveBy(each -> {
            asked.add(each);
            return List.of(InetAddress.ofLiteral("127.0.0.1"));
        });

        refused(open(host, Addresses.PRIVATE), Reason.NAME_NOT_RESOLVED);

        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "169.254.169.254"})
    void an_address_as_host_is_judged_too(String host) {
        world.judge(new SpecialPurposeRegistries());

        refused(open(host, Addresses.PRIVATE), Reason.ADDRESS_NOT_ALLOWED);
    }

    private Future<?> open(String host, Addresses setting) {
        RouteConfig route =
                RouteBuilder.http("api", "*.example.test").addresses(setting).build();
        return world.pool().open(route, new Origin(Scheme.HTTP, host, 80), world.loop(), false, World.CONNECT_SECONDS);
    }

    private static void refused(Future<?> opening, Reason reason) {
        assertThatThrownBy(() -> {
                    try {
                        opening.await(World.WAIT_SECONDS, TimeUnit.SECONDS);
                    } catch (CompletionException e) {
                        throw e.getCause();
                    }
                })
                .isInstanceOfSatisfying(
                        UpstreamException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static RouteConfig route(ScriptedServer server) {
        return RouteBuilder.http("api", "api.test:" + server.port()).build();
    }
}
