package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.config.Scheme;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection that speaks HTTP/2 (RFC 9113): as many requests at once as the upstream permits. Each stream's unread bytes
 * are bounded by its window; the connection's window is no bound, so that a stream that nobody reads holds up no other.
 */
final class Http2Session extends Http2ConnectionHandler implements IdleConnections.Idle {

    private static final int CONNECTION_WINDOW = 4 * 1024 * 1024;
    /** Before the upstream's settings are known; RFC 9113, section 6.5.2, recommends to permit no less. */
    private static final int STREAMS_AT_FIRST = 100;

    private static final int MOST_STREAMS = 1000;

    private final Channel channel;
    private final InetAddress address;
    private final Scheme scheme;
    private final PoolWide pool;
    private final Consumer<Http2Session> changed;
    private final Http2Watch watch;
    private final Http2Connection.PropertyKey legKey;
    private final List<Http2Answer> read = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
    private int reserved;
    private int peerStreams = STREAMS_AT_FIRST;
    private boolean kept;
    private boolean leaving;
    private boolean over;
    private int lastTaken = Integer.MAX_VALUE;
    private @Nullable Throwable failure;
    private boolean flushPending;

    Http2Session(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings initial,
            Connector.Connected connected,
            Scheme scheme,
            PoolWide pool,
            Consumer<Http2Session> changed) {
        super(decoder, encoder, initial);
        this.channel = connected.channel();
        this.address = connected.address();
        this.scheme = scheme;
        this.pool = pool;
        this.changed = changed;
        this.watch = new Http2Watch(this, channel.eventLoop(), pool);
        this.legKey = connection().newKey();
        Http2Events events = new Http2Events(this);
        connection().addListener(events);
        decoder.frameListener(events);
        encoder.flowController().listener(stream -> {
            Http2Leg leg = leg(stream);
            if (leg != null) {
                leg.writable();
            }
        });
    }

    /**
     * Takes a connection over.
     *
     * @param changed is told when it may have room for a request again, and when it will never have again
     */
    static Http2Session on(
            Connector.Connected connected, Scheme scheme, PoolWide pool, Consumer<Http2Session> changed) {
        Channel channel = connected.channel();
        // Its end is the end of both directions.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        channel.config().setOption(ChannelOption.AUTO_CLOSE, true);
        Http2Session session = new Http2SessionBuilder(connected, scheme, pool, changed).build();
        channel.pipeline().addLast("http2", session);
        session.watch.start();
        return session;
    }

    InetAddress address() {
        return address;
    }

    Scheme scheme() {
        return scheme;
    }

    PoolWide pool() {
        return pool;
    }

    ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    /** Whether a stream may begin on it, if there is room. */
    boolean isUsable() {
        return !over && !leaving && channel.isActive();
    }

    /** Whether there will never be room again. */
    boolean isOver() {
        return over || leaving;
    }

    boolean hasRoom() {
        return isUsable() && connection().local().numActiveStreams() + reserved < Math.min(peerStreams, MOST_STREAMS);
    }

    boolean isIdle() {
        return connection().local().numActiveStreams() + reserved == 0;
    }

    /** Keeps room for a request. */
    Http2Leg lend() {
        reserved++;
        return new Http2Leg(this);
    }

    /** The request's stream begins, or never will. */
    void unreserve(boolean begun) {
        reserved--;
        if (!begun) {
            changes();
        }
    }

    /**
     * Begins a stream.
     *
     * @return whether another request had been served here before
     */
    boolean begin(Http2Stream stream, Http2Leg leg) {
        boolean before = kept;
        kept = true;
        stream.setProperty(legKey, leg);
        watch.streamBegins();
        return before;
    }

    @Nullable Http2Leg leg(Http2Stream stream) {
        return stream.getProperty(legKey);
    }

    @Nullable Http2Leg leg(int streamId) {
        Http2Stream stream = connection().stream(streamId);
        return stream == null ? null : leg(stream);
    }

    /** Why the connection is lost; null: it just ended. */
    @Nullable Throwable failure() {
        return failure;
    }

    /** False: the upstream has said that it did not take the stream. */
    boolean mayHaveTaken(Http2Stream stream) {
        return stream.id() <= lastTaken;
    }

    /** Takes no new streams, and ends when there are none. */
    void leave() {
        leaving = true;
        changes();
    }

    @Override
    public void dismiss() {
        leave();
    }

    /** The upstream leaves (RFC 9113, section 6.8). */
    void goAway(int lastStream) {
        lastTaken = lastStream;
        leave();
    }

    void peerStreams(long most) {
        peerStreams = (int) Math.min(most, MOST_STREAMS);
        changes();
    }

    /** The upstream may offer any memory for its table of our fields; ours is bounded (RFC 7541, section 4.2). */
    void boundTable(@Nullable Long offered) {
        if (offered != null && offered > Http2CodecUtil.DEFAULT_HEADER_TABLE_SIZE) {
            try {
                encoder()
                        .configuration()
                        .headersConfiguration()
                        .maxHeaderTableSize(Http2CodecUtil.DEFAULT_HEADER_TABLE_SIZE);
            } catch (Http2Exception e) {
                onError(context(), true, e);
            }
        }
    }

    void streamRemoved() {
        watch.streamEnded();
        changes();
    }

    /** At the end of what the event loop does now: many streams' frames leave together. */
    void flushSoon() {
        if (!flushPending) {
            flushPending = true;
            channel.eventLoop().execute(() -> {
                flushPending = false;
                channel.flush();
            });
        }
    }

    void ping(long number) {
        var _ = encoder().writePing(context(), false, number, context().newPromise());
        flushSoon();
    }

    /** Nobody is there any more. */
    void dead() {
        lose(new TimeoutException());
    }

    private void lose(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        leaving = true;
        Channels.reset(channel);
    }

    /** Its reader wants to know when the connection has been read. */
    void readBy(Http2Answer answer) {
        read.add(answer);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        watch.heard();
        super.channelRead(ctx, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        for (int i = 0; i < read.size(); i++) {
            read.get(i).readComplete();
        }
        read.clear();
        super.channelReadComplete(ctx);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        connection()
                .local()
                .flowController()
                .incrementWindowSize(
                        connection().connectionStream(), CONNECTION_WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        leaving = true;
        super.channelInactive(ctx);
        if (!over) {
            over = true;
            watch.stop();
            changed.accept(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        super.userEventTriggered(ctx, event);
        if (event instanceof SslCloseCompletionEvent) {
            leaving = true;
            Channels.reset(channel);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
            super.exceptionCaught(ctx, cause);
        } else {
            lose(cause);
        }
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        if (failure == null) {
            failure = error == null ? cause : new DecoderException("HTTP/2: " + error.error());
        }
        leaving = true;
        super.onConnectionError(ctx, outbound, cause, error);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        Http2Leg leg = leg(error.streamId());
        // What was still to be written when a stream closed says nothing: why it closed does, and that is told next.
        boolean unwritten = outbound && error.error() == Http2Error.STREAM_CLOSED;
        if (leg != null && !unwritten) {
            String what = "HTTP/2: " + error.error();
            leg.broken(outbound ? new IllegalArgumentException(what) : new DecoderException(what));
        }
        super.onStreamError(ctx, outbound, cause, error);
    }

    private void changes() {
        if (leaving && !over && isIdle() && channel.isActive()) {
            Channels.close(channel);
        }
        changed.accept(this);
    }
}
