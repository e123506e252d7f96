package dev.sallyport.sidecar.server;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.http.ClientStream;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The port that the agent uses: one server an event loop, all on one port. */
public final class DataPort {

    private static final int BACKLOG = 1024;

    /** What is read at once is bounded: a client that sends and leaves has all of it read, asked for or not. */
    private static final int MOST_READ = 32 * 1024;

    private static final int READS_AT_ONCE = 4;

    /** Of the kernel, which would take megabytes for a client that doesn't read; it doubles this for its own needs. */
    private static final int KERNEL_BUFFER = 64 * 1024;

    /** Of an answer, whose upstream is not read meanwhile. */
    static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(16 * 1024, 32 * 1024);

    private final Handler handler;
    private final Supplier<ProxyLimits> limits;
    private final Supplier<List<String>> hosts;
    private final Interception interception;
    private final Load load = new Load();
    private volatile int port;

    /** Takes what clients ask. Called on event loops; a stream's own. */
    public interface Handler {

        /** A request, which is to be answered. */
        void handle(ClientStream stream);

        /**
         * A request whose head can't be taken. It is to be refused with this reason; the connection ends with the answer,
         * or, in HTTP/2, the stream, where it has not already been ended.
         *
         * @param stream its head has what is known: the method may be "-", the target empty, and there are no fields
         */
        void unreadable(ClientStream stream, Reason reason);
    }

    /**
     * @param limits asked for each connection, on its event loop; a change holds for new ones
     * @param hosts likewise: names and IP literals that the port itself speaks TLS for, the first for clients that name
     *     none; empty: it speaks none
     */
    public DataPort(
            Handler handler, Supplier<ProxyLimits> limits, Supplier<List<String>> hosts, Interception interception) {
        this.handler = handler;
        this.limits = limits;
        this.hosts = hosts;
        this.interception = interception;
    }

    /**
     * Listens.
     *
     * @param bind the address to listen on
     * @param wanted the port; 0: any, see {@link #port}
     * @param instances how many event loops share the work
     * @return fails if the port cannot be had
     */
    public Future<Void> listen(Vertx vertx, String bind, int wanted, int instances) {
        int shared;
        try {
            shared = wanted == 0 ? free(bind) : wanted;
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
        return vertx.deployVerticle(() -> new Listener(bind, shared), new DeploymentOptions().setInstances(instances))
                .mapEmpty();
    }

    /** All event loops must ask for the same port, so "any" is settled before. */
    private static int free(String bind) throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral(bind))) {
            return probe.getLocalPort();
        }
    }

    /** The port that is listened on. */
    public int port() {
        return port;
    }

    /** Connections open now, tunnels included. */
    public int connections() {
        return load.connections();
    }

    /**
     * Waits until the answers that are whole have left for their clients, however slowly those read.
     *
     * @return false: some have not in this time
     */
    public boolean awaitSent(Duration atMost) throws InterruptedException {
        return load.awaitSent(atMost);
    }

    private void accept(NetSocket socket) {
        ChannelHandlerContext library = ((NetSocketInternal) socket).channelHandlerContext();
        Channel channel = library.channel();
        // What the library does with a connection's octets is not wanted; its server still closes it in the end.
        channel.pipeline().remove(library.handler());
        ProxyLimits now = limits.get();
        if (!load.openConnection(now.clientConnections())) {
            var _ = channel.close();
            return;
        }
        var _ = channel.closeFuture().addListener(closed -> load.closeConnection());
        boolean _ = channel.config().setOption(ChannelOption.AUTO_READ, false);
        boolean _ = channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        boolean _ = channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT);
        boolean _ = channel.config().setOption(ChannelOption.SO_SNDBUF, KERNEL_BUFFER);
        boolean _ = channel.config().setOption(ChannelOption.SO_RCVBUF, KERNEL_BUFFER);
        boolean _ = channel.config()
                .setOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 2048, MOST_READ).maxMessagesPerRead(READS_AT_ONCE));
        var _ = channel.pipeline()
                .addLast("departure", new Departure())
                .addLast("first", new FirstOctets(new Serving(handler, now, hosts.get(), interception, load)));
    }

    private final class Listener extends VerticleBase {

        private final String bind;
        private final int wanted;

        Listener(String bind, int wanted) {
            this.bind = bind;
            this.wanted = wanted;
        }

        @Override
        public Future<?> start() {
            NetServerOptions options = new NetServerOptions()
                    .setHost(bind)
                    .setPort(wanted)
                    .setTcpNoDelay(true)
                    .setAcceptBacklog(BACKLOG);
            return vertx.createNetServer(options)
                    .connectHandler(DataPort.this::accept)
                    .listen()
                    .onSuccess(listening -> port = listening.actualPort());
        }
    }
}
