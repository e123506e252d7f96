package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.sidecar.http.Protocol;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client that everything else is compared with. */
class CurlIT {

    @TempDir
    Path directory;

    private RunningPort port;

    @BeforeEach
    void start() throws IOException {
        port = new RunningPort(directory);
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void speaks_http_1_1() throws Exception {
        String answer = curl("-d", "some=body", url("/any?x=1"));

        assertThat(answer).isEqualTo("POST /any?x=1 some=body");
        assertThat(port.seen()).singleElement().satisfies(seen -> {
            assertThat(seen.protocol()).isEqualTo(Protocol.HTTP_1_1);
            assertThat(seen.values("content-length")).containsExactly("9");
        });
    }

    @Test
    void speaks_http_1_0() throws Exception {
        assertThat(curl("--http1.0", "-d", "some=body", url("/any"))).isEqualTo("POST /any some=body");
        assertThat(curl("--http1.0", "-d", "some=body", url("/echo"))).isEqualTo("some=body");
    }

    @Test
    void sends_in_chunks() throws Exception {
        assertThat(curl("-H", "Transfer-Encoding: chunked", "-d", "some=body", url("/echo")))
                .isEqualTo("some=body");
    }

    @Test
    void reuses_a_connection() throws Exception {
        String answers = curl(url("/hello"), url("/hello"), url("/echo"), "-d", "x", "-w", "%{num_connects}");

        assertThat(answers).isEqualTo("hello1hello0x0");
    }

    @Test
    void speaks_http_2_with_prior_knowledge() throws Exception {
        String answer = curl("--http2-prior-knowledge", "-d", "some=body", url("/any?x=1"), "-w", " %{http_version}");

        assertThat(answer).isEqualTo("POST /any?x=1 some=body 2");
        assertThat(port.seen()).singleElement().satisfies(seen -> {
            assertThat(seen.protocol()).isEqualTo(Protocol.HTTP_2);
            assertThat(seen.tunnel()).isEmpty();
        });
    }

    @Test
    void uploads_and_downloads_much_by_both_versions() throws Exception {
        Path file = directory.resolve("much");
        byte[] much = new byte[20 << 20];
        new java.util.Random(1).nextBytes(much);
        Files.write(file, much);

        for (String version : List.of("--http1.1", "--http2-prior-knowledge")) {
            Path back = directory.resolve("back" + version);
            curl(version, "-H", "Expect:", "-T", file.toString(), "-o", back.toString(), url("/echo"));

            assertThat(back).hasSameBinaryContentAs(file);
        }
    }

    @Test
    void goes_through_an_intercepted_tunnel_by_http_1_1_and_2() throws Exception {
        for (String version : List.of("--http1.1", "--http2")) {
            String answer = curl(
                    version,
                    "-x",
                    "http://127.0.0.1:" + port.port(),
                    "--cacert",
                    port.caFile(directory).toString(),
                    "-d",
                    "some=body",
                    "https://api.test/any",
                    "https://api.test/hello",
                    "-w",
                    " %{http_version} %{ssl_verify_result}\n");

            assertThat(answer)
                    .isEqualTo(
                            version.equals("--http2")
                                    ? "POST /any some=body 2 0\nhello 2 0\n".replace("hello", "hello")
                                    : "POST /any some=body 1.1 0\nhello 1.1 0\n");
        }
        assertThat(port.seen().getLast().tunnel()).hasValueSatisfying(tunnel -> {
            assertThat(tunnel.host()).isEqualTo("api.test");
            assertThat(tunnel.port()).isEqualTo(443);
            assertThat(tunnel.secure()).isTrue();
        });
    }

    @Test
    void goes_through_a_tunnel_in_plain_text() throws Exception {
        String answer = curl("-p", "-x", "http://127.0.0.1:" + port.port(), "http://api.test/hello");

        assertThat(answer).isEqualTo("hello");
        assertThat(port.seen().getLast().tunnel().orElseThrow().secure()).isFalse();
    }

    @Test
    void is_not_sent_on_if_it_asks_for_h2c_by_upgrade() throws Exception {
        assertThat(curl("--http2", url("/hello"), "-w", " %{http_version}")).isEqualTo("hello 1.1");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port.port() + path;
    }

    private static String curl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(name -> name.toLowerCase(java.util.Locale.ROOT).endsWith("_proxy"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
