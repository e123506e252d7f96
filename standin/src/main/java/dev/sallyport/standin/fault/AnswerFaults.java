package dev.sallyport.standin.fault;

import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Json;
import dev.sallyport.standin.exchange.Piece;
import dev.sallyport.standin.reflect.Reflection;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Answers in good order, but not what the client hoped for. */
final class AnswerFaults {
    private static final String RETRY_AFTER = "retry-after";
    private static final Buffer BLOCK = Buffer.buffer(new byte[64 * 1024]);

    private AnswerFaults() {}

    static void status(Exchange exchange, Parameters parameters) {
        int code = parameters.integer("code", 200, 599);
        retryAfter(exchange, parameters);
        var text = Buffer.buffer(parameters.text("body") + "\n");
        exchange.whenBodyIsRead(body -> exchange.answer(code, "text/plain", text));
    }

    static void rateLimit(Exchange exchange, Parameters parameters) {
        retryAfter(exchange, parameters);
        var form = Form.of(exchange, parameters);
        exchange.whenBodyIsRead(body -> form.rateLimit(exchange, parameters.text(RETRY_AFTER)));
    }

    static void overloaded(Exchange exchange, Parameters parameters) {
        retryAfter(exchange, parameters);
        var form = Form.of(exchange, parameters);
        exchange.whenBodyIsRead(body -> form.overloaded(exchange, parameters.text(RETRY_AFTER)));
    }

    static void errorEvent(Exchange exchange, Parameters parameters) {
        int after = parameters.integer("after", 0, 10_000);
        var pieces =
                Form.of(exchange, parameters).failing(after, exchange.entry().id());
        exchange.answerInPieces(200, WireFaults.EVENT_STREAM, pieces.iterator(), parameters.millis("delay"));
    }

    static void redirect(Exchange exchange, Parameters parameters) {
        int code = parameters.integer("code", 300, 399);
        exchange.response().putHeader("location", parameters.text("to"));
        exchange.whenBodyIsRead(body -> exchange.answer(code, "text/plain", Buffer.buffer("elsewhere\n")));
    }

    static void hugeHeaders(Exchange exchange, Parameters parameters) {
        int count = parameters.integer("count", 1, 10_000);
        var value = "x".repeat(parameters.integer("bytes", 1, 1_000_000));
        for (int i = 0; i < count; i++) {
            exchange.response().putHeader("x-huge-" + i, value);
        }
        exchange.whenBodyIsRead(body -> exchange.answer(200, "text/plain", Buffer.buffer("look above\n")));
    }

    static void encoded(Exchange exchange, Parameters parameters) {
        var coding = parameters.oneOf("coding", List.of("gzip", "deflate"));
        exchange.response().putHeader("content-encoding", coding);
        exchange.whenBodyIsRead(body -> exchange.answer(
                200, "application/json", encode(coding, Buffer.buffer(Json.write(Reflection.of(exchange, body))))));
    }

    static void flood(Exchange exchange, Parameters parameters) {
        long bytes = parameters.number("bytes", 0, Long.MAX_VALUE);
        var blocks = LongStream.iterate(bytes, left -> left > 0, left -> left - BLOCK.length())
                .mapToObj(left -> new Piece("block", left >= BLOCK.length() ? BLOCK : BLOCK.slice(0, (int) left)));
        exchange.answerInPieces(200, "application/octet-stream", blocks.iterator(), Duration.ZERO);
    }

    private static void retryAfter(Exchange exchange, Parameters parameters) {
        var value = parameters.text(RETRY_AFTER);
        if (!value.isEmpty()) {
            exchange.response().putHeader(RETRY_AFTER, value);
        }
    }

    private static Buffer encode(String coding, Buffer content) {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream encoder =
                coding.equals("gzip") ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            encoder.write(content.getBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot compress", e);
        }
        return Buffer.buffer(bytes.toByteArray());
    }
}
