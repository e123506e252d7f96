package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHandler;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.http.StreamResetException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.channels.ClosedChannelException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A request's stream on an HTTP/2 connection. */
final class Http2Leg implements Leg {

    private final Http2Session session;
    private @Nullable Http2Stream stream;
    private @Nullable ResponseHandler handler;
    private @Nullable LossHandler losses;
    private @Nullable Runnable onWritable;
    private boolean reserved = true;
    private boolean onKept;

    private boolean lengthDeclared;
    private long declared;
    private long written;
    private boolean requestEnded;

    private boolean headRequest;
    private boolean answerBegun;
    private boolean finalHeadGiven;
    private boolean bodiless;
    private long expected = -1;
    private long received;
    private boolean resumed;
    private boolean dataGiven;
    /** What came while nobody wanted it; the upstream's window bounds it. */
    private @Nullable ByteBuf held;

    /** The answer is whole, though its end may not have been given. */
    private @Nullable HttpHeaders trailers;

    private boolean endGiven;
    private @Nullable Throwable lostAfterAnswer;
    /** Neither side is heard any more. */
    private boolean detached;

    Http2Leg(Http2Session session) {
        this.session = session;
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP_2;
    }

    @Override
    public void send(RequestHead head, OptionalLong contentLength, ResponseHandler answers, LossHandler lossHandler) {
        Http2Headers headers = Http2Fields.request(head, session.scheme(), contentLength);
        handler = answers;
        losses = lossHandler;
        headRequest = head.method().equals("HEAD");
        lengthDeclared = contentLength.isPresent();
        declared = contentLength.orElse(0);
        int id = session.isUsable() ? session.connection().local().incrementAndGetNextStreamId() : -1;
        if (id < 0) {
            session.leave();
            unreserve(false);
            lose(new ClosedChannelException(), Loss.NOT_TAKEN);
            return;
        }
        requestEnded = lengthDeclared && declared == 0;
        ChannelHandlerContext context = session.context();
        ChannelFuture sent =
                session.encoder().writeHeaders(context, id, headers, 0, requestEnded, context.newPromise());
        Http2Stream begun = session.connection().stream(id);
        unreserve(begun != null);
        if (begun == null || (sent.isDone() && !sent.isSuccess())) {
            boolean tooLarge = sent.cause() instanceof Http2Exception e && Http2Exception.isStreamError(e);
            lose(
                    tooLarge ? new IllegalArgumentException("head too large") : new ClosedChannelException(),
                    tooLarge || begun != null ? Loss.FINAL : Loss.NOT_TAKEN);
            return;
        }
        stream = begun;
        onKept = session.begin(begun, this);
        session.flushSoon();
    }

    @Override
    public void write(ByteBuf data) {
        int length = data.readableBytes();
        if (detached || requestEnded || stream == null || length == 0) {
            data.release();
            return;
        }
        written += length;
        if (lengthDeclared && written > declared) {
            data.release();
            cancel(new IllegalArgumentException("more than the declared length"));
            return;
        }
        ChannelHandlerContext context = session.context();
        var _ = session.encoder().writeData(context, stream.id(), data, 0, false, context.newPromise());
    }

    @Override
    public void flush() {
        session.flushSoon();
    }

    @Override
    public void end(HttpHeaders fields) {
        if (detached || requestEnded || stream == null) {
            return;
        }
        if (lengthDeclared && written < declared) {
            cancel(new IllegalArgumentException("less than the declared length"));
            return;
        }
        Http2Headers last = Http2Fields.trailers(fields);
        requestEnded = true;
        ChannelHandlerContext context = session.context();
        if (last.isEmpty()) {
            var _ = session.encoder()
                    .writeData(context, stream.id(), Unpooled.EMPTY_BUFFER, 0, true, context.newPromise());
        } else {
            var _ = session.encoder().writeHeaders(context, stream.id(), last, 0, true, context.newPromise());
        }
        session.flushSoon();
    }

    @Override
    public boolean isWritable() {
        return !detached
                && !requestEnded
                && stream != null
                && session.encoder().flowController().isWritable(stream);
    }

    @Override
    public void onWritable(Runnable action) {
        onWritable = action;
    }

    void writable() {
        if (onWritable != null && isWritable()) {
            onWritable.run();
        }
    }

    @Override
    public void pause() {
        resumed = false;
    }

    @Override
    public void resume() {
        resumed = true;
        if (finalHeadGiven) {
            giveHeld();
        }
    }

    private void giveHeld() {
        ByteBuf data = held;
        if (data != null && resumed && !detached && handler != null) {
            held = null;
            int length = data.readableBytes();
            handler.data(data);
            consumed(length);
            if (!detached) {
                handler.readComplete();
            }
        }
        giveEnd();
    }

