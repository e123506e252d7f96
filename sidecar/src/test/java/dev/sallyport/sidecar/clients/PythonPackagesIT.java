package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest.Decision;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** pip and uv install a package from a private index. */
class PythonPackagesIT {

    @TempDir
    static Path directory;

    private static Scene scene;
    private static Agent agent;

    enum Installer {
        PIP,
        UV
    }

    /** Where the index is, and with what it is opened. */
    enum Index {
        /** The credential is put in; files are where the index is. */
        BASE_URL,
        /** Files are at another host, to which the index's credential must not go. */
        BASE_URL_AND_FILES_ELSEWHERE,
        TUNNEL,
        /** The agent's URL has the placeholder as password. */
        PLACEHOLDER,
        HTTP_PROXY;

        private String url() {
            return switch (this) {
                        case BASE_URL -> scene.baseUrl("near");
                        case BASE_URL_AND_FILES_ELSEWHERE -> scene.baseUrl("far");
                        case TUNNEL -> scene.https("near.test");
                        case PLACEHOLDER ->
                            scene.https("private.test").replace("https://", "https://agent:" + Scene.PLACEHOLDER + "@");
                        case HTTP_PROXY -> scene.http("plain.test");
                    }
                    + "/simple/";
        }

        private String host() {
            return switch (this) {
                case BASE_URL, TUNNEL -> "near.test";
                case BASE_URL_AND_FILES_ELSEWHERE -> "far.test";
                case PLACEHOLDER -> "private.test";
                case HTTP_PROXY -> "plain.test";
            };
        }
    }

    @BeforeAll
    static void start() throws Exception {
        Programs.python();
        scene = new Scene(
                directory,
                List.of("near.test", "far.test", "private.test", "open.test"),
                (web, to) -> List.of(
                        to.https("near", "near.test")
                                .credential(Scene.basic("agent"))
                                .rule(List.of("GET", "HEAD"), "/simple/**", "/files/**"),
                        to.https("far", "far.test")
                                .credential(Scene.basic("agent"))
                                .rule(List.of("GET", "HEAD"), "/simple/**"),
                        to.https("private", "private.test")
                                .credential(Scene.basic("agent"))
                                .placeholder(Scene.PLACEHOLDER, Place.BASIC)
                                .rule(List.of("GET", "HEAD"), "/simple/**", "/files/**"),
                        to.https("files", "open.test").rule(List.of("GET", "HEAD"), "/files/**"),
                        to.http("plain", "plain.test")));
        PackageIndex relative = new PackageIndex(PythonPackagesIT::isTheCredential, "../../files/");
        scene.web.put("near.test", relative);
        scene.web.put("private.test", relative);
        scene.web.put(
                "far.test", new PackageIndex(PythonPackagesIT::isTheCredential, scene.https("open.test") + "/files/"));
        scene.web.put("open.test", new PackageIndex(String::isEmpty, ""));
        scene.web.put("plain.test", new PackageIndex(String::isEmpty, "../../files/"));
        agent = scene.agent
                .with("PIP_CONFIG_FILE", "/dev/null")
                .with("UV_NO_CONFIG", "1")
                .with("UV_PYTHON_DOWNLOADS", "never");
    }

    @AfterAll
    static void stop() {
        if (scene != null) {
            scene.close();
        }
    }

    static Stream<Arguments> everyIndex() {
        return Stream.of(Installer.values())
                .flatMap(installer -> Stream.of(Index.values()).map(index -> Arguments.of(installer, index)));
    }

    @ParameterizedTest(name = "{0} from {1}")
    @MethodSource("everyIndex")
    void a_package_is_installed_unaltered(Installer installer, Index index) throws Exception {
        Path target = agent.home().resolve((installer + "-" + index).toLowerCase(Locale.ROOT));

        install(installer, index, target).well();

        assertThat(Api.sha256(Files.readAllBytes(target.resolve("sallyport_probe/payload.bin"))))
                .isEqualTo(Api.PAYLOAD_SHA256);
        assertThat(agent.with("PYTHONPATH", target.toString())
                        .run(Programs.python(), "-c", "import sallyport_probe; print(sallyport_probe.ANSWER)")
                        .well()
                        .out())
                .isEqualTo("42\n");
        assertThat(scene.web.received("/simple/"))
                .filteredOn(received -> received.host().equals(index.host()))
                .isNotEmpty()
                .allSatisfy(received -> assertThat(received.values("Authorization"))
                        .isEqualTo(index == Index.HTTP_PROXY ? List.of() : List.of(credential())));
        assertThat(scene.web.received("/files/"))
                .filteredOn(received -> received.host().equals("open.test"))
                .allSatisfy(received -> assertThat(received.text()).doesNotContain(Scene.REAL));
        assertThat(scene.requests().filter(request -> request.path().orElse("").startsWith("/files/")))
                .isNotEmpty()
                .allMatch(request -> request.decision() == Decision.ALLOWED);
    }

    @Test
    void an_index_without_a_route_is_refused_at_once() throws Exception {
        Agent.Finished finished = scene.heard(agent.run(
                Programs.python(),
                "-m",
                "pip",
                "download",
                "--no-deps",
                "--retries",
                "1",
                "--index-url",
                scene.https("elsewhere.test") + "/simple/",
                PackageIndex.PROJECT));

        assertThat(finished.exit()).isEqualTo(1);
        assertThat(finished.err() + finished.out()).contains("403");
    }

    private static Agent.Finished install(Installer installer, Index index, Path target) throws Exception {
        String[] command =
                switch (installer) {
                    case PIP ->
                        new String[] {
                            Programs.python(),
                            "-m",
                            "pip",
                            "install",
                            "--no-cache-dir",
                            "--no-deps",
                            "--trusted-host",
                            "plain.test:" + scene.web.plainPort(),
                            "--target",
                            target.toString(),
                            "--index-url",
                            index.url(),
                            PackageIndex.PROJECT
                        };
                    case UV ->
                        new String[] {
                            Programs.uv(),
                            "pip",
                            "install",
                            "--no-cache",
                            "--python",
                            Programs.python(),
                            "--target",
                            target.toString(),
                            "--index-url",
                            index.url(),
                            PackageIndex.PROJECT
                        };
                };
        return scene.heard(agent.run(command));
    }

    private static boolean isTheCredential(String authorization) {
        return authorization.equals(credential());
    }

    private static String credential() {
        return "Basic " + Base64.getEncoder().encodeToString(("agent:" + Scene.REAL).getBytes(StandardCharsets.UTF_8));
    }
}
