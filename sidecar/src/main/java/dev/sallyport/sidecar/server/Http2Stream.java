package dev.sallyport.sidecar.server;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.http.BodyHandler;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.http.StreamResetException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request and its answer on an HTTP/2 stream. */
final class Http2Stream extends ChannelInboundHandlerAdapter implements ClientStream {

    private final Http2Connection connection;
    private final Serving serving;
    private final Http2StreamChannel channel;
    private final Http2Inflow inflow;
    private Http2Answer answer;
    private RequestHead head = Http2Heads.unknown();
    private OptionalLong contentLength = OptionalLong.of(0);
    private HttpHeaders trailers = FieldLines.none();
    private @Nullable BodyHandler receiver;
    private @Nullable Throwable failure;
    private @Nullable Runnable writable;
    private boolean begun;
    private @Nullable Http2Error error;
    private boolean paused = true;
    private boolean requestEnded;
    private boolean endTold;
    private boolean readIncomplete;
    private boolean working;
    private boolean flushPending;
    private boolean over;

    Http2Stream(Http2Connection connection, Serving serving, Http2StreamChannel channel) {
        this.connection = connection;
        this.serving = serving;
        this.channel = channel;
        inflow = new Http2Inflow(channel);
        answer = new Http2Answer(channel, false);
    }

