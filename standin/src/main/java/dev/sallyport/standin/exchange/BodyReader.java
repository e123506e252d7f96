package dev.sallyport.standin.exchange;

import dev.sallyport.standin.journal.Entry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads a request's body as it comes, notes each chunk in the journal, and keeps the first bytes. */
final class BodyReader {
    private final Entry entry;
    private final int limit;
    private final MessageDigest digest;
    private final Buffer kept = Buffer.buffer();
    private final Promise<ReceivedBody> whole = Promise.promise();
    private long length;

    private BodyReader(Entry entry, int limit) {
        this.entry = entry;
        this.limit = limit;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The body once all of it is there; fails if the client leaves before. */
    static Future<ReceivedBody> read(HttpServerRequest request, Entry entry, int limit) {
        var reader = new BodyReader(entry, limit);
        request.exceptionHandler(reader.whole::tryFail);
        request.handler(reader::chunk);
        request.endHandler(end -> reader.end());
        return reader.whole.future();
    }

    private void chunk(Buffer chunk) {
        entry.bodyChunk(chunk.length());
        length += chunk.length();
        digest.update(chunk.getBytes());
        int room = limit - kept.length();
        if (room > 0) {
            kept.appendBuffer(chunk, 0, Math.min(room, chunk.length()));
        }
    }

    private void end() {
        var sha256 = HexFormat.of().formatHex(digest.digest());
        entry.bodyComplete(sha256);
        whole.tryComplete(new ReceivedBody(kept, length, sha256));
    }
}
