package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHandler;
import dev.sallyport.sidecar.http.StreamResetException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
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
    private @Nullable Http2Answer answer;
    private @Nullable LossHandler losses;
    private @Nullable Runnable onWritable;
    private boolean reserved = true;
    private boolean onKept;
    private boolean lengthDeclared;
    private long declared;
    private long written;
    private boolean requestEnded;
    private boolean resumed;
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
        losses = lossHandler;
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
        answer = new Http2Answer(session, begun, answers, head.method().equals("HEAD"), resumed);
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
    public void end(HttpHeaders trailers) {
        if (detached || requestEnded || stream == null) {
            return;
        }
        if (lengthDeclared && written < declared) {
            cancel(new IllegalArgumentException("less than the declared length"));
            return;
        }
        Http2Headers last = Http2Fields.trailers(trailers);
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
        if (answer != null) {
            answer.pause();
        }
    }

    @Override
    public void resume() {
        resumed = true;
        if (answer != null) {
            answer.resume();
        }
    }

    @Override
    public void abort() {
        if (!detached) {
            boolean over = requestEnded && answer != null && answer.isWhole();
            detach();
            if (reserved) {
                unreserve(false);
            } else if (stream != null && !over) {
                resetStream(stream);
            }
        }
    }

    @Override
    public Channel upgraded() {
        throw new IllegalStateException("HTTP/2 has no upgrades");
    }

    void headers(Http2Headers headers, boolean end) {
        if (answer != null) {
            answer.headers(headers, end);
        }
    }

    /** Returns how many bytes have been taken. */
    int data(ByteBuf data, boolean end) {
        return answer == null ? data.readableBytes() : answer.data(data, end);
    }

    /** The upstream resets the stream. */
    void reset(long errorCode) {
        boolean refused = errorCode == Http2Error.REFUSED_STREAM.code() && !hasAnswer();
        lost(new StreamResetException(errorCode), refused ? Loss.REFUSED : Loss.FINAL);
    }

    /** What came is no HTTP, or what was to go. */
    void broken(Throwable cause) {
        lose(cause, Loss.FINAL);
    }

    /** The stream is over, for whatever reason. */
    void closed() {
        if (stream != null && !session.mayHaveTaken(stream) && !hasAnswer()) {
            lost(new StreamResetException(Http2Error.REFUSED_STREAM.code()), Loss.NOT_TAKEN);
        } else {
            Throwable failure = session.failure();
            lost(
                    failure != null ? failure : new ClosedChannelException(),
                    hasAnswer() || !onKept ? Loss.FINAL : Loss.UNANSWERED);
        }
    }

    private boolean hasAnswer() {
        return answer != null && answer.hasBegun();
    }

    /** A whole answer is given to its end, whatever became of the request. */
    private void lost(Throwable cause, Loss loss) {
        if (answer == null || !answer.isWhole()) {
            lose(cause, loss);
        } else if (!requestEnded) {
            requestEnded = true;
            answer.afterEnd(() -> lose(cause, Loss.FINAL));
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

    private void detach() {
        detached = true;
        if (answer != null) {
            answer.stop();
        }
    }
}
