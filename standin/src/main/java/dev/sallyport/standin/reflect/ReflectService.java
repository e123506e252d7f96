package dev.sallyport.standin.reflect;

import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Json;
import dev.sallyport.standin.exchange.Piece;
import dev.sallyport.standin.exchange.ReceivedBody;
import dev.sallyport.standin.exchange.Service;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.stream.IntStream;

/**
 * {@code /reflect}, and all below it: answers any method, with a key or without, with the {@link Reflection} of the
 * request. The query may ask for more:
 *
 * <ul>
 *   <li>{@code echo=NAME}, repeatable: the values of that request header come back in a response header too,
 *   <li>{@code as=NAME}: in this one ({@code x-echo} unless said),
 *   <li>{@code piece=N}: the answer is written in pieces of N bytes, so that what it holds lies across their borders.
 * </ul>
 */
public final class ReflectService implements Service {
    /** How many bytes of a body are given back. */
    public static final int MAX_BODY = 1024 * 1024;

    private static final String JSON = "application/json";

    @Override
    public boolean takes(HttpServerRequest request) {
        var path = request.path();
        return path != null && (path.equals("/reflect") || path.startsWith("/reflect/"));
    }

    @Override
    public int bodyLimit() {
        return MAX_BODY;
    }

    @Override
    public void serve(Exchange exchange) {
        exchange.whenBodyIsRead(body -> reflect(exchange, body));
    }

    private static void reflect(Exchange exchange, ReceivedBody body) {
        var request = exchange.request();
        var echoAs = request.getParam("as", "x-echo");
        for (var name : request.params().getAll("echo")) {
            exchange.response().headers().add(echoAs, request.headers().getAll(name));
        }
        var content = Buffer.buffer(Json.write(Reflection.of(exchange, body)));
        var size = request.getParam("piece");
        if (size == null) {
            exchange.answer(200, JSON, content);
            return;
        }
        try {
            int step = Math.clamp(Integer.parseInt(size), 1, MAX_BODY);
            var pieces = IntStream.iterate(0, at -> at < content.length(), at -> at + step)
                    .mapToObj(at -> new Piece("piece", content.slice(at, Math.min(at + step, content.length()))));
            exchange.answerInPieces(200, JSON, pieces.iterator(), Duration.ZERO);
        } catch (NumberFormatException e) {
            exchange.answer(400, "text/plain", Buffer.buffer("piece is no number\n"));
        }
    }
}
