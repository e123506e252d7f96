package dev.sallyport.sidecar.upstream;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a connection is idle, or dead: where nothing has been heard for long, a ping asks (RFC 9113, section 6.7),
 * and if nothing comes back either, nobody is there.
 */
final class Http2Watch {

    private final Http2Session session;
    private final EventLoop loop;
    private final PoolWide pool;
    private long lastHeard;
    private long idleSince;
    /** Number of the ping that has not been answered; 0: none. */
    private long unanswered;

    private long pings;
    private boolean stopped;
    private @Nullable Future<?> timer;

    Http2Watch(Http2Session session, EventLoop loop, PoolWide pool) {
        this.session = session;
        this.loop = loop;
        this.pool = pool;
        this.lastHeard = pool.now();
        this.idleSince = lastHeard;
    }

    /** Something has been read. */
    void heard() {
        lastHeard = pool.now();
        unanswered = 0;
    }

    /** A stream has ended. */
    void streamEnded() {
        idleSince = pool.now();
    }

    /** A stream begins: on a connection that has been silent for some time, together with a ping. */
    void streamBegins() {
        if (pool.now() - lastHeard > pool.settings().pingOnUse().toNanos()) {
            ping();
        }
    }

    void start() {
        long now = pool.now();
        long silence = pool.settings().pingInSilence().toNanos();
        long next;
        if (session.isIdle()) {
            next = idleSince + pool.settings().idleMultiplexed().toNanos() - now;
            if (next <= 0) {
                session.leave();
                return;
            }
        } else {
            next = lastHeard + silence - now;
            if (next <= 0) {
                ping();
                next = silence;
            }
        }
        if (!stopped) {
            timer = loop.schedule(this::start, Math.min(next, silence), TimeUnit.NANOSECONDS);
        }
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void ping() {
        if (unanswered == 0) {
            long number = ++pings;
            unanswered = number;
            session.ping(number);
            var _ = loop.schedule(
                    () -> {
                        if (unanswered == number && !stopped) {
                            session.dead();
                        }
                    },
                    pool.settings().pingAnswer().toNanos(),
                    TimeUnit.NANOSECONDS);
        }
    }
}
