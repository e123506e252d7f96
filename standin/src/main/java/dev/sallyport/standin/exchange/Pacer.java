package dev.sallyport.standin.exchange;

import dev.sallyport.standin.journal.Entry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Iterator;

/** Writes pieces one after the other: the next one when the last has left and the delay is over. */
final class Pacer {
    private final Context context;
    private final HttpServerResponse response;
    private final Entry entry;
    private final Iterator<Piece> pieces;
    private final Duration between;
    private final Promise<Void> done = Promise.promise();

    private Pacer(Context context, HttpServerResponse response, Entry entry, Iterator<Piece> pieces, Duration between) {
        this.context = context;
        this.response = response;
        this.entry = entry;
        this.pieces = pieces;
        this.between = between;
    }

    /** Writes all pieces; fails if the client leaves before. Leaves the response open. */
    static Future<Void> write(
            Context context, HttpServerResponse response, Entry entry, Iterator<Piece> pieces, Duration between) {
        var pacer = new Pacer(context, response, entry, pieces, between);
        pacer.next();
        return pacer.done.future();
    }

    private void next() {
        if (!pieces.hasNext()) {
            done.complete();
            return;
        }
        var piece = pieces.next();
        entry.event(piece.name(), piece.bytes().length());
        response.write(piece.bytes()).onSuccess(written -> pause()).onFailure(done::tryFail);
    }

    private void pause() {
        if (between.isZero() || !pieces.hasNext()) {
            // Through the context: a write may be done at once, and a long answer would nest as deep as it is long.
            context.runOnContext(later -> next());
        } else {
            context.owner().setTimer(between.toMillis(), timer -> next());
        }
    }
}
