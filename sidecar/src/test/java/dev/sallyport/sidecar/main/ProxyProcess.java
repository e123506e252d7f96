package dev.sallyport.sidecar.main;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** Starts the proxy as a process of its own. */
final class ProxyProcess {

    private ProxyProcess() {}

    /** Starts one and waits until it is ready. */
    static Process launch(Path directory, int port, int adminPort, List<String> javaOptions) throws IOException {
        Process process = start(directory, port, adminPort, javaOptions, Map.of());
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/readyz"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> http.send(ready, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200);
        } catch (RuntimeException e) {
            var _ = process.destroyForcibly();
            throw e;
        }
        return process;
    }

    /**
     * Starts one.
     *
     * @param directory has {@code config.json} and {@code credentials}; gets {@code state}, {@code termination}, {@code out} and {@code err}
     * @param javaOptions of its virtual machine
     * @param environment besides that of this process
     */
    static Process start(
            Path directory, int port, int adminPort, List<String> javaOptions, Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                LoopbackProxyMain.class.getName(),
                "--config",
                directory.resolve("config.json").toString(),
                "--credentials",
                directory.resolve("credentials").toString(),
                "--state",
                directory.resolve("state").toString(),
                "--port",
                Integer.toString(port),
                "--termination-message",
                directory.resolve("termination").toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("out").toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("err").toFile()));
        builder.environment().put("SALLYPORT_ADMIN_PORT", Integer.toString(adminPort));
        builder.environment().putAll(environment);
        return builder.start();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
