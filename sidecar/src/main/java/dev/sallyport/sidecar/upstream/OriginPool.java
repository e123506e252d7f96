package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.route.Origin;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one origin. A connection serves only requests whose judged addresses hold the one
 * that it goes to, so that a look-up that has changed, or a judgement, is heeded.
 */
final class OriginPool {

    /** Makes connections. */
    @FunctionalInterface
    interface Opener {

        /** Offers HTTP/2 if {@code multiplex}; fails with {@link UpstreamException}. */
        Future<Connector.Connected> open(List<InetAddress> addresses, boolean multiplex, long deadline);
    }

    private enum Version {
        UNKNOWN,
        HTTP_1,
        HTTP_2
    }

    private final EventLoop loop;
    private final Origin origin;
    private final boolean priorKnowledge;
    private final Opener opener;
    private final PoolWide pool;
    private final IdleConnections idleOfLoop;
    private final Consumer<OriginPool> emptied;

    /** The latest last. */
    private final Deque<Http1Connection> idle = new ArrayDeque<>();

    private final List<Http2Session> sessions = new ArrayList<>(1);
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private Version version;
    /** Connections of HTTP/1.1, idle or not. */
    private int exclusive;

    private int connecting;
    private int upgrading;
    private boolean retired;
    private boolean sweeping;
    private boolean serving;

    /**
     * A pool without connections.
     *
     * @param priorKnowledge whether a plain-text origin is known to speak HTTP/2
     * @param negotiated whether the handshake says which version it is
     * @param emptied is told when nothing is left in it
     */
    OriginPool(
            EventLoop loop,
            Origin origin,
            boolean priorKnowledge,
            boolean negotiated,
            Opener opener,
            PoolWide pool,
            IdleConnections idleOfLoop,
            Consumer<OriginPool> emptied) {
        this.loop = loop;
        this.origin = origin;
        this.priorKnowledge = priorKnowledge;
        this.opener = opener;
        this.pool = pool;
        this.idleOfLoop = idleOfLoop;
        this.emptied = emptied;
        this.version = priorKnowledge ? Version.HTTP_2 : negotiated ? Version.UNKNOWN : Version.HTTP_1;
    }

    /**
     * A turn on a connection to one of these addresses.
     *
     * @param fresh whether a connection that was kept is none for it
     * @return fails with {@link UpstreamException}
     */
    Future<Leg> lease(List<InetAddress> addresses, boolean fresh, long deadline) {
        if (waiters.isEmpty()) {
            Leg leg = existing(addresses, fresh);
            if (leg != null) {
                return Future.succeededFuture(leg);
            }
        }
        Waiter waiter = new Waiter(addresses, fresh, deadline);
        waiter.expire(loop, deadline - pool.now(), () -> {
            waiters.remove(waiter);
            checkEmpty();
        });
        waiters.add(waiter);
        serve();
        return waiter.future();
    }

    /** A connection of HTTP/1.1 that serves one request only, and is that request's alone. */
    Future<Leg> leaseExclusive(List<InetAddress> addresses, long deadline) {
        upgrading++;
        return opener.open(addresses, false, deadline)
                .map(connected -> (Leg) exclusive(connected).lend(true))
                .onComplete(done -> {
                    upgrading--;
                    checkEmpty();
                });
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
        List<Runnable> served = new ArrayList<>(0);
        serving = true;
        for (Iterator<Waiter> each = waiters.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            Leg leg = existing(waiter.addresses(), waiter.fresh());
            if (leg != null) {
                each.remove();
                served.add(() -> waiter.complete(leg));
            } else if (!waiter.connecting() && mayConnect()) {
                connect(waiter);
            }
        }
        serving = false;
        // Those who are served may call back.
        served.forEach(Runnable::run);
    }

