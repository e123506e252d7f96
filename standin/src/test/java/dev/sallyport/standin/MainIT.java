package dev.sallyport.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainIT {
    private static final Pattern PLAIN_PORT = Pattern.compile("PLAIN=(\\d+)");

    @TempDir
    Path directory = Path.of("");

    @Test
    void servesUntilItIsToldToStopAndLogsNoKey() throws Exception {
        var keys = Files.writeString(directory.resolve("keys"), "sk-ant-secret\n");
        var process = run(
                "--self-signed",
                directory.resolve("ca").toString(),
                "--host=127.0.0.1",
                "--https-port=0",
                "--plain-port=0",
                "--control-port=0",
                "--anthropic-key-file=" + keys);
        try (var output = process.inputReader(StandardCharsets.UTF_8);
                var http = HttpClient.newHttpClient()) {
            var log = new ArrayList<String>();
            log.add(output.readLine());
            var port = PLAIN_PORT.matcher(log.getFirst());
            assertThat(port.find()).as(log.getFirst()).isTrue();

            var body =
                    "{\"model\":\"claude-x\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.group(1) + "/v1/messages"))
                            .headers("x-api-key", "sk-ant-secret", "anthropic-version", "2023-06-01")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            // Not through Process, which would close the stream that is yet to be read.
            process.toHandle().destroy();
            output.lines().forEach(log::add);

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(directory.resolve("ca/ca.crt")).content().startsWith("-----BEGIN CERTIFICATE-----");
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(String.join("\n", log)).doesNotContain("secret");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void takesEachKindOfCredentialFromAFileOfItsOwn() throws Exception {
        var options = new ArrayList<>(List.of("--plain-port=0", "--control-port=0"));
        for (var kind : List.of("anthropic-key", "anthropic-token", "openai-key", "gemini-key")) {
            var file = Files.writeString(directory.resolve(kind), kind + "-real\n");
            options.add("--" + kind + "-file=" + file);
        }
        var process = run(options.toArray(String[]::new));
        try (var output = process.inputReader(StandardCharsets.UTF_8);
                var http = HttpClient.newHttpClient()) {
            var port = PLAIN_PORT.matcher(output.readLine());
            assertThat(port.find()).isTrue();
            var models = "http://127.0.0.1:" + port.group(1) + "/v1/models";
            var asked = List.of(
                    List.of("anthropic-version", "1", "x-api-key", "anthropic-key-real"),
                    List.of(
                            "anthropic-version",
                            "1",
                            "anthropic-beta",
                            "oauth-2025-04-20",
                            "authorization",
                            "Bearer anthropic-token-real"),
                    List.of("authorization", "Bearer openai-key-real"),
                    List.of("x-goog-api-key", "gemini-key-real"));

            for (var headers : asked) {
                var answer = http.send(
                        HttpRequest.newBuilder(URI.create(models))
                                .headers(headers.toArray(String[]::new))
                                .build(),
                        BodyHandlers.ofString());

                assertThat(answer.statusCode()).as(headers.getLast()).isEqualTo(200);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void exitsWithTwoIfThereIsNothingToServe() throws Exception {
        var process = run();

        assertThat(process.waitFor()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--certificate-file=x",
                "--self-signed=x --certificate-file=x --private-key-file=x",
                "--anthropic-accept=query",
                "--anthropic-key-file=/nonexistent/keys",
                "--event-delay=-1",
                "--event-loops=0",
                "--unknown"
            })
    void saysWhatIsWrongWithItsOptions(String options) {
        var errors = new StringWriter();

        int exit = Main.run(new PrintWriter(errors), ("--plain-port=0 " + options).split(" ", -1));

        assertThat(exit).isEqualTo(2);
        assertThat(errors.toString().lines().findFirst().orElse(""))
                .isNotBlank()
                .doesNotContain("Exception");
    }

    @Test
    void failsIfItCannotReadItsCertificate() {
        var errors = new StringWriter();

        int exit = Main.run(
                new PrintWriter(errors),
                "--certificate-file=/nonexistent/crt",
                "--private-key-file=/nonexistent/key",
                "--https-port=0",
                "--control-port=0");

        assertThat(exit).isEqualTo(1);
        assertThat(errors.toString()).startsWith("sallyport-standin: ").contains("/nonexistent/");
    }

    private static Process run(String... options) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
