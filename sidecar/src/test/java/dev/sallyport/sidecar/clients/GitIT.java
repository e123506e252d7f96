package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest.Decision;
import dev.sallyport.contract.audit.AuditedRequest.Protocol;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Git over smart HTTP: a clone, work, a push, and what is there afterwards. */
class GitIT {

    /** What a push of a model's weights or a vendored tree weighs: more than any buffer on its way. */
    private static final int LARGE = 20_000_003;

    private static final int SMALL = 3_000_017;

    @TempDir
    static Path directory;

    private static Scene scene;
    private static Agent agent;
    private static GitServer server;
    private static GitServer open;

    /** How Git reaches its server, and with what. */
    enum Access {
        /** The credential is put into every request. */
        BASE_URL(Protocol.HTTP_1_1, SMALL),
        HTTP_PROXY(Protocol.HTTP_1_1, SMALL),
        TUNNEL_HTTP1(Protocol.HTTP_1_1, SMALL, "http.version=HTTP/1.1"),
        TUNNEL_HTTP2(Protocol.HTTP_2, SMALL, "http.version=HTTP/2"),
        /** Git asks without, is asked for a password, and gives the placeholder that stands in the URL. */
        PLACEHOLDER_HTTP1(Protocol.HTTP_1_1, LARGE, "http.version=HTTP/1.1"),
        PLACEHOLDER_HTTP2(Protocol.HTTP_2, LARGE, "http.version=HTTP/2"),
        /** The same with the placeholder from a helper, as forges' own tools set it up. */
        HELPER(Protocol.HTTP_2, SMALL, "credential.helper=!printf 'username=agent\\npassword=%s\\n' \"$GH_TOKEN\";:"),
        /** Chunked, and nothing of it before the server has said that it goes on. */
        EXPECT(Protocol.HTTP_1_1, LARGE, "http.version=HTTP/1.1", "http.extraHeader=Expect: 100-continue");

        private final Protocol protocol;
        private final int size;
        private final String settings;

        Access(Protocol protocol, int size, String... settings) {
            this.protocol = protocol;
            this.size = size;
            this.settings = String.join("\n", settings);
        }

        private List<String> settings() {
            return settings.lines().toList();
        }

        private String url(String repository) {
            return switch (this) {
                        case BASE_URL -> scene.baseUrl("code");
                        case HTTP_PROXY -> scene.http("plain.test");
                        case TUNNEL_HTTP1, TUNNEL_HTTP2 -> scene.https("code.test");
                        case HELPER -> scene.https("git.test");
                        case PLACEHOLDER_HTTP1, PLACEHOLDER_HTTP2, EXPECT ->
                            scene.https("git.test").replace("https://", "https://agent:" + Scene.PLACEHOLDER + "@");
                    }
                    + "/" + repository + ".git";
        }

        private GitServer where() {
            return this == HTTP_PROXY ? open : server;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        Programs.onPath("git");
        List<String> paths = List.of("/*.git/info/refs", "/*.git/git-upload-pack", "/*.git/git-receive-pack");
        scene = new Scene(
                directory,
                List.of("code.test", "git.test"),
                (web, to) -> List.of(
                        to.https("code", "code.test")
                                .credential(Scene.basic("agent"))
                                .rule(List.of("GET", "POST"), paths.toArray(String[]::new)),
                        to.https("git", "git.test")
                                .credential(Scene.basic("agent"))
                                .placeholder(Scene.PLACEHOLDER, Place.BASIC)
                                .rule(List.of("GET", "POST"), paths.toArray(String[]::new)),
                        to.http("plain", "plain.test")));
        server = new GitServer(directory.resolve("repositories"), GitIT::isTheCredential);
        open = new GitServer(directory.resolve("open"), any -> true);
        scene.web.put("code.test", server);
        scene.web.put("git.test", server);
        scene.web.put("plain.test", open);
        agent = scene.agent
                .with("GIT_CONFIG_NOSYSTEM", "1")
                .with("GIT_TERMINAL_PROMPT", "0")
                .with("GH_TOKEN", Scene.PLACEHOLDER);
        for (String name : List.of(
                "user.name=Agent",
                "user.email=agent@example.com",
                "core.compression=0",
                "core.bigFileThreshold=1m",
                "init.defaultBranch=main")) {
            String[] setting = name.split("=", 2);
            run("config", "--global", setting[0], setting[1]);
        }
    }