    private @Nullable Leg existing(List<InetAddress> addresses, boolean fresh) {
        for (Http2Session session : sessions) {
            if (session.hasRoom() && addresses.contains(session.address())) {
                idleOfLoop.remove(session);
                return session.lend();
            }
        }
        if (!fresh) {
            for (Iterator<Http1Connection> latest = idle.descendingIterator(); latest.hasNext(); ) {
                Http1Connection connection = latest.next();
                if (connection.isUsable() && addresses.contains(connection.address())) {
                    latest.remove();
                    idleOfLoop.remove(connection);
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
            case HTTP_1 -> exclusive + connecting < pool.settings().exclusiveConnections();
            case HTTP_2 -> connecting == 0 && sessions.size() < pool.settings().multiplexedConnections();
        };
    }

    private void connect(Waiter waiter) {
        connecting++;
        waiter.connects(true);
        opener.open(waiter.addresses(), true, waiter.deadline()).onComplete(done -> {
            // Not from within the loop over those who wait.
            if (serving) {
                loop.execute(() -> connected(waiter, done));
            } else {
                connected(waiter, done);
            }
        });
    }

    private void connected(Waiter waiter, AsyncResult<Connector.Connected> done) {
        connecting--;
        waiter.connects(false);
        if (done.failed()) {
            failed(waiter, done.cause());
        } else if (isHttp2(done.result())) {
            version = Version.HTTP_2;
            Http2Session session = Http2Session.on(done.result(), origin.scheme(), pool, this::changed);
            sessions.add(session);
            if (retired && waiters.isEmpty()) {
                session.leave();
            }
        } else {
            version = Version.HTTP_1;
            Http1Connection connection = exclusive(done.result());
            if (waiters.remove(waiter)) {
                waiter.complete(connection.lend(false));
            } else {
                released(connection);
            }
        }
        serve();
        checkEmpty();
    }

    private void failed(Waiter waiter, Throwable cause) {
        // Who waited for this connection, instead of making one, fares no better.
        List<Waiter> together = version == Version.HTTP_1
                ? List.of(waiter)
                : waiters.stream()
                        .filter(each -> each.addresses().equals(waiter.addresses()))
                        .toList();
        waiters.removeAll(together);
        together.forEach(each -> each.fail(cause));
    }

    private boolean isHttp2(Connector.Connected connected) {
        return priorKnowledge
                || (connected.tls() != null
                        && ApplicationProtocolNames.HTTP_2.equals(
                                connected.tls().applicationProtocol()));
    }

    private Http1Connection exclusive(Connector.Connected connected) {
        exclusive++;
        return new Http1Connection(connected, this::released, this::closed);
    }

    private void released(Http1Connection connection) {
        if (retired && waiters.isEmpty()) {
            connection.close();
            return;
        }
        connection.idleFrom(pool.now(), pool.settings().idle());
        idle.addLast(connection);
        idleOfLoop.add(connection);
        serve();
        sweepLater();
    }

    private void closed(Http1Connection connection) {
        exclusive--;
        idle.remove(connection);
        idleOfLoop.remove(connection);
        serve();
        checkEmpty();
    }

    private void changed(Http2Session session) {
        if (session.isOver()) {
            sessions.remove(session);
            idleOfLoop.remove(session);
        } else if (session.isIdle()) {
            idleOfLoop.add(session);
        }
        serve();
        checkEmpty();
    }

    private void sweepLater() {
        if (!sweeping && !idle.isEmpty()) {
            sweeping = true;
            long next = idle.stream()
                    .mapToLong(connection -> connection.idleUntil() - pool.now())
                    .min()
                    .orElse(0);
            var _ = loop.schedule(
                    this::sweep, Math.max(next, TimeUnit.MILLISECONDS.toNanos(100)), TimeUnit.NANOSECONDS);
        }
    }

    private void sweep() {
        sweeping = false;
        long now = pool.now();
        List.copyOf(idle).stream()
                .filter(connection -> connection.idleUntil() - now <= 0)
                .forEach(Http1Connection::close);
        sweepLater();
    }

    private void checkEmpty() {
        if (exclusive == 0 && connecting == 0 && upgrading == 0 && sessions.isEmpty() && waiters.isEmpty()) {
            emptied.accept(this);
        }
    }
}
