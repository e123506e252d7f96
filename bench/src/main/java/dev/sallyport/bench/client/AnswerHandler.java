package dev.sallyport.bench.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Gives what comes to the call that it belongs to. */
final class AnswerHandler extends SimpleChannelInboundHandler<HttpObject> {

    private @Nullable Call call;

    void serve(Call next) {
        call = next;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        Call current = call;
        if (current == null) {
            return;
        }
        if (message instanceof HttpResponse response) {
            current.head(response.status().code(), response.headers().get("sallyport-reason", ""));
        }
        if (message instanceof HttpContent content) {
            current.data(content.content().readableBytes());
        }
        if (message instanceof LastHttpContent) {
            call = null;
            current.ended();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (call != null) {
            call.writable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            fail(new IOException("the proxy reset the stream with " + reset.errorCode()));
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(new IOException("the proxy ended the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause);
        var _ = context.close();
    }

    private void fail(Throwable cause) {
        if (call != null) {
            call.failed(cause);
            call = null;
        }
    }
}
