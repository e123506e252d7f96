package dev.sallyport.sidecar.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;

/** What is done to a client's connection besides answering on it. */
final class ClientConnection {

    private ClientConnection() {}

    /**
     * Ends the connection by a reset, so that an answer which is not whole is never taken for whole, not even by a client
     * that reads to the connection's end.
     */
    static void reset(HttpServerRequest request) {
        Channel channel = ((HttpServerConnection) request.connection())
                .channelHandlerContext()
                .channel();
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException closedAlready) {
            return;
        }
        var _ = channel.close();
    }
}
