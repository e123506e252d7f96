package dev.sallyport.sidecar.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads what a tunnel begins with, within a time and a length, until its subclass knows enough. */
abstract class HelloReader extends ChannelInboundHandlerAdapter {

    private static final int RECORD_HEAD = 5;

    private final int seconds;
    private ByteBuf octets = Unpooled.EMPTY_BUFFER;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Alarm alarm;
    private boolean done;
    private int tried;
    private long end;

    /** @param seconds for all that is read here, and what follows until {@link #succeeded} */
    HelloReader(int seconds) {
        this.seconds = seconds;
    }

    /** Something has come, at least one byte. Ends with {@link #take}, {@link #fail}, or waits for more. */
    abstract void consider(ByteBuf octets);

    /** It came to nothing; called once. The connection is closed after it. */
    abstract void failed(Throwable cause);

    final void start(ByteBuf early) {
        Alarm timer = new Alarm(context());
        alarm = timer;
        end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        timer.set(seconds, TimeUnit.SECONDS, () -> fail(new TimeoutException("no beginning of a connection in time")));
        octets = early;
        if (octets.isReadable()) {
            consider(octets);
        }
        readOn();
    }

    /** The hello; empty: not whole yet, or wrong, which has been told by {@link #failed}. */
    final Optional<HelloParser.Hello> hello() {
        // Not at each byte of many: a hello in one record is tried when that is whole, one in several when there is
        // more.
        int length = octets.readableBytes();
        int record = length < RECORD_HEAD ? 0 : RECORD_HEAD + octets.getUnsignedShort(octets.readerIndex() + 3);
        if (tried > 0 && length < Math.min(record, HelloParser.MOST_BYTES)) {
            return Optional.empty();
        }
        tried = length;
        try {
            return HelloParser.parse(ByteBufUtil.getBytes(
                    octets, octets.readerIndex(), Math.min(octets.readableBytes(), HelloParser.MOST_BYTES)));
        } catch (IllegalArgumentException e) {
            fail(new IOException("no TLS ClientHello", e));
            return Optional.empty();
        }
    }

    /** All that was read, for whoever comes next. */
    final ByteBuf take() {
        ByteBuf all = octets;
        octets = Unpooled.EMPTY_BUFFER;
        return all;
    }

    /** Gives all that was read to the handler after this, and leaves. */
    final void giveWay() {
        ChannelHandlerContext own = context();
        own.fireChannelRead(take());
        own.fireChannelReadComplete();
        if (!own.isRemoved()) {
            var _ = own.pipeline().remove(this);
        }
    }

    /** Of the time for all this. */
    final long remainingMillis() {
        return TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }

    /** What this was for is there. */
    final void succeeded() {
        done = true;
        if (alarm != null) {
            alarm.cancel();
        }
    }

    final void fail(Throwable cause) {
        if (!done) {
            succeeded();
            failed(cause);
            var _ = context().close();
        }
    }

    final boolean isDone() {
        return done;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        octets = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(reading.alloc(), octets, (ByteBuf) message);
        if (!done) {
            consider(octets);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext reading) {
        readOn();
    }

    private void readOn() {
        if (!done && octets.readableBytes() < HelloParser.MOST_BYTES) {
            var _ = context().read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext triggered, Object event) {
        if (Departure.isEndOfInput(event)) {
            fail(new ClosedChannelException());
        }
        triggered.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        fail(new ClosedChannelException());
        inactive.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        fail(cause);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        boolean _ = take().release();
    }

    final ChannelHandlerContext context() {
        return java.util.Objects.requireNonNull(context);
    }
}
