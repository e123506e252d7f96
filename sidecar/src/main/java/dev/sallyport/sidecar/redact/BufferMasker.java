package dev.sallyport.sidecar.redact;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/** Masks secrets in one stream of buffers. For one thread at a time. */
final class BufferMasker implements AutoCloseable {

    private static final int MOST_AT_ONCE = 8 * 1024;

    private final StreamMasker masker;
    private byte[] piece = new byte[0];

    BufferMasker(StreamMasker masker) {
        this.masker = masker;
    }

    /**
     * Masks the next bytes.
     *
     * @param in handed over
     * @param isEnd whether a message of the stream ends with it, for whose last bytes the receiver may wait
     * @return what is decided, maybe nothing, maybe in the same buffer; the caller's to release
     */
    ByteBuf mask(ByteBuf in, boolean isEnd) {
        ByteBuf out = masker.held() == 0 && !in.isReadOnly() ? maskInPlace(in) : maskToCopy(in);
        if (isEnd) {
            masker.boundary(out::writeBytes);
        }
        return out;
    }

    /** With nothing held back, what is given out are the buffer's own bytes at their own places. */
    private ByteBuf maskInPlace(ByteBuf in) {
        int[] given = {in.readerIndex()};
        long before = masker.maskedBytes();
        for (int at = in.readerIndex(); at < in.writerIndex(); at += MOST_AT_ONCE) {
            int length = fill(in, at);
            masker.mask(piece, 0, length, (array, offset, count) -> {
                // From the first masked byte on: some of them may be given out only with a later piece.
                if (masker.maskedBytes() > before) {
                    in.setBytes(given[0], array, offset, count);
                }
                given[0] += count;
            });
        }
        in.writerIndex(given[0]);
        return in;
    }

    private ByteBuf maskToCopy(ByteBuf in) {
        ByteBuf out = in.alloc().buffer(masker.held() + in.readableBytes());
        for (int at = in.readerIndex(); at < in.writerIndex(); at += MOST_AT_ONCE) {
            int length = fill(in, at);
            masker.mask(piece, 0, length, out::writeBytes);
        }
        in.release();
        return out;
    }

    private int fill(ByteBuf in, int at) {
        int length = Math.min(MOST_AT_ONCE, in.writerIndex() - at);
        if (piece.length < length) {
            piece = new byte[length];
        }
        in.getBytes(at, piece, 0, length);
        return length;
    }

    /** Ends the stream, and gives out what was held back. */
    ByteBuf finish() {
        if (masker.held() == 0) {
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf out = Unpooled.buffer(masker.held());
        masker.finish(out::writeBytes);
        return out;
    }

    long maskedBytes() {
        return masker.maskedBytes();
    }

    @Override
    public void close() {
        Arrays.fill(piece, (byte) 0);
        masker.close();
    }
}
