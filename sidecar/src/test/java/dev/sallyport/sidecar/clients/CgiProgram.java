package dev.sallyport.sidecar.clients;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Runs a program for each request (RFC 3875), its body and its answer streamed, the slower side setting the pace. */
final class CgiProgram {

    private final List<String> command;
    private final Map<String, String> environment;

    CgiProgram(List<String> command, Map<String, String> environment) {
        this.command = command;
        this.environment = environment;
    }

    /** The body's pieces are followed by an empty one. */
    void answer(HttpServerRequest request, String path) {
        BlockingQueue<Optional<Buffer>> body = new LinkedBlockingQueue<>();
        Context context = Objects.requireNonNull(Vertx.currentContext());
        request.handler(piece -> body.add(Optional.of(piece)));
        request.endHandler(end -> body.add(Optional.empty()));
        request.exceptionHandler(failure -> body.add(Optional.empty()));
        request.pause().fetch(1);
        Thread.ofVirtual().start(() -> {
            try {
                run(request, path, body, () -> context.runOnContext(now -> request.fetch(1)));
            } catch (IOException | InterruptedException e) {
                request.response().reset();
            }
        });
    }

    private void run(HttpServerRequest request, String path, BlockingQueue<Optional<Buffer>> body, Runnable more)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> variables = builder.environment();
        variables.clear();
        variables.putAll(environment);
        variables.put("GATEWAY_INTERFACE", "CGI/1.1");
        variables.put("SERVER_PROTOCOL", "HTTP/1.1");
        variables.put("REQUEST_METHOD", request.method().name());
        variables.put("PATH_INFO", path);
        variables.put("QUERY_STRING", Optional.ofNullable(request.query()).orElse(""));
        put(variables, "CONTENT_TYPE", request.getHeader("Content-Type"));
        put(variables, "CONTENT_LENGTH", request.getHeader("Content-Length"));
        put(variables, "HTTP_CONTENT_ENCODING", request.getHeader("Content-Encoding"));
        put(variables, "GIT_PROTOCOL", request.getHeader("Git-Protocol"));
        Process process = builder.start();
        Thread.ofVirtual().start(() -> feed(process, body, more));
        try (InputStream out = process.getInputStream()) {
            HttpServerResponse response = request.response();
            head(out, response);
            byte[] buffer = new byte[65_536];
            for (int length = out.read(buffer); length >= 0; length = out.read(buffer)) {
                response.write(Buffer.buffer(length).appendBytes(buffer, 0, length))
                        .await();
            }
            response.end().await();
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static void put(
            Map<String, String> variables, String name, @org.jspecify.annotations.Nullable String value) {
        if (value != null) {
            variables.put(name, value);
        }
    }

    private static void feed(Process process, BlockingQueue<Optional<Buffer>> body, Runnable more) {
        try (OutputStream in = process.getOutputStream()) {
            for (Optional<Buffer> piece = body.take(); piece.isPresent(); piece = body.take()) {
                in.write(piece.get().getBytes());
                more.run();
            }
        } catch (IOException e) {
            // It reads no more.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void head(InputStream out, HttpServerResponse response) throws IOException {
        response.setChunked(true);
        for (String line = line(out); !line.isEmpty(); line = line(out)) {
            String[] field = line.split(": *", 2);
            if (field[0].equalsIgnoreCase("Status")) {
                response.setStatusCode(Integer.parseInt(field[1].substring(0, 3)));
            } else {
                response.putHeader(field[0], field[1]);
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            line.write(octet);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
