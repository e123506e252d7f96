package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHandler;
import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A request's turn on an HTTP/1.1 connection. Both directions go on for themselves until both are over. */
final class Http1Leg implements Leg {

    private static final ByteBuf LINE_END = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(2).writeBytes(new byte[] {'\r', '\n'}).asReadOnly());

    private final Http1Connection connection;
    private final Channel channel;
    private final boolean upgrade;

    private @Nullable ResponseParser parser;
    private @Nullable ResponseHandler handler;
    private @Nullable LossHandler losses;
    private @Nullable Runnable onWritable;

    private boolean chunked;
    private long declared;
    private long written;
    private boolean requestEnded;
    private boolean flushPending;
    /** Nothing more goes out, whatever is written: the upstream has stopped reading. */
    private boolean outputBroken;

    /** What has been read but not understood or not taken yet. */
    private @Nullable ByteBuf unread;

    private boolean answerBegun;
    private boolean finalHeadGiven;
    private boolean dataGiven;
    /** Whole before the request was: its upstream may do what it likes with the rest, so nothing follows it. */
    private boolean answeredEarly;

    private boolean resumed;
    private boolean parsing;
    /** Off the connection: neither side is heard any more. */
    private boolean detached;

    Http1Leg(Http1Connection connection, boolean upgrade) {
        this.connection = connection;
        this.channel = connection.channel();
        this.upgrade = upgrade;
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP_1_1;
    }

    @Override
    public void send(RequestHead head, OptionalLong contentLength, ResponseHandler answers, LossHandler lossHandler) {
        ByteBuf text = RequestText.head(channel.alloc(), head, contentLength, upgrade);
        handler = answers;
        losses = lossHandler;
        if (detached || connection.inputEnded() || !channel.isActive()) {
            text.release();
            lose(new ClosedChannelException(), Loss.NOT_TAKEN);
            return;
        }
        parser = new ResponseParser(head.method(), new Answer());
        chunked = contentLength.isEmpty();
        declared = contentLength.orElse(0);
        out(text);
        // Not at once: a short body shall leave together with the head.
        flushPending = true;
        channel.eventLoop().execute(() -> {
            if (flushPending) {
                flush();
            }
        });
    }

    @Override
    public void write(ByteBuf data) {
        int length = data.readableBytes();
        if (detached || outputBroken || requestEnded || length == 0) {
            data.release();
            return;
        }
        written += length;
        if (chunked) {
            ByteBuf line = channel.alloc().buffer(10);
            line.writeCharSequence(Integer.toHexString(length), StandardCharsets.US_ASCII);
            line.writeByte('\r').writeByte('\n');
            out(line);
            out(data);
            out(LINE_END.duplicate());
        } else if (written <= declared) {
            out(data);
        } else {
            data.release();
            lose(new IllegalArgumentException("more than the declared length"), Loss.FINAL);
        }
    }

    /** A failed write is no failure yet: an answer may be on its way, or there already. */
    private void out(ByteBuf data) {
        ChannelFuture sent = channel.write(data);
        if (!sent.isDone()) {
            sent.addListener(done -> sent(done.isSuccess()));
        } else if (!sent.isSuccess()) {
            sent(false);
        }
    }

    private void sent(boolean success) {
        if (!success && !outputBroken) {
            outputBroken = true;
            if (!detached && parser != null && parser.done()) {
                lose(new ClosedChannelException(), Loss.FINAL);
            } else {
                writable();
            }
        }
    }

    @Override
    public void flush() {
        flushPending = false;
        if (!detached) {
            channel.flush();
        }
    }

    @Override
    public void end(HttpHeaders trailers) {
        if (detached || requestEnded) {
            return;
        }
        if (!chunked && written < declared && !outputBroken) {
            lose(new IllegalArgumentException("less than the declared length"), Loss.FINAL);
            return;
        }
        if (chunked && !outputBroken) {
            out(RequestText.lastChunk(channel.alloc(), trailers));
        }
        requestEnded = true;
        flush();
        settle();
    }

    @Override
    public boolean isWritable() {
        return !detached && !requestEnded && (outputBroken || channel.isWritable());
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
        readOrNot();
    }

    @Override
    public void resume() {
        resumed = true;
        if (finalHeadGiven && !detached && !parsing) {
            parse();
            readComplete();
        }
        readOrNot();
    }

    /** Heads and an idle connection's end are always read, a body only when it is wanted. */
    private void readOrNot() {
        if (!detached) {
            boolean read = !finalHeadGiven || resumed || (parser != null && parser.done());
            channel.config().setAutoRead(read && !(parser != null && parser.switched()));
        }
    }

    @Override
    public void abort() {
        if (!detached) {
            detach();
            if (parser == null) {
                connection.giveBackUnused();
            } else {
                connection.abort();
            }
        }
    }

    @Override
    public Channel upgraded() {
        ByteBuf rest = unread;
        unread = null;
        detach();
        channel.config().setAutoRead(false);
        connection.handOver();
        channel.pipeline().replace(connection, "leftover", new LeftoverHandler(rest));
        return channel;
    }

    void read(ByteBuf data) {
        unread = unread == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), unread, data);
        answerBegun = true;
        parse();
    }

    /** The input has ended, properly or not, while this request has the connection. */
    void inputEnded() {
        parse();
    }

    void readComplete() {
        if (dataGiven && !detached && handler != null) {
            dataGiven = false;
            handler.readComplete();
        }
    }

    private void parse() {
        if (parsing || detached) {
            return;
        }
        if (parser == null) {
            // It ends, or speaks before it is asked.
            detach();
            connection.close();
            return;
        }
        parsing = true;
        try {
            if (unread != null) {
                parser.read(unread);
            }
            if (!detached && connection.inputEnded() && !parser.done()) {
                cutShort(parser);
            }
        } catch (DecoderException e) {
            lose(e, Loss.FINAL);
        } finally {
            parsing = false;
            if (unread != null && (detached || !unread.isReadable())) {
                unread.release();
                unread = null;
            }
        }
        settle();
    }

    private void cutShort(ResponseParser answer) {
        boolean proper = connection.endedProperly();
        if (finalHeadGiven && !resumed && (proper || (unread != null && unread.isReadable()))) {
            // The reader gets what is there first, and then the end.
            return;
        }
        if (!answer.inputEnded(proper)) {
            Throwable failure = connection.failure();
            lose(
                    failure != null ? failure : new ClosedChannelException(),
                    answerBegun || !connection.kept() ? Loss.FINAL : Loss.UNANSWERED);
        }
    }

    /** Leaves the connection when both directions are over. */
    private void settle() {
        if (detached || parsing || parser == null || !parser.done()) {
            return;
        }
        if (unread != null) {
            // Something follows that nobody asked for.
            detach();
            connection.close();
        } else if (requestEnded || (!chunked && written == declared)) {
            boolean reusable = parser.persistent() && !answeredEarly && !outputBroken;
            flush();
            channel.config().setAutoRead(true);
            detach();
            connection.giveBack(reusable);
        } else if (outputBroken || !channel.isActive()) {
            lose(new ClosedChannelException(), Loss.FINAL);
        } else {
            answeredEarly = true;
            readOrNot();
        }
    }

    private void lose(Throwable cause, Loss loss) {
        boolean told = parser == null || !detached;
        detach();
        connection.abort();
        if (told && losses != null) {
            losses.lost(cause, loss);
        }
    }

    private void detach() {
        detached = true;
        if (unread != null && !parsing) {
            unread.release();
            unread = null;
        }
    }

    private final class Answer implements ResponseParser.Sink {

        @Override
        public void head(ResponseHead head) {
            if (detached || handler == null) {
                return;
            }
            if (head.status() == 101 && !upgrade) {
                throw new DecoderException("not an answer: an upgrade that was not asked for");
            }
            if (!head.isInterim()) {
                finalHeadGiven = true;
                connection.keepAlive(head.fields());
                readOrNot();
            }
            handler.head(head);
        }

        @Override
        public void data(ByteBuf data) {
            if (detached || handler == null) {
                data.release();
                return;
            }
            dataGiven = true;
            handler.data(data);
        }

        @Override
        public void end(HttpHeaders trailers) {
            if (!detached && handler != null) {
                handler.end(trailers);
            }
        }

        @Override
        public boolean takesBody() {
            return resumed && !detached;
        }
    }
}
