package dev.sallyport.sidecar.clients;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.GZIPOutputStream;

/**
 * An API with one path for each thing that an HTTP client may have to do. Below {@code /v1}, the first segment says what is
 * done, the second which case of the tests it is.
 */
final class Api implements Web.Site {

    /** The bytes that {@code /v1/bytes} answers with: not compressible, and no multiple of any buffer's size. */
    static final byte[] PAYLOAD = payload(1_000_003);

    static final String PAYLOAD_SHA256 = sha256(PAYLOAD);

    private static final Buffer BODY = Buffer.buffer(PAYLOAD);

    private final Predicate<String> authorized;
    private final Map<String, CompletableFuture<HttpServerResponse>> streams = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Void>> abandoned = new ConcurrentHashMap<>();

    /**
     * An API.
     *
     * @param authorized which {@code Authorization} it takes; gets an empty text where there is none
     */
    Api(Predicate<String> authorized) {
        this.authorized = authorized;
    }

    static byte[] payload(int size) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The stream of events that a client has opened in this case. */
    HttpServerResponse stream(String which) {
        return streams.computeIfAbsent(which, key -> new CompletableFuture<>())
                .orTimeout(Agent.SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Waits until the endless answer of this case has been given up by its reader. */
    void awaitAbandoned(String which) {
        abandoned
                .computeIfAbsent(which, key -> new CompletableFuture<>())
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        String authorization =
                Optional.ofNullable(request.getHeader("Authorization")).orElse("");
        if (!authorized.test(authorization)) {
            response.setStatusCode(401)
                    .putHeader("WWW-Authenticate", "Basic realm=\"test\"")
                    .end("unauthorized");
            return;
        }
        String[] segments = Optional.ofNullable(request.path()).orElse("/").split("/", -1);
        String which = segments.length > 3 ? segments[3] : "";
        switch (segments.length > 2 ? segments[2] : "") {
            case "document" -> document(request);
            case "bytes" -> bytes(request);
            case "chunks" -> chunks(response);
            case "upload" -> upload(request);
            case "events" -> events(response, which);
            case "endless" -> endless(response, which);
            case "redirect" ->
                response.setStatusCode(307)
                        .putHeader("Location", request.getParam("to"))
                        .end();
            case "encoded" -> encoded(response);
            case "empty" -> response.setStatusCode(204).end();
            case "early" -> early(request);
            case "trailers" -> trailers(request);
            default -> response.setStatusCode(404).end("no such path");
        }
    }

    /** The request's body, and what it was said to be. */
    private static void document(HttpServerRequest request) {
        request.bodyHandler(body -> request.response()
                .putHeader(
                        "Content-Type",
                        Optional.ofNullable(request.getHeader("Content-Type")).orElse("text/plain"))
                .putHeader("Set-Cookie", "a=1; Path=/")
                .end(body));
    }

    /** Of a known length, or the part that is asked for. */
    private static void bytes(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        response.putHeader("Content-Type", "application/octet-stream").putHeader("Accept-Ranges", "bytes");
        String range = request.getHeader("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceFirst("bytes=(\\d+)-.*", "$1"));
        if (from > 0) {
            response.setStatusCode(206)
                    .putHeader("Content-Range", "bytes " + from + "-" + (PAYLOAD.length - 1) + "/" + PAYLOAD.length);
        }
        Buffer body = BODY.slice(from, PAYLOAD.length);
        if (HttpMethod.HEAD.equals(request.method())) {
            response.putHeader("Content-Length", Integer.toString(body.length()))
                    .end();
        } else {
            response.end(body);
        }
    }

    /** The same of unknown length, in pieces. */
    private static void chunks(HttpServerResponse response) {
        response.setChunked(true);
        for (int at = 0; at < PAYLOAD.length; at += 77_777) {
            response.write(BODY.slice(at, Math.min(at + 77_777, PAYLOAD.length)));
        }
        response.end();
    }

    /** Tells what arrived. */
    private static void upload(HttpServerRequest request) {
        MessageDigest digest = digest();
        long[] length = {0};
        request.handler(piece -> {
            length[0] += piece.length();
            digest.update(piece.getBytes());
        });
        request.endHandler(end -> request.response()
                .end("bytes:" + length[0] + " sha256:" + HexFormat.of().formatHex(digest.digest())));
    }

    private void events(HttpServerResponse response, String which) {
        response.putHeader("Content-Type", "text/event-stream").setChunked(true).writeHead();
        streams.computeIfAbsent(which, key -> new CompletableFuture<>()).complete(response);
    }

    private void endless(HttpServerResponse response, String which) {
        CompletableFuture<Void> end = abandoned.computeIfAbsent(which, key -> new CompletableFuture<>());
        response.setChunked(true);
        response.exceptionHandler(failure -> end.complete(null));
        response.closeHandler(closed -> end.complete(null));
        goOn(Objects.requireNonNull(Vertx.currentContext()), response, Buffer.buffer(new byte[16_384]), end);
    }

    /** One piece after the other has been written, so that the loop is free for what else happens. */
    private static void goOn(Context loop, HttpServerResponse response, Buffer piece, CompletableFuture<Void> end) {
        if (!end.isDone()) {
            response.write(piece)
                    .onSuccess(written -> loop.runOnContext(now -> goOn(loop, response, piece, end)))
                    .onFailure(failure -> end.complete(null));
        }
    }

    private static void encoded(HttpServerResponse response) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write("text ".repeat(20_000).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        response.putHeader("Content-Encoding", "gzip").end(Buffer.buffer(compressed.toByteArray()));
    }

    /** Refuses before the body is there, and reads none of it. */
    private static void early(HttpServerRequest request) {
        request.pause();
        if (!HttpVersion.HTTP_2.equals(request.version())) {
            request.response().putHeader("Connection", "close");
        }
        request.response().setStatusCode(413).end("too large");
    }

    /** The body back, and its digest after it. */
    private static void trailers(HttpServerRequest request) {
        request.bodyHandler(body -> {
            HttpServerResponse response = request.response().setChunked(true);
            response.putHeader("Trailer", "Body-Digest");
            response.write(body);
            response.putTrailer("Body-Digest", sha256(body.getBytes()));
            response.end();
        });
    }

    /** Everything back as it came; a text that begins with {@code close} ends it with that code. */
    @Override
    public void answer(ServerWebSocket socket) {
        socket.textMessageHandler(text -> {
            if (text.startsWith("close ")) {
                socket.close(Short.parseShort(text.substring(6)), "as told");
            } else {
                socket.writeTextMessage(text);
            }
        });
        socket.binaryMessageHandler(socket::writeBinaryMessage);
    }
}
