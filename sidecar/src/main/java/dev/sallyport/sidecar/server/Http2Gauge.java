package dev.sallyport.sidecar.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches the frames that come, before they are decoded: a head that doesn't come to its end in time ends the connection, and
 * so do frames that cost work and mean nothing, if there are very many. The codec itself has no time, and bounds only those
 * frames whose answers nobody reads.
 */
final class Http2Gauge extends ChannelInboundHandlerAdapter {

    private static final int PREFACE = 24;
    private static final int FRAME_HEAD = 9;

    /** gRPC measures the bandwidth with a PING a round trip, which are some thousands a second on one machine. */
    private static final int MOST_CONTROL_FRAMES = 50_000;

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final int headSeconds;
    private final byte[] head = new byte[FRAME_HEAD];
    private @Nullable Alarm alarm;
    private int headRead;
    private long payloadLeft = PREFACE;
    private boolean begun;
    private boolean inData;
    private boolean inHeaders;
    private boolean armed;
    private int controlFrames;
    private long window;

    Http2Gauge(int headSeconds) {
        this.headSeconds = headSeconds;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        alarm = new Alarm(context);
        window = System.nanoTime();
        watch(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        int at = octets.readerIndex();
        while (at < octets.writerIndex()) {
            if (payloadLeft > 0) {
                int skipped = (int) Math.min(payloadLeft, octets.writerIndex() - at);
                payloadLeft -= skipped;
                at += skipped;
            } else {
                head[headRead++] = octets.getByte(at++);
                if (headRead == FRAME_HEAD) {
                    headRead = 0;
                    frame();
                }
            }
        }
        watch(context);
        context.fireChannelRead(message);
        if (controlFrames > MOST_CONTROL_FRAMES) {
            controlFrames = 0;
            context.fireExceptionCaught(
                    Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many control frames"));
        }
    }

    private void frame() {
        begun = true;
        payloadLeft = ((head[0] & 0xffL) << 16) | ((head[1] & 0xff) << 8) | (head[2] & 0xff);
        byte type = head[3];
        boolean endOfHeaders = new Http2Flags(head[4]).endOfHeaders();
        inData = type == Http2FrameTypes.DATA;
        switch (type) {
            case Http2FrameTypes.HEADERS, Http2FrameTypes.CONTINUATION -> inHeaders = !endOfHeaders;
            case Http2FrameTypes.DATA, Http2FrameTypes.WINDOW_UPDATE -> {}
            default -> count();
        }
    }

    private void count() {
        long now = System.nanoTime();
        if (now - window > WINDOW_NANOS) {
            window = now;
            controlFrames = 0;
        }
        controlFrames++;
    }

    /** The alarm is set while something other than DATA is not whole, from its first byte on. */
    private void watch(ChannelHandlerContext context) {
        boolean partial = !begun || inHeaders || headRead > 0 || (payloadLeft > 0 && !inData);
        if (partial != armed && alarm != null) {
            armed = partial;
            if (partial) {
                alarm.set(headSeconds, TimeUnit.SECONDS, () -> {
                    var _ = context.channel().close();
                });
            } else {
                alarm.cancel();
            }
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (alarm != null) {
            alarm.cancel();
        }
    }
}
