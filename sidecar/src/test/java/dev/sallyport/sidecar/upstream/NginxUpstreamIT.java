package dev.sallyport.sidecar.upstream;

import static dev.sallyport.sidecar.upstream.World.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.testing.RouteBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pool against nginx, which ends connections for reasons of its own. */
class NginxUpstreamIT {

    private static final String ANSWERS = """
            location /ok { return 200 ok; }
            client_max_body_size 1k;
            """;

    @TempDir
    Path directory;

    private final World world = new World();

    @BeforeEach
    void installed() {
        assumeTrue(Nginx.isInstalled(), "nginx is not installed: apt-get install nginx");
    }

    @AfterEach
    void close() {
        world.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void no_request_fails_while_connections_end_after_a_few(boolean http2) throws Exception {
        try (Nginx nginx = new Nginx(directory, http2, ANSWERS + "keepalive_requests 3;")) {
            List<Call> calls = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                calls.add(
                        i % 2 == 0
                                ? world.call(route(nginx)).get("/ok")
                                : world.call(route(nginx)).post("/ok", "body"));
                if (i % 5 == 4) {
                    for (Call call : calls) {
                        assertThat(call.body()).isEqualTo("ok");
                        assertThat(call.stream().protocol()).isEqualTo(http2 ? Protocol.HTTP_2 : Protocol.HTTP_1_1);
                    }
                    calls.clear();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_kept_connection_that_nginx_has_ended_fails_no_request(boolean http2) throws Exception {
        try (Nginx nginx = new Nginx(directory, http2, ANSWERS + "keepalive_timeout 1s;")) {
            for (int i = 0; i < 3; i++) {
                assertThat(world.call(route(nginx)).post("/ok", "body").body()).isEqualTo("ok");
                await().until(() -> world.pool().isEmpty(world.loop()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_large_body_comes_whole(boolean http2) throws Exception {
        byte[] large = new byte[48 << 20];
        new Random(1).nextBytes(large);
        Files.write(directory.resolve("large"), large);
        try (Nginx nginx = new Nginx(directory, http2, "")) {
            Call call = world.call(route(nginx)).get("/large");

            call.end();
            assertThat(call.bytes()).isEqualTo(large);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_body_that_nginx_does_not_want_is_answered_before_its_end(boolean http2) throws Exception {
        try (Nginx nginx = new Nginx(directory, http2, ANSWERS)) {
            Call call = world.call(route(nginx)).send("POST", "/ok", OptionalLong.of(1 << 30));
            for (int i = 0; i < 20 && !call.hasFailed() && !call.hasEnded(); i++) {
                call.write("x".repeat(64 * 1024));
            }

            assertThat(call.status()).isEqualTo(413);
            call.end();
            call.abort();
            assertThat(world.call(route(nginx)).get("/ok").body()).isEqualTo("ok");
        }
    }

    @Test
    void a_new_generation_of_workers_fails_no_request() throws Exception {
        try (Nginx nginx = new Nginx(directory, true, ANSWERS)) {
            for (int i = 0; i < 10; i++) {
                List<Call> calls = new ArrayList<>();
                for (int j = 0; j < 10; j++) {
                    calls.add(world.call(route(nginx)).post("/ok", "body"));
                }
                nginx.reload();
                for (Call call : calls) {
                    assertThat(call.body()).isEqualTo("ok");
                }
            }
        }
    }

    private static RouteConfig route(Nginx nginx) {
        return RouteBuilder.https("api", "api.test:" + nginx.port()).build();
    }
}
