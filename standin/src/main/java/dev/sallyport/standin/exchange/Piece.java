package dev.sallyport.standin.exchange;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * A part of an answer that is written by itself.
 *
 * @param name what the journal calls it
 * @param bytes what is written
 */
public record Piece(String name, Buffer bytes) {
    /**
     * A server-sent event (WHATWG HTML, 9.2).
     *
     * @param event its type; null leaves the field out, and the type is {@code message}
     * @param data one line
     */
    public static Piece event(@Nullable String event, String data) {
        var text = event == null ? "data: " + data + "\n\n" : "event: " + event + "\ndata: " + data + "\n\n";
        return new Piece(event == null ? "message" : event, Buffer.buffer(text));
    }

    /** A part that is framed by nothing. */
    public static Piece text(String name, String text) {
        return new Piece(name, Buffer.buffer(text));
    }
}
