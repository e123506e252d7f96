package dev.sallyport.bench.client;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A WebSocket that the origin echoes. */
public final class WebSocket implements AutoCloseable {

    private final Channel channel;
    private final SocketHandler handler;

    WebSocket(Channel channel, SocketHandler handler) throws IOException {
        this.channel = channel;
        this.handler = handler;
        Waiting.until(handler.open);
    }

    /** Sends a text and waits until it comes back. */
    public void echo(String text) throws IOException {
        handler.text = new CompletableFuture<>();
        var _ = channel.writeAndFlush(new TextWebSocketFrame(text));
        if (!Waiting.until(handler.text).equals(text)) {
            throw new IOException("another text came back");
        }
    }

    @Override
    public void close() {
        var _ = channel.close();
    }
}
