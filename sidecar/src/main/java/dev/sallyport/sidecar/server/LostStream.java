package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.BodyHandler;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A request of which nothing is known, and that can't be answered: the codec has ended its stream. */
record LostStream(EventLoop eventLoop, Optional<Tunnel> tunnel) implements ClientStream {

    @Override
    public RequestHead head() {
        return Http2Heads.unknown();
    }

    @Override
    public OptionalLong contentLength() {
        return OptionalLong.of(0);
    }

    @Override
    public void receive(BodyHandler handler) {}

    @Override
    public void answerInterim(ResponseHead head) {}

    @Override
    public void answer(ResponseHead head) {}

    @Override
    public void closeAfterAnswer() {}

    @Override
    public boolean canUpgrade() {
        return false;
    }

    @Override
    public Channel upgrade(ResponseHead head) {
        throw new IllegalStateException("the stream is gone");
    }

    @Override
    public void intercept(String host, int port, Consumer<Throwable> refused) {
        throw new IllegalStateException("the stream is gone");
    }

    @Override
    public Future<ClientHello> tunnelled() {
        throw new IllegalStateException("the stream is gone");
    }

    @Override
    public void write(ByteBuf data) {
        data.release();
    }

    @Override
    public void flush() {}

    @Override
    public void end(HttpHeaders trailers) {}

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void onWritable(Runnable action) {}

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void abort() {}
}
