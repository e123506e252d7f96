package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** A request as it is written to an HTTP/1.1 connection. Its body has the length that was declared, or it fails. */
final class Http1Request {

    private static final ByteBuf LINE_END = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(2).writeBytes(new byte[] {'\r', '\n'}).asReadOnly());

    private final Channel channel;
    private final Runnable broken;
    private boolean chunked;
    private long declared;
    private long written;
    private boolean ended;
    private boolean flushPending;
    private boolean outputBroken;

    /**
     * A request that nothing has been written of.
     *
     * @param broken is told once when nothing more can be written
     */
    Http1Request(Channel channel, Runnable broken) {
        this.channel = channel;
        this.broken = broken;
    }

    /**
     * Writes the head.
     *
     * @throws IllegalArgumentException if it cannot be sent; nothing has been written then
     */
    void begin(RequestHead head, OptionalLong contentLength, boolean upgrade) {
        ByteBuf text = RequestText.head(channel.alloc(), head, contentLength, upgrade);
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

    /** Whether more should be written; yes, too, where nobody takes it any more. */
    boolean isWritable() {
        return !ended && (outputBroken || channel.isWritable());
    }

    /** Whether all of the body has been written. */
    boolean isWhole() {
        return ended || (!chunked && written == declared);
    }

    /** Whether the upstream has stopped reading: whatever is written, nothing goes out. */
    boolean outputBroken() {
        return outputBroken;
    }

    /**
     * Writes a part of the body.
     *
     * @throws IllegalArgumentException if it is more than was declared
     */
    void write(ByteBuf data) {
        int length = data.readableBytes();
        if (outputBroken || ended || length == 0) {
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
            throw new IllegalArgumentException("more than the declared length");
        }
    }

    void flush() {
        flushPending = false;
        channel.flush();
    }

    /**
     * Ends the body.
     *
     * @throws IllegalArgumentException if it is less than was declared, or a trailer cannot be sent
     */
    void end(HttpHeaders trailers) {
        if (ended) {
            return;
        }
        if (!outputBroken) {
            if (chunked) {
                out(RequestText.lastChunk(channel.alloc(), trailers));
            } else {
                FieldSyntax.require(written == declared, "less than the declared length");
            }
        }
        ended = true;
        flush();
    }

    /** A failed write is no failure of the request yet: an answer may be on its way, or there already. */
    private void out(ByteBuf data) {
        ChannelFuture sent = channel.write(data);
        if (!sent.isDone()) {
            sent.addListener(done -> sent(done.isSuccess()));
        } else {
            sent(sent.isSuccess());
        }
    }

    private void sent(boolean success) {
        if (!success && !outputBroken) {
            outputBroken = true;
            broken.run();
        }
    }
}
