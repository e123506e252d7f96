package dev.sallyport.sidecar.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;

/** Ends of connections. */
final class Channels {

    private Channels() {}

    /**
     * Resets a connection at once: what was written but has not left is dropped. TLS's farewell, which waits for that to
     * leave, is left out, so that nobody can take what was sent for whole.
     */
    static void reset(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            ChannelHandlerContext nearest = tls == null
                    ? channel.pipeline().firstContext()
                    : channel.pipeline().context(tls);
            var _ = nearest == null ? channel.close() : nearest.close();
        }
    }

    /** Ends a connection; what was written still leaves. */
    static void close(Channel channel) {
        var _ = channel.close();
    }
}
