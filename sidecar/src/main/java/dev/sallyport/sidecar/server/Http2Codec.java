package dev.sallyport.sidecar.server;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyLimits;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Netty's codec within our limits, which tells of requests that it would not give to anybody. */
final class Http2Codec extends Http2FrameCodec {

    private static final int FIELD_OVERHEAD = 32;
    private static final int RESETS = 200;
    private static final int RESET_SECONDS = 10;
    private static final int MOST_CONTROL_FRAMES_WAITING = 1_000;
    private static final int ERROR_MILLIS = 2_000;
    private static final int MOST_REMEMBERED = 256;

    private final Consumer<Reason> unreadable;

    /** The streams that were reset here last: their frames may still be on their way. */
    private final Set<Integer> resets = new LinkedHashSet<>();

    private Http2Codec(
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings,
            Consumer<Reason> unreadable) {
        super(encoder, decoder, settings, true, true);
        this.unreadable = unreadable;
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                if (stream.isResetSent()) {
                    remember(stream.id());
                }
            }
        });
    }

    private void remember(int id) {
        if (resets.add(id) && resets.size() > MOST_REMEMBERED) {
            Iterator<Integer> oldest = resets.iterator();
            int _ = oldest.next();
            oldest.remove();
        }
    }

    /** @param unreadable is told of each head that can't be read, and of a connection that broke the protocol */
    static Http2FrameCodec create(ProxyLimits limits, Consumer<Reason> unreadable) {
        return new Builder(unreadable)
                .initialSettings(new Http2Settings()
                        .maxConcurrentStreams(limits.streams())
                        .initialWindowSize(Http2CodecUtil.DEFAULT_WINDOW_SIZE)
                        // Each field counts 32 bytes more than it has (RFC 9113, section 6.5.2).
                        .maxHeaderListSize(limits.headBytes() + (long) FIELD_OVERHEAD * limits.headFields()))
                .decoderEnforceMaxRstFramesPerWindow(RESETS, RESET_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(RESETS, RESET_SECONDS)
                .encoderEnforceMaxQueuedControlFrames(MOST_CONTROL_FRAMES_WAITING)
                .gracefulShutdownTimeoutMillis(ERROR_MILLIS)
                .build();
    }

    @Override
    public void onError(ChannelHandlerContext context, boolean outbound, Throwable cause) {
        Http2Exception failure = Http2CodecUtil.getEmbeddedHttp2Exception(cause);
        if (!outbound && failure instanceof Http2Exception.StreamException late && isLate(late)) {
            // The library would reset the stream again for each frame that was on its way, and take them for an attack.
            if (!resets.contains(late.streamId())) {
                onError(context, false, Http2Exception.connectionError(Http2Error.STREAM_CLOSED, "a closed stream"));
            }
            return;
        }
        if (!outbound && failure != null && failure.error() != Http2Error.REFUSED_STREAM) {
            if (!(failure instanceof Http2Exception.StreamException stream)) {
                unreadable.accept(Reason.MALFORMED_REQUEST);
            } else if (!connection().streamMayHaveExisted(stream.streamId())) {
                unreadable.accept(
                        stream instanceof Http2Exception.HeaderListSizeException
                                ? Reason.HEAD_TOO_LARGE
                                : Reason.MALFORMED_REQUEST);
            }
        }
        super.onError(context, outbound, cause);
    }

    /** A frame of a request on a stream that has ended (RFC 9113, section 5.1). */
    private boolean isLate(Http2Exception.StreamException failure) {
        return failure.error() == Http2Error.STREAM_CLOSED && connection().stream(failure.streamId()) == null;
    }

    private static final class Builder extends Http2FrameCodecBuilder {

        private final Consumer<Reason> unreadable;

        Builder(Consumer<Reason> unreadable) {
            this.unreadable = unreadable;
        }

        // Not public in the library.
        @Override
        public Http2FrameCodecBuilder encoderEnforceMaxQueuedControlFrames(int most) {
            return super.encoderEnforceMaxQueuedControlFrames(most);
        }

        @Override
        protected Http2FrameCodec build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new Http2Codec(decoder, encoder, settings, unreadable);
        }
    }
}
