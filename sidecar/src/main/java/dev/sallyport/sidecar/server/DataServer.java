package dev.sallyport.sidecar.server;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.pipeline.Pipeline;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port that the agent uses: one server an event loop, all on one port. */
public final class DataServer {

    private static final Logger LOG = LoggerFactory.getLogger(DataServer.class);
    private static final String DECODER = "httpDecoder";

    private final Pipeline pipeline;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile int port;

    public DataServer(Pipeline pipeline) {
        this.pipeline = pipeline;
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

    /** Connections open now. */
    public int connections() {
        return connections.get();
    }

    private ProxyLimits limits() {
        return pipeline.snapshots()
                .current()
                .map(Snapshot::config)
                .map(ProxyConfig::limits)
                .orElse(ProxyLimits.DEFAULTS);
    }

    private void accept(HttpConnection connection) {
        ChannelHandlerContext library = ((HttpServerConnection) connection).channelHandlerContext();
        ProxyLimits limits = limits();
        if (connections.incrementAndGet() > limits.clientConnections()) {
            connections.decrementAndGet();
            var _ = library.channel().close();
            return;
        }
        connection.closeHandler(closed -> connections.decrementAndGet());
        library.pipeline()
                .replace(DECODER, DECODER, new StrictRequestDecoder(limits.targetBytes(), limits.headBytes()));
        new ConnectionTimes(limits.headSeconds(), limits.idleSeconds()).watch(library, DECODER);
    }

    private void refuse(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Reason reason =
                switch (cause) {
                    case TooLongHttpLineException line -> Reason.TARGET_TOO_LONG;
                    case TooLongHttpHeaderException head -> Reason.HEAD_TOO_LARGE;
                    case TooLongFrameException frame -> Reason.HEAD_TOO_LARGE;
                    default -> Reason.MALFORMED_REQUEST;
                };
        pipeline.refuseUnreadable(request, reason);
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
            HttpServerOptions options = new HttpServerOptions()
                    .setHost(bind)
                    .setPort(wanted)
                    .setHttp2ClearTextEnabled(false)
                    .setHandle100ContinueAutomatically(false)
                    .setTcpNoDelay(true)
                    .setAcceptBacklog(1024);
            HttpServer server = vertx.createHttpServer(options);
            return server.connectionHandler(DataServer.this::accept)
                    .requestHandler(pipeline::handle)
                    .invalidRequestHandler(DataServer.this::refuse)
                    .exceptionHandler(failure -> LOG.atDebug()
                            .addKeyValue("exception", failure.getClass().getName())
                            .log("Connection failed"))
                    .listen()
                    .onSuccess(listening -> port = listening.actualPort());
        }
    }
}
