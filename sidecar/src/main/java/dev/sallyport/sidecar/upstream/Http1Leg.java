package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHandler;
import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.channels.ClosedChannelException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A request's turn on an HTTP/1.1 connection. Both directions go on for themselves until both are over. */
final class Http1Leg implements Leg {

    private final Http1Connection connection;
    private final Channel channel;
    private final Http1Request request;
    private final boolean upgrade;

    private @Nullable ResponseParser parser;
    private @Nullable ResponseHandler handler;
    private @Nullable LossHandler losses;
    private @Nullable Runnable onWritable;

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
        this.request = new Http1Request(channel, this::outputBroken);
        this.upgrade = upgrade;
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP_1_1;
    }

    @Override
    public void send(RequestHead head, OptionalLong contentLength, ResponseHandler answers, LossHandler lossHandler) {
        if (detached || connection.inputEnded() || !channel.isActive()) {
            losses = lossHandler;
            lose(new ClosedChannelException(), Loss.NOT_TAKEN);
            return;
        }
        request.begin(head, contentLength, upgrade);
        handler = answers;
        losses = lossHandler;
        parser = new ResponseParser(head.method(), new Answer());
    }

    @Override
    public void write(ByteBuf data) {
        if (detached) {
            data.release();
            return;
        }
        try {
            request.write(data);
        } catch (IllegalArgumentException e) {
            lose(e, Loss.FINAL);
        }
    }

    @Override
    public void flush() {
        if (!detached) {
            request.flush();
        }
    }

    @Override
    public void end(HttpHeaders trailers) {
        if (detached) {
            return;
        }
        try {
            request.end(trailers);
        } catch (IllegalArgumentException e) {
            lose(e, Loss.FINAL);
        }
        settle();
    }

    @Override
    public boolean isWritable() {
        return !detached && parser != null && request.isWritable();
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

    private void outputBroken() {
        if (!detached && parser != null && parser.done()) {
            lose(new ClosedChannelException(), Loss.FINAL);
        } else {
            writable();
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
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        channel.config().setOption(ChannelOption.AUTO_CLOSE, true);
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
        } else if (request.isWhole()) {
            boolean reusable = parser.persistent() && !answeredEarly && !request.outputBroken();
            request.flush();
            channel.config().setAutoRead(true);
            detach();
            connection.giveBack(reusable);
        } else if (request.outputBroken() || !channel.isActive()) {
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
