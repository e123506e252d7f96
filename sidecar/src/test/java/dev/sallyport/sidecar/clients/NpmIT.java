package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.PlaceholderConfig.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** npm publishes a scoped package, whose name's slash it encodes, and installs it and one that needs it. */
class NpmIT {

    @TempDir
    static Path directory;

    private static Scene scene;
    private static Agent agent;

    /** Where the registry is, and with what it is opened. */
    enum Registry {
        /** The credential is put in; npm has a token that nobody takes, since it publishes with none. */
        BASE_URL,
        TUNNEL,
        /** npm's token is the placeholder. */
        PLACEHOLDER,
        HTTP_PROXY;

        private String url() {
            return switch (this) {
                        case BASE_URL -> scene.baseUrl("registry");
                        case TUNNEL -> scene.https("registry.test");
                        case PLACEHOLDER -> scene.https("private.test");
                        case HTTP_PROXY -> scene.http("plain.test");
                    }
                    + "/";
        }

        private String token() {
            return this == PLACEHOLDER ? Scene.PLACEHOLDER : Scene.DUMMY;
        }

        private String scope() {
            return "@" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @BeforeAll
    static void start() throws Exception {
        Programs.node();
        String[] paths = {"/@*%2F*", "/@*/*/-/*", "/*", "/*/-/*"};
        scene = new Scene(
                directory,
                List.of("registry.test", "private.test"),
                (web, to) -> List.of(
                        to.https("registry", "registry.test")
                                .credential(Scene.bearer())
                                .rule(List.of("GET", "PUT"), paths),
                        to.https("private", "private.test")
                                .credential(Scene.bearer())
                                .placeholder(Scene.PLACEHOLDER, Place.HEADER)
                                .rule(List.of("GET", "PUT"), paths),
                        to.http("plain", "plain.test").rule(List.of("GET", "PUT"), paths)));
        scene.web.put("registry.test", new NpmRegistry(Scene::isBearer, scene.https("registry.test")));
        scene.web.put("private.test", new NpmRegistry(Scene::isBearer, scene.https("private.test")));
        scene.web.put("plain.test", new NpmRegistry(any -> true, scene.http("plain.test")));
        agent = scene.agent
                .with(
                        "npm_config_cache",
                        scene.agent.home().resolve("npm-cache").toString())
                .with("npm_config_update_notifier", "false")
                .with("npm_config_audit", "false")
                .with("npm_config_fund", "false")
                .with("PATH", Path.of(Programs.node()).getParent() + ":" + System.getenv("PATH"));
    }

    @AfterAll
    static void stop() {
        if (scene != null) {
            scene.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_was_published_is_installed_unaltered(Registry registry) throws Exception {
        String probe = registry.scope() + "/probe";
        publish(registry, probe, """
                {"name": "%s", "version": "1.0.0", "main": "index.js"}""".formatted(probe), "module.exports = 42;\n");
        String needing = "needing-" + registry.scope().substring(1);
        publish(registry, needing, """
                {"name": "%s", "version": "1.0.0", "dependencies": {"%s": "^1.0.0"}}""".formatted(needing, probe), "module.exports = require('" + probe + "');\n");
        Path project = project(registry, needing + "-project", "{\"name\": \"project\", \"version\": \"1.0.0\"}");

        npm(project, "install", needing).well();

        assertThat(Api.sha256(Files.readAllBytes(project.resolve("node_modules/" + probe + "/payload.bin"))))
                .isEqualTo(Api.PAYLOAD_SHA256);
        assertThat(agent.runIn(project, Programs.node(), "-p", "require('" + needing + "')")
                        .well()
                        .out())
                .isEqualTo("42\n");
        assertThat(Files.readString(project.resolve("package-lock.json"))).contains("sha512-");
        assertThat(scene.web.received(registry.scope() + "%2fprobe"))
                .extracting(Web.Received::method)
                .contains("PUT", "GET");
        assertThat(scene.web.received(registry.scope()))
                .isNotEmpty()
                .allSatisfy(received -> assertThat(received.values("Authorization"))
                        .isEqualTo(List.of("Bearer " + (registry == Registry.HTTP_PROXY ? Scene.DUMMY : Scene.REAL))));
    }

    @Test
    void a_name_whose_slash_the_rule_does_not_spell_is_refused() throws Exception {
        Path project = project(Registry.TUNNEL, "twice", "{\"name\": \"project\", \"version\": \"1.0.0\"}");

        Agent.Finished finished = scene.heard(
                agent.runIn(project, "curl", "--silent", "--include", Registry.TUNNEL.url() + "probe%2fother"));

        assertThat(finished.well().out()).contains("400").containsIgnoringCase("AmbiguousPath");
    }

    @Test
    void a_registry_without_a_route_is_refused_at_once() throws Exception {
        Path project = project(Registry.TUNNEL, "elsewhere", "{\"name\": \"project\", \"version\": \"1.0.0\"}");

        Agent.Finished finished = npm(
                project, "install", "probe", "--registry", scene.https("elsewhere.test") + "/", "--fetch-retries", "0");

        assertThat(finished.exit()).isNotZero();
        assertThat(finished.err()).contains("403");
    }

    private static void publish(Registry registry, String name, String manifest, String index) throws Exception {
        Path project = project(registry, name.replace('/', '-') + "-source", manifest);
        Files.writeString(project.resolve("index.js"), index);
        Files.write(project.resolve("payload.bin"), Api.PAYLOAD);
        npm(project, "publish", "--access", "public").well();
    }

    /** A directory with a manifest, and with npm's configuration as an agent would write it. */
    private static Path project(Registry registry, String name, String manifest) throws IOException {
        Path project = Files.createDirectories(agent.home().resolve(name));
        Files.writeString(project.resolve("package.json"), manifest);
        Files.writeString(
                project.resolve(".npmrc"),
                "registry=" + registry.url() + "\n"
                        + registry.url().replaceFirst("^https?:", "") + ":_authToken=" + registry.token() + "\n"
                        // The registry names itself in its answers; a base URL is another name of it.
                        + "replace-registry-host=always\n");
        return project;
    }

    private static Agent.Finished npm(Path project, String... arguments) throws Exception {
        return scene.heard(agent.runIn(
                project,
                Stream.concat(
                                Stream.of(
                                        Programs.node(),
                                        Programs.nodeModules()
                                                .resolve("npm/bin/npm-cli.js")
                                                .toString()),
                                Stream.of(arguments))
                        .toArray(String[]::new)));
    }
}
