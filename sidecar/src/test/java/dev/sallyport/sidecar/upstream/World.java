package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.sidecar.http.UpstreamStream;
import dev.sallyport.sidecar.route.Origin;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A pool on one event loop, in a world where every name is at addresses of the test's choice: 127.0.0.1 at first. */
final class World implements AutoCloseable {

    static final int CONNECT_SECONDS = 30;

    /** For what comes at once where nothing is wrong, on a machine that has much else to do. */
    static final int WAIT_SECONDS = 60;

    private final Vertx vertx = Vertx.vertx();
    private final EventLoop loop = ((VertxInternal) vertx).nettyEventLoopGroup().next();
    private volatile NameLookup names = name -> List.of(InetAddress.ofLiteral("127.0.0.1"));
    private volatile AddressPolicy policy = (address, setting) -> true;
    private final UpstreamPool pool;

    private final AtomicLong later = new AtomicLong();

    World() {
        this(PoolSettings.DEFAULTS);
    }

    World(PoolSettings settings) {
        pool = new UpstreamPool(
                vertx,
                new Resolver(name -> names.lookup(name), () -> System.nanoTime() + later.get()),
                (address, setting) -> policy.permits(address, setting),
                settings,
                System::nanoTime);
    }

    Vertx vertx() {
        return vertx;
    }

    UpstreamPool pool() {
        return pool;
    }

    EventLoop loop() {
        return loop;
    }

    void resolveTo(String... addresses) {
        List<InetAddress> found =
                Stream.of(addresses).map(InetAddress::ofLiteral).toList();
        names = name -> found;
    }

    void resolveBy(NameLookup lookup) {
        names = lookup;
    }

    /** Lets the resolver forget. */
    void age(Duration time) {
        later.addAndGet(time.toNanos());
    }

    void judge(AddressPolicy other) {
        policy = other;
    }

    UpstreamStream open(RouteConfig route) throws Exception {
        return open(route, false);
    }

    UpstreamStream open(RouteConfig route, boolean upgrade) throws Exception {
        pool.prepare(List.of(route));
        return pool.open(route, origin(route), loop, upgrade, CONNECT_SECONDS).await(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    /** Waits until the loop has done what it was given before. */
    void settle() throws Exception {
        loop.submit(() -> {}).get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    /** A request on its own stream. */
    Call call(RouteConfig route) throws Exception {
        return new Call(open(route));
    }

    static Origin origin(RouteConfig route) {
        return Origin.of(route.scheme(), route.hosts().getFirst());
    }

    @Override
    public void close() {
        pool.close();
        vertx.close().await();
    }
}
