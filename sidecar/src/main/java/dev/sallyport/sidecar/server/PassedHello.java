package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.ClientStream.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/** Reads the ClientHello of a tunnel that is passed through, and leaves it where it is. */
final class PassedHello extends HelloReader {

    private final Promise<ClientHello> promise = Promise.promise();

    PassedHello(int seconds) {
        super(seconds);
    }

    Future<ClientHello> begin(ByteBuf early) {
        start(early);
        return promise.future();
    }

    @Override
    void consider(ByteBuf octets) {
        hello().ifPresent(hello -> {
            succeeded();
            Channel channel = context().channel();
            var _ = channel.pipeline().replace(this, "held", new HeldOctets(take()));
            promise.complete(new ClientHello(hello.serverName(), channel));
        });
    }

    @Override
    void failed(Throwable cause) {
        promise.fail(cause);
    }
}
