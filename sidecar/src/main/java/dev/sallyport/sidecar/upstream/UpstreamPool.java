package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.http.UpstreamStream;
import dev.sallyport.sidecar.route.Origin;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Streams to upstreams. The name is resolved and every address that it has is judged here, for each request, and the
 * connection goes to a judged address, so that no second look-up can give another answer; TLS is for the name. Connections
 * are kept per event loop and origin, and never shared between origins.
 */
public final class UpstreamPool implements AutoCloseable {

    private static final int TLS_THREADS = 2;

    private final Resolver resolver;
    private final AddressPolicy addresses;
    private final PoolWide wide;
    private final Connector connector;
    private final ThreadPoolExecutor tlsTasks;
    private final Map<Optional<String>, ClientTls> trust = new ConcurrentHashMap<>();
    private final Map<EventLoop, OfLoop> loops = new ConcurrentHashMap<>();
    private Set<Optional<String>> retained = Set.of();

    public UpstreamPool(Vertx vertx, Resolver resolver, AddressPolicy addresses) {
        this(vertx, resolver, addresses, PoolSettings.DEFAULTS, System::nanoTime);
    }

    UpstreamPool(Vertx vertx, Resolver resolver, AddressPolicy addresses, PoolSettings settings, LongSupplier nanos) {
        this.resolver = resolver;
        this.addresses = addresses;
        this.wide = new PoolWide(settings, nanos);
        this.connector = new Connector(((VertxInternal) vertx).transport().channelFactory(false), wide);
        this.tlsTasks = new ThreadPoolExecutor(
                TLS_THREADS,
                TLS_THREADS,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("upstream-tls-", 0).factory());
        tlsTasks.allowCoreThreadTimeOut(true);
    }

    /**
     * Makes ready for the routes of a configuration: their trust is read, once for all routes that have the same. Takes up
     * to a quarter of a second for each that is new: not for an event loop.
     *
     * @throws GeneralSecurityException if a route's certificates cannot be read; its message names the route
     */
    public void prepare(Collection<RouteConfig> routes) throws GeneralSecurityException {
        for (RouteConfig route : routes) {
            if (!trust.containsKey(route.trustedCertificates())) {
                try {
                    trust.put(route.trustedCertificates(), ClientTls.trusting(route.trustedCertificates()));
                } catch (GeneralSecurityException e) {
                    throw new GeneralSecurityException(
                            "routes: " + route.name() + ": trustedCertificates: not PEM certificates");
                }
            }
        }
    }

    /**
     * Lets connections end that only routes of an earlier configuration used, as soon as they are idle. A request that was
     * admitted by the configuration before this one may still be opened.
     */
    public synchronized void retain(Collection<RouteConfig> routes) {
        Set<Optional<String>> used =
                routes.stream().map(RouteConfig::trustedCertificates).collect(Collectors.toSet());
        trust.keySet().removeIf(each -> !used.contains(each) && !retained.contains(each));
        retained = used;
        loops.forEach((loop, of) -> loop.execute(() -> List.copyOf(of.pools().entrySet()).stream()
                .filter(entry -> !used.contains(entry.getKey().trust()))
                .forEach(entry -> {
                    of.pools().remove(entry.getKey());
                    entry.getValue().retire();
                })));
    }

    /**
     * Opens a stream that nothing has been sent of.
     *
     * @param loop where the stream lives
     * @param upgrade whether it needs an HTTP/1.1 connection of its own
     * @param connectSeconds for all of it: name, address, TLS
     * @return a stream, to be sent on or aborted; completes on the loop, and fails with {@link UpstreamException}
     */
    public Future<UpstreamStream> open(
            RouteConfig route, Origin origin, EventLoop loop, boolean upgrade, int connectSeconds) {
        return open(route, origin, loop, upgrade ? Use.UPGRADE : Use.ANY, connectSeconds);
    }

    /**
     * As {@link #open}, but a plain-text connection speaks HTTP/2 at once (RFC 9113, section 3.3): for a request that came
     * in HTTP/2 with prior knowledge to a route of scheme HTTP, as gRPC's do. An HTTPS origin's version is negotiated.
     */
    public Future<UpstreamStream> openWithPriorKnowledge(
            RouteConfig route, Origin origin, EventLoop loop, int connectSeconds) {
        return open(
                route, origin, loop, origin.scheme() == Scheme.HTTP ? Use.PRIOR_KNOWLEDGE : Use.ANY, connectSeconds);
    }

    /**
     * Opens a TCP connection for a tunnel. It reads nothing until it is told to, and each direction ends for itself.
     *
     * @return completes on the loop, and fails with {@link UpstreamException}
     */
    public Future<Channel> connect(RouteConfig route, Origin origin, EventLoop loop, int connectSeconds) {
        long deadline = deadline(connectSeconds);
        return on(
                loop,
                () -> judged(route, origin, loop, deadline)
                        .compose(found -> connector.connect(loop, found, origin.port(), null, false, deadline))
                        .map(connected -> {
                            Channel channel = connected.channel();
                            channel.config().setOption(ChannelOption.AUTO_CLOSE, true);
                            return channel;
                        }));
    }