    // What comes.

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        // The window is opened here, by what the receiver has taken.
        boolean _ = channel.config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
        boolean _ = channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, DataPort.UNSENT);
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object frame) {
        if (frame instanceof Http2HeadersFrame headers) {
            if (begun) {
                end(headers.headers());
            } else {
                begin(headers.headers(), headers.isEndStream());
            }
        } else if (frame instanceof Http2DataFrame data) {
            data(data);
        } else {
            boolean _ = ReferenceCountUtil.release(frame);
        }
    }

    private void begin(Http2Headers headers, boolean whole) {
        begun = true;
        requestEnded = whole;
        Reason unreadable = null;
        try {
            head = Http2Heads.request(headers, serving.limits());
            answer = new Http2Answer(channel, head.method().equals("HEAD"));
            String length = head.fields().get(HttpHeaderNames.CONTENT_LENGTH);
            contentLength = whole
                    ? OptionalLong.of(0)
                    : length == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length));
        } catch (UnreadableHeadException e) {
            head = Http2Heads.beginning(headers);
            unreadable = e.reason();
            error = unreadable == Reason.MALFORMED_REQUEST ? Http2Error.PROTOCOL_ERROR : null;
        }
        working = true;
        try {
            if (unreadable == null) {
                serving.handler().handle(this);
            } else {
                serving.handler().unreadable(this, unreadable);
            }
        } finally {
            working = false;
        }
        work();
    }

    private void data(Http2DataFrame frame) {
        requestEnded |= frame.isEndStream();
        BodyHandler to = receiver;
        if (over || failure != null) {
            boolean _ = frame.release();
        } else if (paused || to == null || !inflow.isEmpty()) {
            inflow.hold(frame);
        } else {
            inflow.giveBack(frame.initialFlowControlledBytes());
            if (frame.content().isReadable()) {
                readIncomplete = true;
                to.data(frame.content());
            } else {
                boolean _ = frame.release();
            }
        }
        work();
    }

    private void end(Http2Headers sent) {
        requestEnded = true;
        try {
            trailers = Http2Heads.trailers(sent, serving.limits().trailerBytes());
        } catch (DecoderException e) {
            error = Http2Error.PROTOCOL_ERROR;
            fail(e);
        }
        work();
    }

    private void goOn() {
        if (!working) {
            channel.eventLoop().execute(() -> {
                work();
                readComplete();
                var _ = channel.flush();
            });
        }
    }

    private void work() {
        if (working) {
            return;
        }
        working = true;
        try {
            while (step()) {
                // as far as it goes
            }
        } finally {
            working = false;
        }
    }

    private boolean step() {
        BodyHandler to = receiver;
        if (over || paused || to == null || failure != null || endTold) {
            return false;
        }
        if (!inflow.isEmpty()) {
            readIncomplete = true;
            to.data(inflow.take());
            return true;
        }
        if (requestEnded) {
            endTold = true;
            to.end(trailers);
        }
        return requestEnded;
    }

    private void readComplete() {
        if (readIncomplete) {
            readIncomplete = false;
            if (receiver != null && !over) {
                receiver.readComplete();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext reading) {
        readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        becameWritable();
    }

    void becameWritable() {
        if (writable != null && !over && isWritable()) {
            writable.run();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext triggered, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            gone(new StreamResetException(reset.errorCode()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        gone(new ClosedChannelException());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        boolean broken = cause instanceof Http2Exception;
        if (cause instanceof Http2Exception e) {
            // The library resets the stream with it, unless an answer has ended that meanwhile.
            error = e.error();
        }
        if (!begun) {
            begun = true;
            serving.handler().unreadable(this, Reason.MALFORMED_REQUEST);
        } else if (broken) {
            fail(new DecoderException("malformed HTTP/2 message"));
        } else {
            Faults.log(cause);
            fail(new ClosedChannelException());
            abort();
        }
    }

    private void gone(Throwable cause) {
        boolean told = over;
        // First: whoever is told may want to abort, and a reset must not be answered by another (RFC 9113, section
        // 5.4.2).
        over = true;
        inflow.drop();
        if (!told) {
            tell(cause);
        }
    }

    private void fail(Throwable cause) {
        if (!over) {
            tell(cause);
        }
    }

    private void tell(Throwable cause) {
        if (failure == null && begun) {
            failure = cause;
            if (receiver != null) {
                receiver.failed(cause);
            }
        }
    }

    // What the handler does.

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public OptionalLong contentLength() {
        return contentLength;
    }

    @Override
    public Optional<Tunnel> tunnel() {
        return connection.tunnel();
    }

    @Override
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    @Override
    public void receive(BodyHandler handler) {
        receiver = handler;
        if (failure != null) {
            handler.failed(failure);
        } else {
            goOn();
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
            goOn();
        }
    }

    @Override
    public void answerInterim(ResponseHead interim) {
        if (!over) {
            answer.interim(interim);
        }
    }

    @Override
    public void answer(ResponseHead response) {
        if (over) {
            return;
        }
        answer.begin(response);
        flushPending = true;
        channel.eventLoop().execute(() -> {
            if (flushPending) {
                flush();
            }
        });
    }

    @Override
    public void closeAfterAnswer() {
        connection.drain();
    }

    @Override
    public void write(ByteBuf data) {
        if (over) {
            boolean _ = data.release();
        } else if (!answer.write(data)) {
            abort();
        }
    }

    @Override
    public void flush() {
        flushPending = false;
        if (!over) {
            answer.writeHead();
            var _ = channel.flush();
        }
    }

    @Override
    public void end(HttpHeaders last) {
        if (over) {
            return;
        }
        if (!answer.isWhole()) {
            abort();
            return;
        }
        ChannelFuture ending = answer.end(last);
        serving.load().sending(ending);
        over = true;
        inflow.drop();
        var _ = ending.addListener(sent -> {
            if (!sent.isSuccess()) {
                return;
            }
            Http2Error broken = error;
            if (broken != null) {
                connection.reset(channel.stream(), broken);
            } else if (!requestEnded) {
                // The client may stop sending: the answer is whole (RFC 9113, section 8.1).
                reset(Http2Error.NO_ERROR);
            }
        });
    }

    @Override
    public boolean isWritable() {
        return over || (channel.isWritable() && connection.isWritable());
    }

    @Override
    public void onWritable(Runnable action) {
        writable = action;
    }

    @Override
    public void abort() {
        if (!over) {
            over = true;
            inflow.drop();
            reset(error == null ? Http2Error.INTERNAL_ERROR : error);
        }
    }

    private void reset(Http2Error error) {
        var _ = channel.writeAndFlush(new DefaultHttp2ResetFrame(error));
    }

    @Override
    public boolean canUpgrade() {
        return false;
    }

    @Override
    public Channel upgrade(ResponseHead response) {
        throw new IllegalStateException("not on an HTTP/2 stream");
    }

    @Override
    public void intercept(String host, int port, Consumer<Throwable> refused) {
        throw new IllegalStateException("not on an HTTP/2 stream");
    }

    @Override
    public Future<ClientHello> tunnelled() {
        throw new IllegalStateException("not on an HTTP/2 stream");
    }
}
