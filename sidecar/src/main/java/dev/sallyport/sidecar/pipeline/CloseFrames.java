package dev.sallyport.sidecar.pipeline;

import io.netty.buffer.ByteBuf;

/** Looks for a Close frame among the frames that one side of a WebSocket sends (RFC 6455, section 5.2), and touches none. */
final class CloseFrames {

    private static final int CLOSE = 8;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MASK_BYTES = 4;

    private boolean seen;
    /** Octets of the current frame's head that have been read: 0 to 2, then its long length's. */
    private int head;

    private int opcode;
    private int lengthBytes;
    private boolean masked;
    private long length;
    /** Octets of the frame, its masking key included, that are still to come. */
    private long rest;

    /** Whether one has begun. */
    boolean seen() {
        return seen;
    }

    /** Takes the next octets into account; leaves their reader index where it is. */
    void look(ByteBuf octets) {
        int at = octets.readerIndex();
        while (!seen && at < octets.writerIndex()) {
            if (rest > 0) {
                long skipped = Math.min(rest, octets.writerIndex() - at);
                rest -= skipped;
                at += (int) skipped;
            } else {
                headOctet(octets.getUnsignedByte(at++));
            }
        }
    }

    private void headOctet(int octet) {
        if (head == 0) {
            opcode = octet & 0xf;
        } else if (head == 1) {
            masked = (octet & 0x80) != 0;
            length = octet & 0x7f;
            lengthBytes = length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0;
            if (lengthBytes > 0) {
                length = 0;
            }
            seen = opcode == CLOSE;
        } else {
            length = length << 8 | octet;
        }
        head++;
        if (head == 2 + lengthBytes) {
            // A length with its first bit set is none: nothing behind it can be told.
            rest = length < 0 || length > Long.MAX_VALUE - MASK_BYTES
                    ? Long.MAX_VALUE
                    : length + (masked ? MASK_BYTES : 0);
            head = 0;
            lengthBytes = 0;
        }
    }
}
