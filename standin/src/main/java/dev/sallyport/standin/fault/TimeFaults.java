package dev.sallyport.standin.fault;

import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Piece;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.stream.IntStream;

/** Takes its time, or answers before it should. */
final class TimeFaults {
    private static final String TEXT = "text/plain";

    private TimeFaults() {}

    static void slowHead(Exchange exchange, Parameters parameters) {
        var delay = parameters.millis("delay");
        int code = parameters.integer("code", 200, 599);
        exchange.after(delay, () -> exchange.answer(code, TEXT, Buffer.buffer("late\n")));
    }

    static void hang(Exchange exchange, Parameters parameters) {
        // Nothing: the body is read, and the client waits.
    }

    static void hangStream(Exchange exchange, Parameters parameters) {
        WireFaults.streamSome(exchange, parameters);
    }

    static void trickle(Exchange exchange, Parameters parameters) {
        int bytes = parameters.integer("bytes", 1, 1_000_000);
        var one = Buffer.buffer(".");
        exchange.answerInPieces(
                200,
                TEXT,
                IntStream.range(0, bytes).mapToObj(i -> new Piece("byte", one)).iterator(),
                parameters.millis("interval"));
    }

    static void stallRead(Exchange exchange, Parameters parameters) {
        var hold = parameters.millis("hold");
        exchange.request().pause();
        exchange.after(hold, () -> exchange.request().resume());
        exchange.whenBodyIsRead(body -> exchange.answer(200, TEXT, Buffer.buffer(body.length() + "\n")));
    }

    static void earlyAnswer(Exchange exchange, Parameters parameters) {
        int code = parameters.integer("code", 200, 599);
        boolean close = parameters.oneOf("close", List.of("yes", "no")).equals("yes");
        exchange.request().pause();
        exchange.answer(code, TEXT, Buffer.buffer("answered early\n")).onSuccess(written -> {
            if (close) {
                exchange.closeConnection();
            } else {
                exchange.request().resume();
            }
        });
    }
}
