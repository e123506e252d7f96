package dev.sallyport.sidecar.redact;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Masks secrets in the frames that a WebSocket server sends (RFC 6455, section 5), without extensions: in data messages,
 * over all of their frames, and in control frames. Messages keep their lengths.
 *
 * <p>A message in one frame keeps it. One in several frames gets other ones, as an intermediary may do (section 5.4):
 * otherwise what is held back of a frame would hold back the control frames after it too. For one thread at a time.
 */
final class WebSocketMasker implements AutoCloseable {

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int CONTINUATION = 0;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PONG = 10;
    private static final int MOST_CONTROL = 125;
    private static final int TWO_BYTES = 126;
    private static final int EIGHT_BYTES = 127;
    private static final int MOST_AT_ONCE = 8 * 1024;

    private final StreamMasker data;
    private final StreamMasker control;

    /** The frame's header as far as it has come. */
    private final byte[] header = new byte[10];

    private int headerRead;
    private boolean inPayload;
    private boolean isFinal;
    private int opcode;
    private long remaining;

    /** A control frame's payload as far as it has come. */
    private final byte[] payload = new byte[MOST_CONTROL];

    private int payloadRead;

    private boolean inMessage;

    /** What the message's next frame of ours is: its type until one went out, then a continuation. */
    private int nextOpcode;

    /** Bytes of frames before the message's last one that are still held back; its header waits for them. */
    private int owed;

    private boolean headerWaits;
    private byte[] piece = new byte[0];

    WebSocketMasker(StreamMasker data, StreamMasker control) {
        this.data = data;
        this.control = control;
    }

    /**
     * Masks the next bytes of the connection.
     *
     * @param in handed over
     * @return what is decided, maybe nothing
     * @throws RedactionImpossibleException if they are no frames that a server may send; nothing of the rest may pass
     */
    ByteBuf mask(ByteBuf in) {
        ByteBuf out = in.alloc().buffer(in.readableBytes() + data.held() + header.length);
        try {
            while (in.isReadable() || (inPayload && remaining == 0)) {
                if (!inPayload) {
                    readHeader(in, out);
                } else if (opcode >= CLOSE) {
                    readControl(in, out);
                } else {
                    readData(in, out);
                }
            }
        } catch (RuntimeException e) {
            out.release();
            throw e;
        } finally {
            in.release();
        }
        return out;
    }

    private void readHeader(ByteBuf in, ByteBuf out) {
        header[headerRead++] = in.readByte();
        if (headerRead < 2 || headerRead < headerLength()) {
            return;
        }
        opcode = header[0] & 0xF;
        isFinal = (header[0] & FIN) != 0;
        remaining = payloadLength();
        check();
        inPayload = true;
        payloadRead = 0;
        if (opcode >= CLOSE) {
            return;
        }
        if (!inMessage) {
            nextOpcode = opcode;
        }
        if (isFinal) {
            owed = data.held();
            headerWaits = owed > 0;
            if (!headerWaits) {
                out.writeBytes(header, 0, headerRead);
            }
        } else if (!inMessage && remaining == 0) {
            writeFrame(out, header, 0, 0);
        }
        inMessage = true;
    }

    private int headerLength() {
        return switch (header[1] & 0x7F) {
            case TWO_BYTES -> 4;
            case EIGHT_BYTES -> 10;
            default -> 2;
        };
    }

    private long payloadLength() {
        long length = header[1] & 0x7F;
        if (length < TWO_BYTES) {
            return length;
        }
        length = 0;
        for (int i = 2; i < headerRead; i++) {
            length = length << 8 | (header[i] & 0xFF);
        }
        return length;
    }

    private void check() {
        require((header[0] & RESERVED) == 0, "a frame of an extension");
        require((header[1] & MASKED) == 0, "a masked frame from the server");
        require(remaining >= 0, "a frame of more than 2^63 bytes");
        if (opcode >= CLOSE) {
            require(opcode <= PONG, "a control frame that is not defined");
            require(isFinal && (header[1] & 0x7F) <= MOST_CONTROL, "a control frame in parts or too long");
        } else {
            require(opcode <= BINARY, "a data frame that is not defined");
            require((opcode == CONTINUATION) == inMessage, "a frame that is not its message's next");
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new RedactionImpossibleException("the upstream sent " + otherwise);
        }
    }

    private void readControl(ByteBuf in, ByteBuf out) {
        int length = (int) Math.min(remaining, in.readableBytes());
        in.readBytes(payload, payloadRead, length);
        payloadRead += length;
        remaining -= length;
        if (remaining == 0) {
            // A close frame's code too: a secret may begin in it.
            control.maskWhole(payload, 0, payloadRead);
            out.writeBytes(header, 0, headerRead);
            out.writeBytes(payload, 0, payloadRead);
            endFrame();
        }
    }

    private void readData(ByteBuf in, ByteBuf out) {
        while (remaining > 0 && in.isReadable()) {
            int length = (int) Math.min(Math.min(remaining, in.readableBytes()), MOST_AT_ONCE);
            if (piece.length < length) {
                piece = new byte[length];
            }
            in.readBytes(piece, 0, length);
            remaining -= length;
            data.mask(piece, 0, length, (array, offset, count) -> give(out, array, offset, count));
        }
        if (remaining == 0) {
            if (isFinal) {
                data.finish((array, offset, count) -> give(out, array, offset, count));
                inMessage = false;
            }
            endFrame();
        }
    }

    private void give(ByteBuf out, byte[] array, int offset, int count) {
        if (!isFinal) {
            writeFrame(out, array, offset, count);
            return;
        }
        int before = Math.min(owed, count);
        if (before > 0) {
            writeFrame(out, array, offset, before);
            owed -= before;
        }
        if (headerWaits && owed == 0) {
            headerWaits = false;
            out.writeBytes(header, 0, headerRead);
        }
        out.writeBytes(array, offset + before, count - before);
    }

    /** Writes a frame, or some, that isn't the message's last one. */
    private void writeFrame(ByteBuf out, byte[] array, int offset, int count) {
        int at = 0;
        do {
            int length = Math.min(count - at, MOST_AT_ONCE);
            out.writeByte(nextOpcode);
            if (length < TWO_BYTES) {
                out.writeByte(length);
            } else {
                out.writeByte(TWO_BYTES).writeShort(length);
            }
            out.writeBytes(array, offset + at, length);
            nextOpcode = CONTINUATION;
            at += length;
        } while (at < count);
    }

    private void endFrame() {
        inPayload = false;
        headerRead = 0;
    }

    long maskedBytes() {
        return data.maskedBytes() + control.maskedBytes();
    }

    @Override
    public void close() {
        Arrays.fill(piece, (byte) 0);
        Arrays.fill(payload, (byte) 0);
        data.close();
        control.close();
    }
}
