package dev.sallyport.sidecar.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Stands where HTTP stood, and holds what was read beyond it until somebody reads from the connection. Then it is gone. What
 * comes unasked meanwhile is held too, so that all stays in order.
 */
final class HeldOctets extends ChannelDuplexHandler {

    private final Queue<Object> held = new ArrayDeque<>();

    /** @param rest handed over; may be empty */
    HeldOctets(ByteBuf rest) {
        if (rest.isReadable()) {
            held.add(rest);
        } else {
            rest.release();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        held.add(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (Departure.isEndOfInput(event)) {
            held.add(event);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        boolean satisfied = held.stream().anyMatch(ByteBuf.class::isInstance);
        if (satisfied) {
            context.executor().execute(() -> giveUp(context));
        } else {
            giveUp(context);
            context.read();
        }
    }

    private void giveUp(ChannelHandlerContext context) {
        if (context.isRemoved()) {
            return;
        }
        boolean data = false;
        for (Object next = held.poll(); next != null; next = held.poll()) {
            if (next instanceof ByteBuf) {
                context.fireChannelRead(next);
                data = true;
            } else {
                if (data) {
                    context.fireChannelReadComplete();
                    data = false;
                }
                context.fireUserEventTriggered(next);
            }
        }
        if (data) {
            context.fireChannelReadComplete();
        }
        boolean readOn = context.channel().config().isAutoRead();
        if (!context.isRemoved()) {
            context.pipeline().remove(this);
        }
        if (readOn) {
            var _ = context.channel().read();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }
}
