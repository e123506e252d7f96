package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.BodyHandler;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request's turn on an HTTP/1 connection: what is left of its body, and its answer. The connection gives it octets and is
 * told when both are over.
 */
final class Http1Stream implements ClientStream {

    private final Http1Connection connection;
    private final RequestParser.Parsed request;
    private final RequestBody body;
    private final Http1Answer answer;
    private @Nullable BodyHandler receiver;
    private @Nullable Throwable failure;
    private @Nullable Runnable writable;
    private boolean paused = true;
    private boolean requestOver;
    private boolean readIncomplete;
    private boolean over;

    Http1Stream(Http1Connection connection, RequestParser.Parsed request, RequestBody body) {
        this.connection = connection;
        this.request = request;
        this.body = body;
        this.answer = new Http1Answer(request);
    }

    // What the connection asks and tells.

    /** Gives the receiver the next part of the body, if it takes it; false: nothing happened. */
    boolean advance(ByteBuf octets) {
        BodyHandler to = receiver;
        if (over || requestOver || paused || to == null) {
            return false;
        }
        ByteBuf data;
        try {
            data = body.next(octets);
        } catch (DecoderException e) {
            requestOver = true;
            answer.close();
            fail(e);
            return false;
        }
        if (data != null) {
            readIncomplete = true;
            to.data(data);
            return true;
        }
        if (!body.isEnded()) {
            return false;
        }
        requestOver = true;
        to.end(body.trailers());
        return true;
    }

    /** All that was read has been given. */
    void readComplete() {
        if (readIncomplete) {
            readIncomplete = false;
            if (receiver != null && !over) {
                receiver.readComplete();
            }
        }
    }

    /** Drops the next part of the body; how many bytes, or -1 if there were none. */
    int discard(ByteBuf octets) {
        int before = octets.readableBytes();
        ByteBuf data = body.next(octets);
        if (data != null) {
            data.release();
        }
        return before == octets.readableBytes() ? -1 : before - octets.readableBytes();
    }

    void fail(Throwable cause) {
        if (failure != null || over) {
            return;
        }
        failure = cause;
        if (receiver != null) {
            receiver.failed(cause);
        }
    }

    void becameWritable() {
        if (writable != null && !over) {
            writable.run();
        }
    }

    /** The connection is gone, or no longer this stream's. */
    void leave() {
        over = true;
    }

    boolean isRequestWhole() {
        return body.isEnded();
    }

    boolean isStopped() {
        return paused || receiver == null;
    }

    /** Whether the request is whole already, for all that may still come. */
    boolean isRequestOver() {
        return requestOver;
    }

    /** Whether the client may end its side after the request and still wait for the answer. */
    boolean mayHalfClose() {
        return request.closes() && !request.isConnect();
    }

    boolean isBeyond(int octets) {
        return body.isBeyond(octets);
    }

    boolean isAnswerClosing() {
        return answer.closes();
    }

    // What the handler does.

    @Override
    public RequestHead head() {
        return request.head();
    }

    @Override
    public OptionalLong contentLength() {
        return request.contentLength();
    }

    @Override
    public Optional<Tunnel> tunnel() {
        return connection.tunnel();
    }

    @Override
    public EventLoop eventLoop() {
        return connection.channel().eventLoop();
    }

    @Override
    public void receive(BodyHandler handler) {
        receiver = handler;
        if (failure != null) {
            handler.failed(failure);
        } else {
            connection.goOn();
        }
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        if (paused) {
            paused = false;
            connection.goOn();
        }
    }

    @Override
    public void answerInterim(ResponseHead head) {
        if (!over && request.head().protocol() == Protocol.HTTP_1_1) {
            connection.send(answer.interim(connection.buffers(), head));
            connection.flush();
        }
    }

    @Override
    public void answer(ResponseHead head) {
        if (over) {
            return;
        }
        if (!body.isEnded() && answer.mustCloseBefore(body.isBeyond(Http1Connection.MOST_DISCARDED))) {
            answer.close();
        }
        connection.send(answer.begin(connection.buffers(), head));
        connection.flushSoon();
    }

    @Override
    public void closeAfterAnswer() {
        answer.close();
    }

    @Override
    public void write(ByteBuf data) {
        if (over || !answer.takes(data.readableBytes())) {
            data.release();
            if (!over && answer.isBroken()) {
                abort();
            }
        } else if (answer.isChunked()) {
            connection.send(ResponseWriter.chunkSize(connection.buffers(), data.readableBytes()));
            connection.send(data);
            connection.send(ResponseWriter.chunkEnd());
        } else {
            connection.send(data);
        }
    }

    @Override
    public void flush() {
        if (!over) {
            connection.flush();
        }
    }

    @Override
    public void end(HttpHeaders trailers) {
        if (over) {
            return;
        }
        if (!answer.isWhole()) {
            abort();
            return;
        }
        if (answer.isChunked()) {
            connection.send(ResponseWriter.lastChunk(connection.buffers(), trailers));
        }
        over = true;
        connection.answered(this);
    }

    @Override
    public boolean isWritable() {
        return over || connection.channel().isWritable();
    }

    @Override
    public void onWritable(Runnable action) {
        writable = action;
    }

    @Override
    public void abort() {
        if (!over) {
            over = true;
            connection.reset();
        }
    }

    @Override
    public boolean canUpgrade() {
        return request.isConnect() || request.head().protocol() == Protocol.HTTP_1_1;
    }

    @Override
    public Channel upgrade(ResponseHead head) {
        checkUpgrade(false);
        over = true;
        connection.send(answer.switching(connection.buffers(), head));
        return connection.handOver();
    }

    @Override
    public void intercept(String host, int port, Consumer<Throwable> refused) {
        checkUpgrade(true);
        over = true;
        connection.send(answer.connected(connection.buffers()));
        connection.enterTunnel(host, port, refused);
    }

    @Override
    public Future<ClientHello> tunnelled() {
        checkUpgrade(true);
        over = true;
        connection.send(answer.connected(connection.buffers()));
        return connection.awaitHello();
    }

    private void checkUpgrade(boolean connect) {
        if (over || failure != null || answer.hasBegun() || !body.isEnded() || connect != request.isConnect()) {
            throw new IllegalStateException("cannot end HTTP here");
        }
    }
}
