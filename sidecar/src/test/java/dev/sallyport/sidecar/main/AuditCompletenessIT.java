package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.Upstream;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand requests, a third of which their clients break off: each has its one line, and the chain holds. */
class AuditCompletenessIT {

    private static final int CLIENTS = 20;
    private static final int REQUESTS = 500;

    @TempDir
    Path directory;

    @Test
    void every_request_has_exactly_one_line_also_the_aborted_ones() throws Exception {
        try (Upstream upstream = new Upstream();
                RunningProxy proxy = new RunningProxy(
                        directory,
                        Optional.of(RunningProxy.config(
                                Routes.https("open", upstream.port()).build())),
                        RunningProxy.world(new ByteArrayOutputStream()))) {
            upstream.answer(AuditCompletenessIT::answer);
            try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    int client = i;
                    running.add(clients.submit(() -> {
                        run(proxy, client);
                        return null;
                    }));
                }
                for (Future<?> one : running) {
                    one.get();
                }
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> proxy.requests(1).size() == CLIENTS * REQUESTS);

            Map<String, List<AuditedRequest>> lines = new HashMap<>();
            for (AuditedRequest request : proxy.requests(CLIENTS * REQUESTS)) {
                lines.computeIfAbsent(request.path().orElseThrow(), path -> new ArrayList<>())
                        .add(request);
            }
            for (int client = 0; client < CLIENTS; client++) {
                for (int number = 0; number < REQUESTS; number++) {
                    List<AuditedRequest> found = lines.getOrDefault(path(client, number), List.of());
                    assertThat(found).as(path(client, number)).hasSize(1);
                    assertThat(found.getFirst().reason())
                            .as(path(client, number))
                            .isEqualTo(isAborted(number) ? Optional.of(Reason.CLIENT_ABORTED) : Optional.empty());
                }
            }
            Chain.verify(proxy.auditText());
        }
    }

    private static void answer(HttpServerRequest request) {
        if (request.uri().endsWith("answer")) {
            request.response().setChunked(true).write("half");
        } else if (request.uri().endsWith("upload")) {
            request.response().writeContinue();
        } else {
            request.response().end("whole");
        }
    }

    private static void run(RunningProxy proxy, int client) throws IOException {
        RawClient connection = proxy.raw();
        for (int number = 0; number < REQUESTS; number++) {
            String target = "/open" + path(client, number);
            switch (number % 6) {
                case 1 -> {
                    connection.head("GET " + target + " HTTP/1.1", "Host: p");
                    connection.readUntil("half\r\n");
                    connection.reset();
                    connection = proxy.raw();
                }
                case 4 -> {
                    connection.head(
                            "PUT " + target + " HTTP/1.1", "Host: p", "Expect: 100-continue", "Content-Length: 100000");
                    connection.readHead();
                    connection.send(new byte[1000]);
                    connection.close();
                    connection = proxy.raw();
                }
                default -> {
                    connection.head("GET " + target + " HTTP/1.1", "Host: p");
                    connection.readMessage();
                }
            }
        }
        connection.close();
    }

    private static boolean isAborted(int number) {
        return number % 6 == 1 || number % 6 == 4;
    }

    private static String path(int client, int number) {
        return "/" + client + "/" + number + "/"
                + switch (number % 6) {
                    case 1 -> "answer";
                    case 4 -> "upload";
                    default -> "whole";
                };
    }
}
