package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.route.Origin;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one origin. A connection serves only requests whose judged addresses hold the one
 * that it goes to, so that a look-up that has changed, or a judgement, is heeded.
 */
final class OriginPool {

    /** Makes connections. */
    @FunctionalInterface
    interface Opener {

        Future<Connector.Connected> open(List<InetAddress> addresses, boolean multiplex, long deadline);
    }

    private enum Version {
        UNKNOWN,
        HTTP_1,
        HTTP_2
    }

    private final EventLoop loop;
    private final Origin origin;
    private final boolean alwaysHttp2;
    private final Opener opener;
    private final PoolSettings settings;
    private final LongSupplier nanos;
    private final Consumer<OriginPool> emptied;

    private final Deque<Http1Connection> idle = new ArrayDeque<>();
    private final List<Http2Session> sessions = new ArrayList<>(1);
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private Version version;
    private int exclusive;
    private int connecting;
    private boolean retired;
    private boolean sweeping;
    private boolean serving;

    /**
     * A pool without connections.
     *
     * @param priorKnowledge whether it speaks HTTP/2 unasked
     * @param emptied is told when nothing is left in it
     */
    OriginPool(
            EventLoop loop,
            Origin origin,
            boolean priorKnowledge,
            boolean secure,
            Opener opener,
            PoolSettings settings,
            LongSupplier nanos,
            Consumer<OriginPool> emptied) {
        this.loop = loop;
        this.origin = origin;
        this.opener = opener;
        this.settings = settings;
        this.nanos = nanos;
        this.emptied = emptied;
        this.version = priorKnowledge ? Version.HTTP_2 : secure ? Version.UNKNOWN : Version.HTTP_1;
        this.alwaysHttp2 = priorKnowledge;
    }

    /**
     * A turn on a connection to one of these addresses.
     *
     * @param fresh whether a connection that was kept is none for it
     * @return fails with {@link UpstreamException}
     */
    Future<Leg> lease(List<InetAddress> addresses, boolean fresh, long deadline) {
        Waiter waiter = new Waiter(addresses, fresh, deadline);
        long left = deadline - nanos.getAsLong();
        waiter.timer = loop.schedule(
                () -> waiter.fail(new UpstreamException(Reason.UPSTREAM_TIMEOUT)), left, TimeUnit.NANOSECONDS);
        waiters.add(waiter);
        serve();
        return waiter.promise.future();
    }

    /** A connection of HTTP/1.1 that serves one request only, and is that request's alone. */
    Future<Leg> leaseExclusive(List<InetAddress> addresses, long deadline) {
        connecting++;
        return opener.open(addresses, false, deadline)
                .onComplete(done -> connecting--)
                .map(connected -> (Leg) exclusive(connected).lend(true))
                .onComplete(done -> checkEmpty());
    }

    /** Ends what is idle, and the rest when it is. */
    void retire() {
        retired = true;
        List.copyOf(idle).forEach(Http1Connection::close);
        List.copyOf(sessions).forEach(Http2Session::leave);
        checkEmpty();
    }

    /** Gives those who wait what there is, in their order. */
    private void serve() {
        if (serving) {
            return;
        }
        serving = true;
        try {
            for (Iterator<Waiter> each = waiters.iterator(); each.hasNext(); ) {
                Waiter waiter = each.next();
                if (waiter.done) {
                    each.remove();
                    continue;
                }
                Leg leg = existing(waiter);
                if (leg != null) {
                    each.remove();
                    waiter.complete(leg);
                } else if (!waiter.connecting && mayConnect()) {
                    waiter.connecting = true;
                    connect(waiter);
                }
            }
        } finally {
            serving = false;
        }
    }

    private @Nullable Leg existing(Waiter waiter) {
        for (Http2Session session : sessions) {
            if (session.hasRoom() && waiter.addresses.contains(session.address())) {
                return session.lend();
            }
        }
        if (!waiter.fresh) {
            for (Iterator<Http1Connection> latest = idle.descendingIterator(); latest.hasNext(); ) {
                Http1Connection connection = latest.next();
                if (connection.isUsable() && waiter.addresses.contains(connection.address())) {
                    latest.remove();
                    return connection.lend(false);
                }
            }
        }
        return null;
    }

