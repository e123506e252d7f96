package dev.sallyport.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.atomic.AtomicLong;

/** Writes a body as fast as the channel takes it. Runs on the channel's event loop. */
public final class BodyPump {

    private static final int BLOCK_BYTES = 32 * 1024;
    private static final ByteBuf BLOCK =
            Unpooled.unreleasableBuffer(Unpooled.directBuffer(BLOCK_BYTES).writeZero(BLOCK_BYTES));

    private final Channel channel;
    private final AtomicLong written;
    private long left;
    private boolean ended;

    /**
     * @param bytes the body's length; {@link Long#MAX_VALUE}: without end
     * @param written counts what the channel took
     */
    public BodyPump(Channel channel, long bytes, AtomicLong written) {
        this.channel = channel;
        this.left = bytes;
        this.written = written;
    }

    /** Writes so many bytes, and does not end the body. */
    public static BodyPump ofPart(Channel channel, long bytes, AtomicLong written) {
        BodyPump pump = new BodyPump(channel, bytes, written);
        pump.ended = true;
        return pump;
    }

    /** Writes what the channel takes now. To be called at first and each time that it is writable again. */
    public void run() {
        while (left > 0 && channel.isActive() && channel.isWritable()) {
            int next = (int) Math.min(left, BLOCK_BYTES);
            var _ = channel.write(new DefaultHttpContent(BLOCK.slice(0, next)));
            left -= next;
            written.addAndGet(next);
            // Writability is that of what was flushed and not taken.
            channel.flush();
        }
        if (left == 0 && !ended) {
            ended = true;
            var _ = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }
}
