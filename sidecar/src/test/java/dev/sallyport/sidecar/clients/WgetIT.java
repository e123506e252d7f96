package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** GNU Wget, which knows no variable for whom to trust: its option or its configuration file says so. */
class WgetIT {

    @TempDir
    static Path directory;

    private static Scene scene;

    @BeforeAll
    static void start() throws IOException {
        scene = new Scene(
                directory,
                List.of("api.test"),
                (web, to) -> List.of(
                        to.https("api", "api.test").credential(Scene.bearer()), to.http("plain", "plain.test")));
        scene.web.put("api.test", new Api(Scene::isBearer));
        scene.web.put("plain.test", new Api(any -> true));
    }

    @AfterAll
    static void stop() {
        scene.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_file_is_fetched_and_a_broken_off_one_continued(Way way) throws Exception {
        Path file = scene.agent.home().resolve("fetched-" + way.name());
        Files.write(file, Arrays.copyOf(Api.PAYLOAD, 456_789));

        wget("--continue", "--output-document=" + file, url(way, "/v1/bytes/" + file.getFileName()))
                .well();

        assertThat(Api.sha256(Files.readAllBytes(file))).isEqualTo(Api.PAYLOAD_SHA256);
        assertThat(scene.web.received(file.getFileName().toString()))
                .singleElement()
                .satisfies(received -> {
                    assertThat(received.values("Range")).containsExactly("bytes=456789-");
                    assertThat(received.values("Authorization"))
                            .isEqualTo(way == Way.HTTP_PROXY ? List.of() : List.of("Bearer " + Scene.REAL));
                });
        assertThat(scene.audited(file.getFileName().toString()).form()).isEqualTo(way.form());
    }

    @ParameterizedTest
    @EnumSource
    void a_file_is_sent(Way way) throws Exception {
        Path file = Files.write(scene.agent.home().resolve("sent-" + way.name()), Api.PAYLOAD);

        Agent.Finished finished =
                wget("--output-document=-", "--post-file=" + file, url(way, "/v1/upload/" + file.getFileName()));

        assertThat(finished.well().out()).isEqualTo("bytes:" + Api.PAYLOAD.length + " sha256:" + Api.PAYLOAD_SHA256);
    }

    @Test
    void a_host_without_a_route_fails_at_once() throws Exception {
        Agent.Finished finished = wget("--tries=3", scene.https("elsewhere.test") + "/");

        assertThat(finished.exit()).isEqualTo(4);
        // Versions differ in which part of the status line they show.
        assertThat(finished.err()).containsAnyOf("403", "Forbidden");
    }

    private static Agent.Finished wget(String... arguments) throws Exception {
        return scene.heard(scene.agent.run(Stream.concat(
                        Stream.of(Programs.onPath("wget"), "--ca-certificate=" + scene.trust.resolve("ca-bundle.crt")),
                        Stream.of(arguments))
                .toArray(String[]::new)));
    }

    private static String url(Way way, String path) {
        return switch (way) {
                    case BASE_URL -> scene.baseUrl("api");
                    case HTTP_PROXY -> scene.http("plain.test");
                    case HTTPS_PROXY -> scene.https("api.test");
                }
                + path;
    }
}
