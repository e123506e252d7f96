package dev.sallyport.standin.exchange;

import io.vertx.core.buffer.Buffer;

/**
 * A request's whole body, or as much of it as its service wanted to keep.
 *
 * @param kept the first bytes, at most {@link Service#bodyLimit()}
 * @param length of the whole body in bytes
 * @param sha256 of the whole body, hexadecimal
 */
public record ReceivedBody(Buffer kept, long length, String sha256) {
    /** Whether {@link #kept} is all of it. */
    public boolean complete() {
        return kept.length() == length;
    }

    @Override
    public String toString() {
        return "ReceivedBody[" + length + " bytes, sha256 " + sha256 + "]";
    }
}
