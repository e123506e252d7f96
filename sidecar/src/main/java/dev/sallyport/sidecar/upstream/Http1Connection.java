package dev.sallyport.sidecar.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A connection that speaks HTTP/1.1: one request at a time. While it has none it reads on, so that an upstream's end of it
 * is noticed at once, and what is said unasked ends it.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter implements IdleConnections.Idle {

    private static final Pattern TIMEOUT = Pattern.compile("\\btimeout=(\\d{1,6})\\b");

    private final Channel channel;
    private final InetAddress address;
    private final boolean secure;
    private final Consumer<Http1Connection> released;
    private final Consumer<Http1Connection> closed;
    private @Nullable Http1Leg current;
    private boolean kept;
    private boolean inputEnded;
    private boolean closureAlert;
    private boolean over;
    private @Nullable Throwable failure;
    private long idleUntil;
    private long keepAliveNanos = Long.MAX_VALUE;

    /**
     * Takes a connection over.
     *
     * @param released is told when it may take another request
     * @param closed is told once, when it will never again
     */
    Http1Connection(
            Connector.Connected connected, Consumer<Http1Connection> released, Consumer<Http1Connection> closed) {
        this.channel = connected.channel();
        this.address = connected.address();
        this.secure = connected.tls() != null;
        this.released = released;
        this.closed = closed;
        channel.pipeline().addLast("http1", this);
    }

    InetAddress address() {
        return address;
    }

    Channel channel() {
        return channel;
    }

    /** Whether a request has been served on it already. */
    boolean kept() {
        return kept;
    }

    boolean isUsable() {
        return !over && !inputEnded && current == null && channel.isActive();
    }

    long idleUntil() {
        return idleUntil;
    }

    /** Begins to be idle, for as long as both sides want to keep it. */
    void idleFrom(long nanos, Duration most) {
        idleUntil = nanos + Math.min(most.toNanos(), keepAliveNanos);
    }

    /** Reads how long the upstream keeps it, and believes it but for a second. */
    void keepAlive(HttpHeaders fields) {
        String value = fields.get("keep-alive");
        if (value != null) {
            Matcher timeout = TIMEOUT.matcher(value);
            if (timeout.find()) {
                keepAliveNanos = TimeUnit.SECONDS.toNanos(Math.max(0, Integer.parseInt(timeout.group(1)) - 1));
            }
        }
    }

    /** Gives it to a request. */
    Http1Leg lend(boolean upgrade) {
        Http1Leg leg = new Http1Leg(this, upgrade);
        current = leg;
        return leg;
    }

    /** The request is over. */
    void giveBack(boolean reusable) {
        current = null;
        kept = true;
        if (reusable && !inputEnded && !over && channel.isActive()) {
            released.accept(this);
        } else {
            close();
        }
    }

    /** The request never began. */
    void giveBackUnused() {
        current = null;
        if (isUsable()) {
            released.accept(this);
        } else {
            close();
        }
    }

    /** Whether the input's end was its peer's wish. */
    boolean endedProperly() {
        return failure == null && (!secure || closureAlert);
    }

    boolean inputEnded() {
        return inputEnded;
    }

    @Nullable Throwable failure() {
        return failure;
    }

    /** Ends it; what was written still leaves. */
    void close() {
        end();
        Channels.close(channel);
    }

    @Override
    public void dismiss() {
        close();
    }

    /** Ends it at once by a reset. */
    void abort() {
        end();
        Channels.reset(channel);
    }

    /** Leaves the channel to somebody else. */
    void handOver() {
        current = null;
        end();
    }

    private void end() {
        if (!over) {
            over = true;
            closed.accept(this);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (current != null && message instanceof ByteBuf data) {
            current.read(data);
        } else {
            ReferenceCountUtil.release(message);
            close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (current != null) {
            current.readComplete();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent closure) {
            closureAlert |= closure.isSuccess();
            // After the alert nothing may come, though TCP's end may be long in coming.
            inputEnds();
        } else if (event instanceof ChannelInputShutdownEvent) {
            inputEnds();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        inputEnds();
        close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (current != null && channel.isWritable()) {
            current.writable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        inputEnds();
        close();
    }

    private void inputEnds() {
        if (inputEnded) {
            return;
        }
        inputEnded = true;
        if (current != null) {
            current.inputEnded();
        } else {
            close();
        }
    }
}