    /** While it is not known whether one connection will do for all, only one is made. */
    private boolean mayConnect() {
        return switch (version) {
            case UNKNOWN -> connecting == 0;
            case HTTP_1 -> exclusive + connecting < settings.exclusiveConnections();
            case HTTP_2 -> connecting == 0 && sessions.size() < settings.multiplexedConnections();
        };
    }

    private void connect(Waiter waiter) {
        connecting++;
        opener.open(waiter.addresses, true, waiter.deadline).onComplete(done -> {
            connecting--;
            // Not from within the loop over those who wait.
            if (serving) {
                loop.execute(() -> connected(waiter, done));
            } else {
                connected(waiter, done);
            }
        });
    }

    private void connected(Waiter waiter, AsyncResult<Connector.Connected> done) {
        waiter.connecting = false;
        if (done.failed()) {
            // Who waited for this connection fares no better.
            boolean shared = version != Version.HTTP_1;
            for (Waiter each : List.copyOf(waiters)) {
                if (each == waiter || (shared && each.addresses.equals(waiter.addresses))) {
                    each.fail(done.cause());
                }
            }
        } else if (isHttp2(done.result())) {
            version = Version.HTTP_2;
            Connector.Connected connected = done.result();
            Http2Session session = Http2Session.on(
                    connected.channel(), connected.address(), origin.scheme(), settings, nanos, this::changed);
            sessions.add(session);
            if (retired) {
                session.leave();
            }
        } else {
            version = Version.HTTP_1;
            Http1Connection connection = exclusive(done.result());
            if (waiter.done) {
                released(connection);
            } else {
                waiters.remove(waiter);
                waiter.complete(connection.lend(false));
            }
        }
        serve();
        checkEmpty();
    }

    private boolean isHttp2(Connector.Connected connected) {
        return alwaysHttp2
                || (connected.tls() != null
                        && ApplicationProtocolNames.HTTP_2.equals(
                                connected.tls().applicationProtocol()));
    }

    private Http1Connection exclusive(Connector.Connected connected) {
        exclusive++;
        return new Http1Connection(connected.channel(), connected.address(), this::released, this::closed);
    }

    private void released(Http1Connection connection) {
        if (retired) {
            connection.close();
            return;
        }
        connection.idleFrom(nanos.getAsLong(), settings.idle());
        idle.addLast(connection);
        serve();
        sweepLater();
    }

    private void closed(Http1Connection connection) {
        exclusive--;
        idle.remove(connection);
        serve();
        checkEmpty();
    }

    private void changed(Http2Session session) {
        if (session.isOver()) {
            sessions.remove(session);
        }
        serve();
        checkEmpty();
    }

    private void sweepLater() {
        if (!sweeping && !idle.isEmpty()) {
            sweeping = true;
            long next = idle.stream()
                    .mapToLong(connection -> connection.idleUntil() - nanos.getAsLong())
                    .min()
                    .orElse(0);
            var _ = loop.schedule(
                    this::sweep, Math.max(next, TimeUnit.MILLISECONDS.toNanos(100)), TimeUnit.NANOSECONDS);
        }
    }

    private void sweep() {
        sweeping = false;
        long now = nanos.getAsLong();
        List.copyOf(idle).stream()
                .filter(connection -> connection.idleUntil() - now <= 0)
                .forEach(Http1Connection::close);
        sweepLater();
    }

    private void checkEmpty() {
        if (exclusive == 0 && connecting == 0 && sessions.isEmpty() && waiters.isEmpty()) {
            emptied.accept(this);
        }
    }

    private final class Waiter {

        final List<InetAddress> addresses;
        final boolean fresh;
        final long deadline;
        final Promise<Leg> promise = Promise.promise();
        private java.util.concurrent.@Nullable Future<?> timer;
        boolean connecting;
        boolean done;

        Waiter(List<InetAddress> addresses, boolean fresh, long deadline) {
            this.addresses = addresses;
            this.fresh = fresh;
            this.deadline = deadline;
        }

        void complete(Leg leg) {
            finish();
            promise.complete(leg);
        }

        void fail(Throwable cause) {
            if (!done) {
                finish();
                waiters.remove(this);
                promise.fail(cause);
                checkEmpty();
            }
        }

        private void finish() {
            done = true;
            if (timer != null) {
                timer.cancel(false);
            }
        }
    }
}
