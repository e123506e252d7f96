package dev.sallyport.standin;

import dev.sallyport.standin.exchange.Dispatcher;
import dev.sallyport.standin.tls.TlsMaterial;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The providers' ports on one event loop; all loops share them. */
final class Listeners extends VerticleBase {
    /** So that whatever a proxy lets through is seen: larger than any client's or proxy's own limit. */
    private static final int MAX_HEAD = 1024 * 1024;

    private final StandinOptions options;
    private final @Nullable TlsMaterial tls;
    private final Dispatcher dispatcher;
    private final Map<Port, Integer> ports;

    /**
     * @param tls null if there is no HTTPS port
     * @param ports where to note the ports that were opened
     */
    Listeners(StandinOptions options, @Nullable TlsMaterial tls, Dispatcher dispatcher, Map<Port, Integer> ports) {
        this.options = options;
        this.tls = tls;
        this.dispatcher = dispatcher;
        this.ports = ports;
    }

    @Override
    public Future<?> start() {
        var https = options.https();
        var plainPort = options.plainPort();
        Future<?> done = https == null || tls == null
                ? Future.succeededFuture()
                : listen(
                        Port.HTTPS,
                        https.port(),
                        new HttpServerOptions()
                                .setSsl(true)
                                .setUseAlpn(true)
                                // For the journal: without it the name that the client indicated is not kept.
                                .setSni(true)
                                .setKeyCertOptions(tls.identity()));
        return plainPort == null
                ? done
                : done.compose(listening -> listen(Port.PLAIN, plainPort, new HttpServerOptions()));
    }

    private Future<?> listen(Port port, int number, HttpServerOptions http) {
        http.setMaxHeaderSize(MAX_HEAD).setMaxInitialLineLength(MAX_HEAD).setHandle100ContinueAutomatically(true);
        http.getInitialSettings().setMaxHeaderListSize(MAX_HEAD);
        var address = number == 0
                ? SocketAddress.sharedRandomPort(port.shared, options.bind())
                : SocketAddress.inetSocketAddress(number, options.bind());
        return dispatcher
                .attach(vertx.createHttpServer(http))
                .listen(address)
                .onSuccess(server -> ports.put(port, server.actualPort()));
    }

    /** The ports of a stand-in. */
    enum Port {
        HTTPS(1),
        PLAIN(2),
        CONTROL(3);

        /** Names a random port that all event loops share. */
        private final int shared;

        Port(int shared) {
            this.shared = shared;
        }
    }
}