    private void giveEnd() {
        if (trailers != null && resumed && held == null && !endGiven && !detached && handler != null) {
            endGiven = true;
            handler.end(trailers);
            if (lostAfterAnswer != null) {
                lose(lostAfterAnswer, Loss.FINAL);
            }
        }
    }

    private void consumed(int bytes) {
        if (stream != null && bytes > 0) {
            try {
                if (session.connection().local().flowController().consumeBytes(stream, bytes)) {
                    session.flushSoon();
                }
            } catch (Http2Exception e) {
                session.onError(session.context(), true, e);
            }
        }
    }

    @Override
    public void abort() {
        if (detached) {
            return;
        }
        boolean over = trailers != null && requestEnded;
        detach();
        if (reserved) {
            unreserve(false);
        } else if (stream != null && !over) {
            resetStream(stream);
        }
    }

    private void cancel(Throwable cause) {
        Http2Stream open = stream;
        lose(cause, Loss.FINAL);
        if (open != null) {
            resetStream(open);
        }
    }

    private void resetStream(Http2Stream open) {
        ChannelHandlerContext context = session.context();
        var _ = session.resetStream(context, open.id(), Http2Error.CANCEL.code(), context.newPromise());
        context.channel().flush();
    }

    private void unreserve(boolean begun) {
        if (reserved) {
            reserved = false;
            session.unreserve(begun);
        }
    }

    @Override
    public Channel upgraded() {
        throw new IllegalStateException("HTTP/2 has no upgrades");
    }

    void headers(Http2Headers headers, boolean end) {
        if (detached || handler == null) {
            return;
        }
        answerBegun = true;
        if (finalHeadGiven) {
            answered(Http2Fields.response(headers));
            return;
        }
        ResponseHead head = new ResponseHead(Http2Fields.status(headers), "", Http2Fields.response(headers));
        if (!head.isInterim()) {
            finalHeadGiven = true;
            bodiless = headRequest || head.status() == 204 || head.status() == 304;
            String length = head.fields().get("content-length");
            // Its form has been checked already.
            expected = length == null ? -1 : Long.parseLong(length);
        } else if (end) {
            throw new DecoderException("not an answer: interim");
        }
        handler.head(head);
        if (end) {
            answered(EmptyHttpHeaders.INSTANCE);
        }
    }

    /** Returns how many bytes have been taken. */
    int data(ByteBuf data, boolean end) {
        int length = data.readableBytes();
        if (detached || handler == null) {
            return length;
        }
        received += length;
        if (!finalHeadGiven || (bodiless && received > 0)) {
            throw new DecoderException("not an answer: a body");
        }
        int taken = 0;
        if (length > 0) {
            if (resumed && held == null) {
                if (!dataGiven) {
                    dataGiven = true;
                    session.readBy(this);
                }
                handler.data(data.retain());
                taken = length;
            } else {
                // Copied, since a small part would keep a large buffer.
                held = (held == null ? data.alloc().buffer(length) : held).writeBytes(data, data.readerIndex(), length);
            }
        }
        if (end) {
            answered(EmptyHttpHeaders.INSTANCE);
        }
        return taken;
    }

    private void answered(HttpHeaders last) {
        if (!bodiless && expected >= 0 && received != expected) {
            throw new DecoderException("not an answer: length");
        }
        trailers = last;
        giveEnd();
    }

    void readComplete() {
        if (dataGiven) {
            dataGiven = false;
            if (!detached && handler != null) {
                handler.readComplete();
            }
        }
    }

    /** The upstream resets the stream. */
    void reset(long errorCode) {
        boolean refused = errorCode == Http2Error.REFUSED_STREAM.code() && !answerBegun;
        lost(new StreamResetException(errorCode), refused ? Loss.NOT_TAKEN : Loss.FINAL);
    }

    /** What came is no HTTP, or what was to go. */
    void broken(Throwable cause) {
        lose(cause, Loss.FINAL);
    }

    /** The stream is over, for whatever reason. */
    void closed() {
        if (detached || (trailers != null && requestEnded)) {
            return;
        }
        Throwable failure = session.failure();
        if (stream != null && !session.mayHaveTaken(stream) && !answerBegun) {
            lost(new StreamResetException(Http2Error.REFUSED_STREAM.code()), Loss.NOT_TAKEN);
        } else {
            lost(
                    failure != null ? failure : new ClosedChannelException(),
                    answerBegun || !onKept ? Loss.FINAL : Loss.UNANSWERED);
        }
    }

    private void lost(Throwable cause, Loss loss) {
        if (trailers == null) {
            lose(cause, loss);
        } else if (requestEnded) {
            return;
        } else if (endGiven) {
            lose(cause, Loss.FINAL);
        } else {
            lostAfterAnswer = cause;
        }
    }

    private void lose(Throwable cause, Loss loss) {
        if (!detached) {
            detach();
            if (losses != null) {
                losses.lost(cause, loss);
            }
        }
    }

    private void detach() {
        detached = true;
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
