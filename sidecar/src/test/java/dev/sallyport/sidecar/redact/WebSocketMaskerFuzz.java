package dev.sallyport.sidecar.redact;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sallyport.contract.config.RedactResponses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whatever a server sends, a strict reader finds in what is left of it whole messages without the secret. */
class WebSocketMaskerFuzz {

    private static final String SECRET = "sk-fuzz1";

    @FuzzTest
    void what_passes_is_read_by_others_and_shows_no_secret(byte[] octets) {
        Outcome atOnce = mask(octets, Math.max(1, octets.length));
        Outcome inParts = mask(octets, 3);
        require(atOnce.refused() == inParts.refused(), "refused in one of two ways");
        if (!atOnce.refused()) {
            require(atOnce.messages().equals(inParts.messages()), "masked in two ways");
        }
        require(!atOnce.messages().contains(SECRET) && !inParts.messages().contains(SECRET), "the secret");
    }

    private record Outcome(boolean refused, String messages) {}

    private static Outcome mask(byte[] octets, int step) {
        EmbeddedChannel reader = new EmbeddedChannel(new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(false)
                .allowExtensions(false)
                .maxFramePayloadLength(Integer.MAX_VALUE)
                .withUTF8Validator(false)
                .closeOnProtocolViolation(false)
                .build()));
        try (Needles needles = Needles.of(List.of(SECRET.getBytes(StandardCharsets.US_ASCII)));
                ResponseMasking masking = ResponseMasking.of(RedactResponses.FULL, needles)) {
            StringBuilder messages = new StringBuilder();
            StringBuilder controls = new StringBuilder();
            boolean refused = false;
            try {
                for (int at = 0; at < octets.length; at += step) {
                    ByteBuf out = masking.frames(Unpooled.copiedBuffer(octets, at, Math.min(step, octets.length - at)));
                    reader.writeInbound(out);
                }
            } catch (RedactionImpossibleException e) {
                refused = true;
            } catch (CorruptedWebSocketFrameException e) {
                // What is in a close frame, how a length is spelt and how long a frame may be is for its reader to
                // judge.
                String why = String.valueOf(e.getMessage());
                require(
                        why.startsWith("Invalid close frame")
                                || why.equals("bytes are not UTF-8")
                                || why.equals("received close control frame with payload len 1")
                                || why.startsWith("Max frame length")
                                || why.endsWith("(not using minimal length encoding)"),
                        why);
                refused = true;
            }
            for (WebSocketFrame frame = reader.readInbound(); frame != null; frame = reader.readInbound()) {
                String text = frame.content().toString(StandardCharsets.ISO_8859_1);
                if (frame instanceof PingWebSocketFrame
                        || frame instanceof PongWebSocketFrame
                        || frame instanceof CloseWebSocketFrame) {
                    controls.append(text).append('|');
                } else {
                    messages.append(text).append(frame.isFinalFragment() ? "|" : "");
                }
                frame.release();
            }
            return new Outcome(refused, messages + "/" + controls);
        } finally {
            reader.finishAndReleaseAll();
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
