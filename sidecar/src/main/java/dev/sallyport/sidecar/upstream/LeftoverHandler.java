package dev.sallyport.sidecar.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** Holds what had been read before a connection changed hands, until its new owner first reads; then it goes. */
final class LeftoverHandler extends ChannelDuplexHandler {

    private @Nullable ByteBuf leftover;

    LeftoverHandler(@Nullable ByteBuf leftover) {
        this.leftover = leftover;
    }

    @Override
    public void read(ChannelHandlerContext context) {
        boolean given = give(context);
        context.read();
        if (given) {
            context.fireChannelReadComplete();
        }
        if (!context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (give(context)) {
            context.fireChannelReadComplete();
        }
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (leftover != null) {
            leftover.release();
            leftover = null;
        }
    }

    private boolean give(ChannelHandlerContext context) {
        ByteBuf data = leftover;
        leftover = null;
        if (data == null) {
            return false;
        }
        if (!data.isReadable()) {
            data.release();
            return false;
        }
        context.fireChannelRead(data);
        return true;
    }
}
