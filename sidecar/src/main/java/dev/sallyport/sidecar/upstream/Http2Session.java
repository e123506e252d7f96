package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.config.Scheme;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that speaks HTTP/2 (RFC 9113): as many requests at once as the upstream permits. Each stream's unread bytes
 * are bounded by its window; the connection's window is no bound, so that a stream that nobody reads holds up no other.
 */
final class Http2Session extends Http2ConnectionHandler {

    private static final int STREAM_WINDOW = 256 * 1024;
    private static final int CONNECTION_WINDOW = 4 * 1024 * 1024;
    private static final int HEADER_LIST_BYTES = 256 * 1024;
    /** Before the upstream's settings are known (RFC 9113, section 6.5.2, recommends no less). */
    private static final int STREAMS_AT_FIRST = 100;

    private static final int MOST_STREAMS = 1000;

    private final Channel channel;
    private final InetAddress address;
    private final Scheme scheme;
    private final PoolSettings settings;
    private final LongSupplier nanos;
    private final Consumer<Http2Session> changed;
    private final Http2Connection.PropertyKey legKey;
    private final List<Http2Leg> read = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
    private int reserved;
    private int peerStreams = STREAMS_AT_FIRST;
    private boolean kept;
    private boolean leaving;
    private boolean over;
    private int lastTaken = Integer.MAX_VALUE;
    private @Nullable Throwable failure;
    private boolean flushPending;
    private long lastRead;
    private long idleSince;
    private boolean pingUnanswered;
    private @Nullable Future<?> watch;

    private Http2Session(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings initial,
            Channel channel,
            InetAddress address,
            Scheme scheme,
            PoolSettings settings,
            LongSupplier nanos,
            Consumer<Http2Session> changed) {
        super(decoder, encoder, initial);
        this.channel = channel;
        this.address = address;
        this.scheme = scheme;
        this.settings = settings;
        this.nanos = nanos;
        this.changed = changed;
        this.legKey = connection().newKey();
        this.lastRead = nanos.getAsLong();
        this.idleSince = lastRead;
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
     * @param changed is told when it has room for a request again, and when it will never have again
     */
    static Http2Session on(
            Channel channel,
            InetAddress address,
            Scheme scheme,
            PoolSettings settings,
            LongSupplier nanos,
            Consumer<Http2Session> changed) {
        // Its end is the end of both directions.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        channel.config().setOption(ChannelOption.AUTO_CLOSE, true);
        Http2Session session = new Builder(channel, address, scheme, settings, nanos, changed).build();
        channel.pipeline().addLast("http2", session);
        session.watch();
        return session;
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<Http2Session, Builder> {

        private final Channel channel;
        private final InetAddress address;
        private final Scheme scheme;
        private final PoolSettings settings;
        private final LongSupplier nanos;
        private final Consumer<Http2Session> changed;

        Builder(
                Channel channel,
                InetAddress address,
                Scheme scheme,
                PoolSettings settings,
                LongSupplier nanos,
                Consumer<Http2Session> changed) {
            this.channel = channel;
            this.address = address;
            this.scheme = scheme;
            this.settings = settings;
            this.nanos = nanos;
            this.changed = changed;
            Http2Connection connection = new DefaultHttp2Connection(false);
            connection.local().flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true));
            connection(connection);
            headerSensitivityDetector(Http2Fields.SENSITIVE);
            validateRequiredPseudoHeaders(true);
            initialSettings(new Http2Settings()
                    .pushEnabled(false)
                    .initialWindowSize(STREAM_WINDOW)
                    .maxHeaderListSize(HEADER_LIST_BYTES));
        }

        @Override
        protected Http2Session build() {
            return super.build();
        }

        @Override
        protected Http2Session build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial) {
            return new Http2Session(decoder, encoder, initial, channel, address, scheme, settings, nanos, changed);
        }
    }

    InetAddress address() {
        return address;
    }

    Scheme scheme() {
        return scheme;
    }

    ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

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
        if (nanos.getAsLong() - lastRead > settings.pingOnUse().toNanos()) {
            ping();
        }
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

    /** Whether the upstream has said that it took a stream, or left that open. */
    boolean mayHaveTaken(Http2Stream stream) {
        return stream.id() <= lastTaken;
    }

    /** Takes no new streams, and ends when there are none. */
    void leave() {
        leaving = true;
        changes();
    }

    void flushSoon() {
        if (!flushPending) {
            flushPending = true;
            channel.eventLoop().execute(() -> {
                flushPending = false;
                channel.flush();
            });
        }
    }

    void readBy(Http2Leg leg) {
        read.add(leg);
    }

    void goAway(int lastStream) {
        lastTaken = lastStream;
        leave();
    }

    void peerStreams(long most) {
        peerStreams = (int) Math.min(most, MOST_STREAMS);
        changes();
    }

    void streamRemoved() {
        idleSince = nanos.getAsLong();
        changes();
    }

    /** Something has been heard: the connection lives. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        lastRead = nanos.getAsLong();
        pingUnanswered = false;
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
                .incrementWindowSize(connection().connectionStream(), CONNECTION_WINDOW - 65_535);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        leaving = true;
        super.channelInactive(ctx);
        if (!over) {
            over = true;
            if (watch != null) {
                watch.cancel(false);
            }
            changed.accept(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof SslCloseCompletionEvent) {
            leaving = true;
            Channels.reset(channel);
        }
        super.userEventTriggered(ctx, event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        if (failure == null) {
            failure = cause;
        }
        leaving = true;
        super.exceptionCaught(ctx, cause);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        if (failure == null) {
            failure = error == null ? cause : new DecoderException("HTTP/2: " + error.error());
        }
        leaving = true;
        super.onConnectionError(ctx, outbound, cause, error);
        Channels.close(channel);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        Http2Leg leg = leg(error.streamId());
        if (leg != null) {
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

    /** Looks at longest every so often whether the connection is idle, or dead. */
    private void watch() {
        long now = nanos.getAsLong();
        long next;
        if (isIdle()) {
            next = idleSince + settings.idleMultiplexed().toNanos() - now;
            if (next <= 0) {
                leave();
                return;
            }
        } else {
            next = lastRead + settings.pingInSilence().toNanos() - now;
            if (next <= 0) {
                ping();
                next = settings.pingInSilence().toNanos();
            }
        }
        watch = channel.eventLoop().schedule(this::watch, next, TimeUnit.NANOSECONDS);
    }

    private void ping() {
        if (!pingUnanswered) {
            pingUnanswered = true;
            var _ = encoder()
                    .writePing(context(), false, nanos.getAsLong(), context().newPromise());
            flushSoon();
            var _ = channel.eventLoop()
                    .schedule(this::judgePing, settings.pingAnswer().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void judgePing() {
        if (pingUnanswered && channel.isOpen()) {
            failure = new TimeoutException();
            leaving = true;
            Channels.reset(channel);
        }
    }
}
