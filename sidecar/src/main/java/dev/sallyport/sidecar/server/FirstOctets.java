package dev.sallyport.sidecar.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells TLS by its first record from the rest, and HTTP/2 by its preface (RFC 9113, section 3.4) from HTTP/1, and has the
 * connection served.
 */
final class FirstOctets extends ChannelInboundHandlerAdapter {

    private static final ByteBuf PREFACE = Http2CodecUtil.connectionPrefaceBuf();

    private final Serving serving;
    private ByteBuf octets = Unpooled.EMPTY_BUFFER;
    private @Nullable Alarm alarm;

    FirstOctets(Serving serving) {
        this.serving = serving;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Alarm timer = new Alarm(context);
        alarm = timer;
        timer.set(serving.limits().idleSeconds(), TimeUnit.SECONDS, () -> {
            var _ = context.close();
        });
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!octets.isReadable() && alarm != null) {
            alarm.set(serving.limits().headSeconds(), TimeUnit.SECONDS, () -> {
                var _ = context.close();
            });
        }
        octets = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), octets, (ByteBuf) message);
        if (!serving.hosts().isEmpty() && octets.getByte(octets.readerIndex()) == TlsEntry.HANDSHAKE) {
            ByteBuf all = octets;
            octets = Unpooled.EMPTY_BUFFER;
            PortEntry entry = new PortEntry(serving);
            var _ = context.pipeline().replace(this, "entry", entry);
            entry.start(all);
            return;
        }
        int length = Math.min(octets.readableBytes(), PREFACE.readableBytes());
        if (!octets.slice(octets.readerIndex(), length).equals(PREFACE.slice(0, length))) {
            var _ = context.pipeline()
                    .addAfter(context.name(), "http1", new Http1Connection(serving, Optional.empty()));
            giveWay(context);
        } else if (length == PREFACE.readableBytes()) {
            Http2Connection.install(context, serving, Optional.empty());
            giveWay(context);
        }
    }

    private void giveWay(ChannelHandlerContext context) {
        ByteBuf all = octets;
        octets = Unpooled.EMPTY_BUFFER;
        context.fireChannelRead(all);
        if (!context.isRemoved()) {
            var _ = context.pipeline().remove(this);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.read();
        context.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (Departure.isEndOfInput(event)) {
            var _ = context.close();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Faults.log(cause);
        var _ = context.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        boolean _ = octets.release();
        if (alarm != null) {
            alarm.cancel();
        }
    }
}
