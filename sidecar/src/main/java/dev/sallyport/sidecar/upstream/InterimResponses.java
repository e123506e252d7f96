package dev.sallyport.sidecar.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpClientConnection;

/**
 * Takes interim responses out of an upstream's answers that the client library would take for final ones: all of 1xx but
 * 100, 101 and 103. A proxy may discard them (RFC 9110, section 15.2).
 */
final class InterimResponses extends ChannelInboundHandlerAdapter {

    private boolean discarding;

    /** Puts one before the library's handler of this connection. */
    static void filter(HttpConnection connection) {
        ChannelHandlerContext library = ((HttpClientConnection) connection).channelHandlerContext();
        library.pipeline().addBefore(library.name(), "interim-responses", new InterimResponses());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse response
                && isInterim(response.status().code())) {
            discarding = !(message instanceof LastHttpContent);
            ReferenceCountUtil.release(message);
        } else if (discarding && message instanceof HttpObject) {
            discarding = !(message instanceof LastHttpContent);
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    private static boolean isInterim(int status) {
        return status >= 102 && status < 200 && status != 103;
    }
}
