package dev.sallyport.sidecar.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CloseFramesTest {

    /** Before the Close frame: payloads that look like one, of each form of length, masked and not. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536, 70_000})
    void a_close_frame_is_found_behind_others_however_they_are_cut(int payload) {
        for (boolean masked : new boolean[] {true, false}) {
            for (int part : new int[] {1, 3, 7, 1 << 20}) {
                ByteBuf stream = Unpooled.buffer();
                frame(stream, 0x82, masked, payload);
                frame(stream, 0x89, masked, Math.min(payload, 125));
                CloseFrames frames = new CloseFrames();
                look(frames, stream, part);
                assertThat(frames.seen()).isFalse();

                frame(stream, 0x88, masked, 2);
                look(frames, stream, part);

                assertThat(frames.seen()).isTrue();
            }
        }
    }

    @Test
    void what_is_no_frame_has_no_close_frame_behind_it() {
        ByteBuf stream = Unpooled.buffer().writeByte(0x82).writeByte(127).writeLong(-1);
        frame(stream, 0x88, false, 2);
        CloseFrames frames = new CloseFrames();

        look(frames, stream, 5);

        assertThat(frames.seen()).isFalse();
    }

    private static void look(CloseFrames frames, ByteBuf stream, int part) {
        while (stream.isReadable()) {
            ByteBuf next = stream.readSlice(Math.min(part, stream.readableBytes()));
            int length = next.readableBytes();
            frames.look(next);
            assertThat(next.readableBytes()).isEqualTo(length);
        }
    }

    private static void frame(ByteBuf to, int first, boolean masked, int payload) {
        int mask = masked ? 0x80 : 0;
        to.writeByte(first);
        if (payload < 126) {
            to.writeByte(mask | payload);
        } else if (payload < 65_536) {
            to.writeByte(mask | 126).writeShort(payload);
        } else {
            to.writeByte(mask | 127).writeLong(payload);
        }
        if (masked) {
            to.writeInt(0x88888888);
        }
        for (int i = 0; i < payload; i++) {
            to.writeByte(i % 2 == 0 ? 0x88 : 0x00);
        }
    }
}
