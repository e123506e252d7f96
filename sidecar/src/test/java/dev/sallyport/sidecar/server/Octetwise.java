package dev.sallyport.sidecar.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Sends each octet of a connection back. */
final class Octetwise {

    private Octetwise() {}

    static void echo(Channel channel) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                var _ = context.write(message);
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext context) {
                context.flush();
                context.read();
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                if (Departure.isEndOfInput(event)) {
                    var _ = context.close();
                }
            }
        });
        channel.read();
    }
}