    @AfterAll
    static void stop() {
        if (scene != null) {
            scene.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_was_cloned_changed_and_pushed_is_there_unaltered(Access access) throws Exception {
        String name = "repository-" + access.name().toLowerCase(java.util.Locale.ROOT);
        Path bare = serverWithOneCommit(access.where(), name);
        Path work = agent.home().resolve(name);
        git(access, agent.home(), "clone", access.url(name), work.toString());
        byte[] content = Api.payload(access.size);
        Files.write(work.resolve("large"), content);
        git(access, work, "add", ".");
        git(access, work, "commit", "--quiet", "--message", "Add a large file");

        git(access, work, "push", "origin", "HEAD:main");

        String head = git(access, work, "rev-parse", "HEAD").out();
        assertThat(agent.runIn(bare, git(), "rev-parse", "main").well().out()).isEqualTo(head);
        agent.runIn(bare, git(), "fsck", "--full", "--strict").well();
        Path again = agent.home().resolve(name + "-again");
        git(access, agent.home(), "clone", access.url(name), again.toString());
        assertThat(Api.sha256(Files.readAllBytes(again.resolve("large")))).isEqualTo(Api.sha256(content));
        assertThat(Files.readString(again.resolve("README"))).isEqualTo("first\n");

        assertThat(scene.web.received("/" + name + ".git/git-receive-pack"))
                .isNotEmpty()
                .allSatisfy(received -> {
                    assertThat(received.version())
                            .isEqualTo(access == Access.HTTP_PROXY ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_2);
                    assertThat(received.values("Authorization"))
                            .isEqualTo(access == Access.HTTP_PROXY ? List.of() : List.of(credential()));
                });
        assertThat(scene.audited("/" + name + ".git/git-receive-pack")).satisfies(audited -> {
            assertThat(audited.protocol()).isEqualTo(access.protocol);
            assertThat(audited.decision()).isEqualTo(Decision.ALLOWED);
        });
        assertThat(scene.requests()
                        .filter(request -> request.path().orElse("").endsWith(name + ".git/git-receive-pack"))
                        .mapToLong(request -> request.requestBytes()))
                .anyMatch(bytes -> bytes > access.size);
        removed(work, again, bare);
    }

    @Test
    void the_large_push_was_announced_by_expect() throws Exception {
        String name = "announced";
        serverWithOneCommit(server, name);
        Path work = agent.home().resolve(name);
        git(Access.EXPECT, agent.home(), "clone", Access.EXPECT.url(name), work.toString());
        Files.write(work.resolve("large"), Api.PAYLOAD);
        git(Access.EXPECT, work, "add", ".");
        git(Access.EXPECT, work, "commit", "--quiet", "--message", "Add a large file");
        List<String> command = new ArrayList<>(List.of(git()));
        Access.EXPECT.settings().forEach(setting -> command.addAll(List.of("-c", setting)));
        command.addAll(List.of("push", "origin", "HEAD:main"));

        Agent.Finished finished = agent.with("GIT_TRACE_CURL", "1")
                .with("GIT_TRACE_CURL_NO_DATA", "1")
                .runIn(work, command.toArray(String[]::new));

        assertThat(finished.well().err())
                .containsIgnoringCase("transfer-encoding: chunked")
                .containsIgnoringCase("=> Send header: expect: 100-continue")
                .containsPattern("<= Recv header: HTTP/1.1 100 ");
    }

    @Test
    void a_repository_that_no_rule_permits_is_refused_with_a_status_that_git_shows() throws Exception {
        Agent.Finished finished = scene.heard(
                agent.runIn(agent.home(), git(), "clone", scene.https("code.test") + "/deep/er/repository.git"));

        assertThat(finished.exit()).isEqualTo(128);
        assertThat(finished.err()).contains("error: 403");
    }

    @Test
    void a_server_without_a_route_is_refused_at_once() throws Exception {
        Agent.Finished finished =
                scene.heard(agent.runIn(agent.home(), git(), "clone", scene.https("elsewhere.test") + "/x.git"));

        assertThat(finished.exit()).isEqualTo(128);
        assertThat(finished.err()).contains("403");
    }

    /** The agent's own password is no placeholder: nothing is put in, and it does not leave either. */
    @Test
    void a_password_that_is_no_placeholder_opens_nothing() throws Exception {
        String name = "closed";
        serverWithOneCommit(server, name);

        Agent.Finished finished = scene.heard(agent.runIn(
                agent.home(),
                git(),
                "clone",
                scene.https("git.test").replace("https://", "https://agent:" + Scene.DUMMY + "@") + "/" + name
                        + ".git"));

        assertThat(finished.exit()).isEqualTo(128);
        assertThat(scene.web.received("/" + name + ".git")).isEmpty();
    }

    private static Path serverWithOneCommit(GitServer where, String name) throws Exception {
        Path bare = where.repository(name);
        run("init", "--quiet", "--bare", bare.toString());
        Path seed = Files.createDirectories(agent.home().resolve(name + "-seed"));
        run("init", "--quiet", seed.toString());
        Files.writeString(seed.resolve("README"), "first\n");
        run("-C", seed.toString(), "add", ".");
        run("-C", seed.toString(), "commit", "--quiet", "--message", "First");
        run("-C", seed.toString(), "push", "--quiet", bare.toString(), "HEAD:main");
        return bare;
    }

    private static Agent.Finished run(String... arguments) throws Exception {
        return agent.run(Stream.concat(Stream.of(git()), Stream.of(arguments)).toArray(String[]::new))
                .well();
    }

    private static Agent.Finished git(Access access, Path where, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(git()));
        access.settings().forEach(setting -> command.addAll(List.of("-c", setting)));
        command.addAll(List.of(arguments));
        return scene.heard(agent.runIn(where, command.toArray(String[]::new))).well();
    }

    private static String git() {
        return Programs.onPath("git");
    }

    private static boolean isTheCredential(String authorization) {
        return authorization.equals(credential());
    }

    private static String credential() {
        return "Basic " + Base64.getEncoder().encodeToString(("agent:" + Scene.REAL).getBytes(StandardCharsets.UTF_8));
    }

    /** They are large, and others follow. */
    private static void removed(Path... directories) throws IOException {
        for (Path path : directories) {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
