package dev.sallyport.sidecar.pipeline;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.math.BigInteger;
import java.util.Arrays;

/** A Close frame is found where one that reads everything at once finds it, however the octets are cut. */
class CloseFramesFuzz {

    private static final int CLOSE = 8;
    private static final int MASK_BYTES = 4;

    @FuzzTest
    void a_close_frame_is_seen_where_it_begins_and_nowhere_else(byte[] octets) {
        boolean expected = hasClose(octets);
        for (int step : new int[] {1, 3, Math.max(1, octets.length)}) {
            CloseFrames frames = new CloseFrames();
            for (int at = 0; at < octets.length; at += step) {
                ByteBuf part = Unpooled.wrappedBuffer(octets, at, Math.min(step, octets.length - at));
                int length = part.readableBytes();
                frames.look(part);
                require(part.readableBytes() == length, "octets were taken");
            }
            require(frames.seen() == expected, "seen: " + frames.seen() + " in steps of " + step);
        }
    }

    /** RFC 6455, section 5.2, without a limit on lengths; a close frame counts when its second octet is there. */
    private static boolean hasClose(byte[] octets) {
        BigInteger at = BigInteger.ZERO;
        while (at.bitLength() < Integer.SIZE && at.intValueExact() + 1 < octets.length) {
            int head = at.intValueExact();
            if ((octets[head] & 0xf) == CLOSE) {
                return true;
            }
            int second = octets[head + 1] & 0xff;
            int wide = (second & 0x7f) == 126 ? 2 : (second & 0x7f) == 127 ? 8 : 0;
            if (head + 2 + wide > octets.length) {
                return false;
            }
            BigInteger length = wide == 0
                    ? BigInteger.valueOf(second & 0x7f)
                    : new BigInteger(1, Arrays.copyOfRange(octets, head + 2, head + 2 + wide));
            at = BigInteger.valueOf(head + 2L + wide + (second < 0x80 ? 0 : MASK_BYTES))
                    .add(length);
        }
        return false;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
