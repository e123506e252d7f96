package dev.sallyport.sidecar.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One thing at a time that happens unless it is called off. */
final class Alarm {

    private final ChannelHandlerContext context;
    private @Nullable Future<?> pending;

    Alarm(ChannelHandlerContext context) {
        this.context = context;
    }

    /** Replaces what was set before. */
    void set(long delay, TimeUnit unit, Runnable action) {
        cancel();
        pending = context.executor().schedule(action, delay, unit);
    }

    void cancel() {
        if (pending != null) {
            boolean _ = pending.cancel(false);
            pending = null;
        }
    }
}
