package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.audit.Reason;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who wants a turn on a connection. */
final class Waiter {

    private final List<InetAddress> addresses;
    private final boolean fresh;
    private final long deadline;
    private final Promise<Leg> promise = Promise.promise();
    private java.util.concurrent.@Nullable Future<?> timer;
    private boolean connecting;

    /**
     * Somebody who waits until the deadline.
     *
     * @param addresses where the connection may go to
     * @param fresh whether a connection that was kept is none for it
     */
    Waiter(List<InetAddress> addresses, boolean fresh, long deadline) {
        this.addresses = addresses;
        this.fresh = fresh;
        this.deadline = deadline;
    }

    List<InetAddress> addresses() {
        return addresses;
    }

    boolean fresh() {
        return fresh;
    }

    long deadline() {
        return deadline;
    }

    Future<Leg> future() {
        return promise.future();
    }

    /** Whether a connection is being made for it. */
    boolean connecting() {
        return connecting;
    }

    void connects(boolean now) {
        connecting = now;
    }

    /** Gives up after a time. */
    void expire(EventLoop loop, long nanos, Runnable gone) {
        timer = loop.schedule(
                () -> {
                    gone.run();
                    promise.tryFail(new UpstreamException(Reason.UPSTREAM_TIMEOUT));
                },
                nanos,
                TimeUnit.NANOSECONDS);
    }

    void complete(Leg leg) {
        cancel();
        if (!promise.tryComplete(leg)) {
            leg.abort();
        }
    }

    void fail(Throwable cause) {
        cancel();
        promise.tryFail(cause);
    }

    private void cancel() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
