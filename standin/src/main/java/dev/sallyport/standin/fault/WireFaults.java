package dev.sallyport.standin.fault;

import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Piece;
import dev.sallyport.standin.fault.Parameters.BadParameter;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.Stream;

/** Breaks the connection or the protocol. */
final class WireFaults {
    static final String EVENT_STREAM = "text/event-stream; charset=utf-8";
    private static final int MAX_EVENTS = 10_000;

    private WireFaults() {}

    static void close(Exchange exchange, Parameters parameters) {
        exchange.whenBodyIsRead(body -> exchange.closeConnection());
    }

    static void reset(Exchange exchange, Parameters parameters) {
        var delay = parameters.millis("delay");
        // The delay once more before the end: a reset overtakes what is still on its way.
        streamSome(exchange, parameters).onSuccess(written -> exchange.after(delay, exchange::breakOff));
    }

    static void unfinished(Exchange exchange, Parameters parameters) {
        streamSome(exchange, parameters).onSuccess(written -> exchange.closeConnection());
    }

    static void shortBody(Exchange exchange, Parameters parameters) {
        int declared = parameters.integer("declared", 1, Integer.MAX_VALUE);
        int sent = parameters.integer("sent", 0, Math.min(declared - 1, 1_000_000));
        exchange.response().putHeader("content-length", Integer.toString(declared));
        var piece = new Piece("part", Buffer.buffer("x".repeat(sent)));
        exchange.writeInPieces(200, "text/plain", Stream.of(piece).iterator(), Duration.ZERO)
                .onSuccess(written -> exchange.closeConnection());
    }

    static void raw(Exchange exchange, Parameters parameters) {
        if (exchange.isHttp2()) {
            throw new BadParameter("raw needs HTTP/1.1");
        }
        try {
            var bytes = Buffer.buffer(Base64.getUrlDecoder().decode(parameters.text("base64")));
            exchange.whenBodyIsRead(body -> exchange.writeRaw(bytes));
        } catch (IllegalArgumentException e) {
            throw new BadParameter("base64 is malformed", e);
        }
    }

    /** The first events of a long answer, as many as {@code after} says. */
    static Future<Void> streamSome(Exchange exchange, Parameters parameters) {
        int after = parameters.integer("after", 0, MAX_EVENTS);
        return exchange.writeInPieces(
                200,
                EVENT_STREAM,
                Form.of(exchange, parameters).sample().limit(after).iterator(),
                parameters.millis("delay"));
    }
}
