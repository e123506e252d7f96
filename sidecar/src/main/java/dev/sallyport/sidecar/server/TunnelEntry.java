package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.ClientStream.Tunnel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The beginning of an intercepted tunnel: finds out what the client speaks inside, and has it served. */
final class TunnelEntry extends HelloReader {

    private static final Logger LOG = LoggerFactory.getLogger(TunnelEntry.class);
    private static final int HANDSHAKE = 22;
    private static final int UNRECOGNIZED_NAME = 112;
    private static final int INTERNAL_ERROR = 80;

    private final Serving serving;
    private final String host;
    private final int port;
    private final Consumer<Throwable> refused;
    private boolean asked;

    TunnelEntry(Serving serving, String host, int port, Consumer<Throwable> refused) {
        super(serving.limits().headSeconds());
        this.serving = serving;
        this.host = host;
        this.port = port;
        this.refused = refused;
    }

    void begin(ByteBuf early) {
        start(early);
    }

    @Override
    void consider(ByteBuf octets) {
        if (octets.getByte(octets.readerIndex()) != HANDSHAKE) {
            succeeded();
            var _ = context()
                    .pipeline()
                    .addAfter(context().name(), "http1", new Http1Connection(serving, tunnel(false)));
            giveWay();
            return;
        }
        if (!asked) {
            hello().ifPresent(hello -> {
                asked = true;
                if (hello.serverName()
                        .filter(name -> !name.equals(withoutDot(host)))
                        .isPresent()) {
                    alert(UNRECOGNIZED_NAME);
                    IOException cause = new IOException("the TLS server name is another host");
                    refused.accept(cause);
                    fail(cause);
                } else {
                    askForContext();
                }
            });
        }
    }

    private void askForContext() {
        CompletionStage<SslContext> asking;
        try {
            asking = serving.interception().contextFor(host);
        } catch (IllegalArgumentException e) {
            alert(INTERNAL_ERROR);
            fail(e);
            return;
        }
        var _ = asking.whenComplete((tls, failure) -> context().executor().execute(() -> {
            if (isDone()) {
                return;
            }
            if (failure == null) {
                speakTls(tls);
            } else {
                alert(INTERNAL_ERROR);
                fail(failure);
            }
        }));
    }

    private void speakTls(SslContext tls) {
        SslHandler handler = tls.newHandler(context().alloc());
        handler.setHandshakeTimeoutMillis(Math.max(1, remainingMillis()));
        succeeded();
        ChannelPipeline pipeline = context().pipeline();
        var _ = pipeline.addAfter(context().name(), "handshake", new Handshake(handler));
        var _ = pipeline.addAfter(context().name(), "tls", handler);
        giveWay();
    }

    /** A fatal alert, in the clear: there is no key yet (RFC 8446, section 6.2). */
    private void alert(int description) {
        var _ = context().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {21, 3, 3, 0, 2, 2, (byte) description}));
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    @Override
    void failed(Throwable cause) {
        LOG.atDebug()
                .addKeyValue("host", host)
                .addKeyValue("exception", cause.getClass().getName())
                .log("No connection was made inside a tunnel");
    }

    private Optional<Tunnel> tunnel(boolean secure) {
        return Optional.of(new Tunnel(host, port, secure));
    }

    /** Waits for TLS to be agreed on, and then for what comes inside. */
    private final class Handshake extends ChannelInboundHandlerAdapter {

        private final SslHandler tls;

        Handshake(SslHandler tls) {
            this.tls = tls;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion) {
                if (completion.isSuccess()) {
                    serve(context);
                } else {
                    failed(completion.cause());
                    var _ = context.close();
                }
            } else if (Departure.isEndOfInput(event)) {
                var _ = context.close();
            }
        }

        private void serve(ChannelHandlerContext context) {
            ChannelPipeline pipeline = context.pipeline();
            @Nullable String protocol = tls.applicationProtocol();
            if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                Http2Connection.install(context, serving, tunnel(true));
                var _ = pipeline.remove(this);
            } else {
                var _ = pipeline.replace(this, "http1", new Http1Connection(serving, tunnel(true)));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // The failed handshake has been told as an event.
            var _ = context.close();
        }
    }
}
