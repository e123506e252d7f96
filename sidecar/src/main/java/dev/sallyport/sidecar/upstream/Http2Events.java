package dev.sallyport.sidecar.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;

/** Passes what happens on a connection on to the streams that it happens to. */
final class Http2Events extends Http2EventAdapter {

    private final Http2Session session;
    private boolean settingsSeen;

    Http2Events(Http2Session session) {
        this.session = session;
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean end)
            throws Http2Exception {
        Http2Leg leg = session.leg(streamId);
        try {
            return padding + (leg == null ? data.readableBytes() : leg.data(data, end));
        } catch (RuntimeException e) {
            throw broken(streamId, e);
        }
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean end)
            throws Http2Exception {
        Http2Leg leg = session.leg(streamId);
        try {
            if (leg != null) {
                leg.headers(headers, end);
            }
        } catch (RuntimeException e) {
            throw broken(streamId, e);
        }
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int streamId,
            Http2Headers headers,
            int streamDependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean end)
            throws Http2Exception {
        onHeadersRead(context, streamId, headers, padding, end);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int streamId, long errorCode) {
        Http2Leg leg = session.leg(streamId);
        if (leg != null) {
            leg.reset(errorCode);
        }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) {
        Long streams = settings.maxConcurrentStreams();
        if (streams != null) {
            session.peerStreams(streams);
        } else if (!settingsSeen) {
            session.peerStreams(Integer.MAX_VALUE);
        }
        settingsSeen = true;
        session.boundTable(settings.headerTableSize());
    }

    @Override
    public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
        session.goAway(lastStreamId);
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
        Http2Leg leg = session.leg(stream);
        if (leg != null) {
            leg.closed();
        }
    }

    @Override
    public void onStreamRemoved(Http2Stream stream) {
        session.streamRemoved();
    }

    /** One stream's failure, which is none of the others'. */
    private Http2Exception broken(int streamId, RuntimeException cause) {
        Http2Leg leg = session.leg(streamId);
        if (leg != null) {
            leg.broken(cause);
        }
        return Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "broken");
    }
}
