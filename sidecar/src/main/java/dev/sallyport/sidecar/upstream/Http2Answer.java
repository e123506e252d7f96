package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.ResponseHandler;
import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** What comes back on a stream, on its way to a reader that takes it when it wants to. */
final class Http2Answer {

    /** What an upstream may send of an answer that nobody reads. */
    static final int FIRST_WINDOW = 32 * 1024;

    private static final int MOST_WINDOW = 1024 * 1024;

    private final Http2Session session;
    private final Http2Stream stream;
    private final ResponseHandler handler;
    private final boolean toHead;
    private boolean begun;
    private boolean finalHeadGiven;
    private int interim;
    private boolean bodiless;
    private long expected = -1;
    private long received;
    private int window = FIRST_WINDOW;
    private boolean resumed;
    private boolean dataGiven;
    /** What came while nobody wanted it; the stream's window bounds it. */
    private @Nullable ByteBuf held;

    /** The answer is whole, though its end may not have been given. */
    private @Nullable HttpHeaders trailers;

    private boolean endGiven;
    private Runnable afterEnd = () -> {};
    private boolean stopped;

    /**
     * An answer that is awaited.
     *
     * @param toHead whether it has no body, whatever its fields say
     * @param resumed whether its reader wants its body
     */
    Http2Answer(Http2Session session, Http2Stream stream, ResponseHandler handler, boolean toHead, boolean resumed) {
        this.session = session;
        this.stream = stream;
        this.handler = handler;
        this.toHead = toHead;
        this.resumed = resumed;
    }

    /** Whether anything of it has come. */
    boolean hasBegun() {
        return begun;
    }

    /** Whether all of it has come. */
    boolean isWhole() {
        return trailers != null;
    }

    /** Runs this when the end of a whole answer has been given, or at once. */
    void afterEnd(Runnable action) {
        if (endGiven) {
            action.run();
        } else {
            afterEnd = action;
        }
    }

    /** Gives nothing more. */
    void stop() {
        stopped = true;
        narrow();
        if (held != null) {
            held.release();
            held = null;
        }
    }

    void pause() {
        resumed = false;
    }

    void resume() {
        resumed = true;
        ByteBuf data = held;
        if (data != null && !stopped) {
            held = null;
            int length = data.readableBytes();
            handler.data(data);
            consumed(length);
            if (!stopped) {
                handler.readComplete();
            }
        }
        giveEnd();
    }

    void headers(Http2Headers headers, boolean end) {
        if (stopped) {
            return;
        }
        begun = true;
        if (finalHeadGiven) {
            complete(Http2Fields.response(headers));
            return;
        }
        ResponseHead head = new ResponseHead(Http2Fields.status(headers), "", Http2Fields.response(headers));
        if (head.isInterim()) {
            // A length that it has no body for is malformed (RFC 9113, section 8.1.1), and Netty takes it for the final
            // one's.
            if (end
                    || ++interim > ResponseParser.MOST_INTERIM
                    || head.fields().contains(HttpHeaderNames.CONTENT_LENGTH)) {
                throw new DecoderException("not an answer: interim");
            }
        } else {
            finalHeadGiven = true;
            bodiless = toHead || head.status() == 204 || head.status() == 304;
            String length = head.fields().get("content-length");
            // Its form has been checked already.
            expected = length == null ? -1 : Long.parseLong(length);
        }
        handler.head(head);
        if (end) {
            complete(EmptyHttpHeaders.INSTANCE);
        }
    }

    /** Returns how many bytes have been taken. */
    int data(ByteBuf data, boolean end) {
        int length = data.readableBytes();
        if (stopped) {
            return length;
        }
        received += length;
        if (!finalHeadGiven || (bodiless && received > 0)) {
            throw new DecoderException("not an answer: a body");
        }
        int taken = 0;
        if (length > 0 && resumed && held == null) {
            if (!dataGiven) {
                dataGiven = true;
                session.readBy(this);
            }
            handler.data(data.retain());
            taken = length;
            widen();
        } else if (length > 0) {
            // Copied, since a small part would keep a large buffer.
            held = (held == null ? data.alloc().buffer(length) : held).writeBytes(data, data.readerIndex(), length);
        }
        if (end) {
            complete(EmptyHttpHeaders.INSTANCE);
        }
        return taken;
    }

    void readComplete() {
        if (dataGiven) {
            dataGiven = false;
            if (!stopped) {
                handler.readComplete();
            }
        }
    }

    private void complete(HttpHeaders last) {
        if (!bodiless && expected >= 0 && received != expected) {
            throw new DecoderException("not an answer: length");
        }
        trailers = last;
        giveEnd();
    }

    private void giveEnd() {
        if (trailers != null && resumed && held == null && !endGiven && !stopped) {
            endGiven = true;
            narrow();
            handler.end(trailers);
            afterEnd.run();
        }
    }

    private void consumed(int bytes) {
        try {
            if (session.connection().local().flowController().consumeBytes(stream, bytes)) {
                session.flushSoon();
            }
        } catch (Http2Exception e) {
            session.onError(session.context(), true, e);
        }
    }

    /**
     * A window is what an upstream may send within a round trip. One whose reader keeps up gets wider, as long as there is
     * memory for the case that it stops: twice as wide each time that four times its width has come.
     */
    private void widen() {
        if (resumed
                && !stopped
                && window < MOST_WINDOW
                && received > 4L * window
                && session.pool().budget().take(window)) {
            window *= 2;
            try {
                session.connection().local().flowController().incrementWindowSize(stream, window / 2);
            } catch (Http2Exception e) {
                session.onError(session.context(), true, e);
            }
        }
    }

    private void narrow() {
        session.pool().budget().give(window - FIRST_WINDOW);
        window = FIRST_WINDOW;
    }
}
