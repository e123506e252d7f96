package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * An agent's side: a home, and the environment that the operator gives to an agent's container. Nothing of the
 * environment of the tests themselves is in it but the search path.
 */
final class Agent {

    /** Long enough for a program on a machine that builds something else too. */
    static final int SECONDS = 180;

    /** What a program left. */
    record Finished(int exit, String out, String err) {

        /** Fails, with all that the program said, unless it ended well. */
        Finished well() {
            assertThat(exit).as("exit code; output: %s%s", out, err).isZero();
            return this;
        }
    }

    private final Path home;
    private final Map<String, String> environment;

    private Agent(Path home, Map<String, String> environment) {
        this.home = home;
        this.environment = environment;
    }

    /**
     * An agent.
     *
     * @param home an empty directory
     * @param proxy the data port
     * @param trust the directory with the certificates that the proxy wrote for it
     */
    Agent(Path home, int proxy, Path trust) {
        this(home, new TreeMap<>());
        String url = "http://127.0.0.1:" + proxy;
        String bundle = trust.resolve("ca-bundle.crt").toString();
        String authority = trust.resolve("sandbox-ca.crt").toString();
        for (String name : List.of("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")) {
            environment.put(name, url);
        }
        environment.put("NO_PROXY", "localhost,127.0.0.1,::1");
        environment.put("no_proxy", "localhost,127.0.0.1,::1");
        environment.put("NODE_USE_ENV_PROXY", "1");
        environment.put("NODE_EXTRA_CA_CERTS", authority);
        for (String name : List.of(
                "SSL_CERT_FILE",
                "REQUESTS_CA_BUNDLE",
                "CURL_CA_BUNDLE",
                "GIT_SSL_CAINFO",
                "PIP_CERT",
                "npm_config_cafile")) {
            environment.put(name, bundle);
        }
        environment.put("PATH", System.getenv("PATH"));
        environment.put("HOME", home.toString());
        environment.put("TMPDIR", home.toString());
        environment.put("LANG", "C.UTF-8");
    }

    /** The same one with one more variable. */
    Agent with(String name, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(name, value);
        return new Agent(home, more);
    }

    Path home() {
        return home;
    }

    /** Runs a program in its home to its end. */
    Finished run(String... command) throws IOException, InterruptedException {
        return runIn(home, command);
    }

    Finished runIn(Path directory, String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(home, "out", "");
        Path err = Files.createTempFile(home, "err", "");
        Process process = builder(directory, List.of(command))
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            Finished finished = new Finished(ended ? process.exitValue() : -1, read(out), read(err));
            assertThat(ended)
                    .as("ended in %d s: %s; output: %s%s", SECONDS, List.of(command), finished.out(), finished.err())
                    .isTrue();
            return finished;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Starts a program whose input and output are pipes. */
    Process start(List<String> command, Path errors) throws IOException {
        return builder(home, command).redirectError(errors.toFile()).start();
    }

    private ProcessBuilder builder(Path directory, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