    private enum Use {
        ANY,
        UPGRADE,
        PRIOR_KNOWLEDGE
    }

    private Future<UpstreamStream> open(RouteConfig route, Origin origin, EventLoop loop, Use use, int connectSeconds) {
        return on(
                loop,
                () -> lease(route, origin, loop, use, false, connectSeconds)
                        .map(leg -> new RetryingStream(
                                loop,
                                leg,
                                () -> lease(route, origin, loop, use, true, connectSeconds),
                                wide.budget())));
    }

    private Future<Leg> lease(
            RouteConfig route, Origin origin, EventLoop loop, Use use, boolean fresh, int connectSeconds) {
        long deadline = deadline(connectSeconds);
        return judged(route, origin, loop, deadline).compose(found -> {
            ClientTls tls = origin.scheme() == Scheme.HTTPS ? trust.get(route.trustedCertificates()) : null;
            if (origin.scheme() == Scheme.HTTPS && tls == null) {
                return Future.failedFuture(new UpstreamException(Reason.UPSTREAM_UNREACHABLE));
            }
            OriginPool pool = pool(loop, new Key(origin, route.trustedCertificates(), use == Use.PRIOR_KNOWLEDGE), tls);
            return use == Use.UPGRADE ? pool.leaseExclusive(found, deadline) : pool.lease(found, fresh, deadline);
        });
    }

    private OriginPool pool(EventLoop loop, Key key, @Nullable ClientTls tls) {
        OfLoop ofLoop = loops.computeIfAbsent(loop, each -> new OfLoop(wide.settings()));
        OriginPool known = ofLoop.pools().get(key);
        if (known != null) {
            return known;
        }
        OriginPool.Opener opener = (found, multiplex, deadline) -> {
            Function<ByteBufAllocator, SslHandler> handler =
                    tls == null ? null : allocator -> tls.handler(allocator, key.origin(), multiplex, tlsTasks);
            return connector.connect(loop, found, key.origin().port(), handler, true, deadline);
        };
        OriginPool made = new OriginPool(
                loop,
                key.origin(),
                key.priorKnowledge(),
                tls != null,
                opener,
                wide,
                ofLoop.idle(),
                empty -> ofLoop.pools().remove(key, empty));
        ofLoop.pools().put(key, made);
        return made;
    }

    /** The name's addresses, none of which is forbidden. */
    private Future<List<InetAddress>> judged(RouteConfig route, Origin origin, EventLoop loop, long deadline) {
        Future<List<InetAddress>> resolving = resolver.resolve(origin.host());
        if (resolving.isComplete()) {
            return judged(route, resolving);
        }
        Promise<List<InetAddress>> promise = Promise.promise();
        var timer = loop.schedule(
                () -> promise.tryFail(new UpstreamException(Reason.NAME_NOT_RESOLVED)),
                deadline - wide.now(),
                TimeUnit.NANOSECONDS);
        resolving.onComplete(done -> onLoop(loop, () -> {
            timer.cancel(false);
            judged(route, resolving).onComplete(promise::tryComplete, promise::tryFail);
        }));
        return promise.future();
    }

    private Future<List<InetAddress>> judged(RouteConfig route, Future<List<InetAddress>> resolved) {
        if (resolved.failed()) {
            return Future.failedFuture(new UpstreamException(Reason.NAME_NOT_RESOLVED));
        }
        return resolved.result().stream().allMatch(each -> addresses.permits(each, route.addresses()))
                ? resolved
                : Future.failedFuture(new UpstreamException(Reason.ADDRESS_NOT_ALLOWED));
    }

    MemoryBudget budget() {
        return wide.budget();
    }

    /** Whether a loop has no connection. */
    boolean isEmpty(EventLoop loop) {
        OfLoop ofLoop = loops.get(loop);
        return ofLoop == null || ofLoop.pools().isEmpty();
    }

    private long deadline(int seconds) {
        return wide.now() + TimeUnit.SECONDS.toNanos(seconds);
    }

    private static <T> Future<T> on(EventLoop loop, Supplier<Future<T>> action) {
        if (loop.inEventLoop()) {
            return action.get();
        }
        Promise<T> promise = Promise.promise();
        loop.execute(() -> action.get().onComplete(promise));
        return promise.future();
    }

    private static void onLoop(EventLoop loop, Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
        } else {
            loop.execute(action);
        }
    }

    @Override
    public void close() {
        loops.forEach((loop, of) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(() -> List.copyOf(of.pools().values()).forEach(OriginPool::retire));
            }
        });
        tlsTasks.shutdown();
        resolver.close();
    }

    /** Whose connections are shared. */
    private record Key(Origin origin, Optional<String> trust, boolean priorKnowledge) {}

    /** What is used on one event loop only; its pools are also counted from elsewhere. */
    private record OfLoop(Map<Key, OriginPool> pools, IdleConnections idle) {

        OfLoop(PoolSettings settings) {
            this(new ConcurrentHashMap<>(), new IdleConnections(settings.idleConnections()));
        }
    }
}
