package dev.sallyport.bench.wire;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.concurrent.TimeUnit;

/** Threads for connections. Clients and upstream have their own, so that one does not wait for the other. */
public record EventLoops(EventLoopGroup group) implements AutoCloseable {

    /** With so many threads. */
    public static EventLoops of(int threads) {
        return new EventLoops(new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory()));
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
