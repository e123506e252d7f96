package dev.sallyport.sidecar.pipeline;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Tells when nothing has happened for too long. Progress costs no more than a look at the clock. */
final class Silence {

    private final EventLoop loop;
    private final LongSupplier nanos;
    private final Runnable tooLong;
    private long mostNanos;
    private long lastProgress;
    private @Nullable ScheduledFuture<?> timer;

    /** Does nothing until it is started. */
    Silence(EventLoop loop, LongSupplier nanos, Runnable tooLong) {
        this.loop = loop;
        this.nanos = nanos;
        this.tooLong = tooLong;
    }

    void start(int mostSeconds) {
        mostNanos = TimeUnit.SECONDS.toNanos(mostSeconds);
        progress();
        arm(mostNanos);
    }

    void progress() {
        lastProgress = nanos.getAsLong();
    }

    void stop() {
        if (timer != null) {
            boolean _ = timer.cancel(false);
            timer = null;
        }
    }

    private void arm(long delay) {
        timer = loop.schedule(this::check, Math.max(1, delay), TimeUnit.NANOSECONDS);
    }

    private void check() {
        long left = mostNanos - (nanos.getAsLong() - lastProgress);
        if (left > 0) {
            arm(left);
        } else {
            timer = null;
            tooLong.run();
        }
    }
}
