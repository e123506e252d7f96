package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.ClientStream.Tunnel;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The beginning of TLS that the proxy ends itself, with a leaf of the sandbox's authority, and serves the inside of. */
abstract class TlsEntry extends HelloReader {

    /** The first octet of a TLS connection: its first record is a handshake's (RFC 8446, section 5.1). */
    static final int HANDSHAKE = 22;

    private static final Logger LOG = LoggerFactory.getLogger(TlsEntry.class);
    private static final int UNRECOGNIZED_NAME = 112;
    private static final int INTERNAL_ERROR = 80;

    private final Serving serving;
    private boolean asked;

    TlsEntry(Serving serving) {
        super(serving.limits().headSeconds());
        this.serving = serving;
    }

    /**
     * For which host a leaf is shown.
     *
     * @param serverName in lower case; empty: the client sent none
     * @return empty: this name is nobody's here, and the connection ends with an alert
     */
    abstract Optional<String> hostFor(Optional<String> serverName);

    /** The client named somebody else; called once, before {@link #failed}. */
    abstract void misnamed(IOException cause);

    /** What the requests inside have come through. */
    abstract Optional<Tunnel> inside();

    /** Goes on with what has come of the hello. */
    final void speakWhenWhole() {
        if (asked) {
            return;
        }
        hello().ifPresent(hello -> {
            asked = true;
            hostFor(hello.serverName()).ifPresentOrElse(this::askForContext, () -> {
                alert(UNRECOGNIZED_NAME);
                IOException cause = new IOException("the TLS server name is another host");
                misnamed(cause);
                fail(cause);
            });
        });
    }

    private void askForContext(String host) {
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
        // Names of the library's choice: a tunnel inside TLS has both twice.
        var _ = pipeline.addAfter(context().name(), null, new Handshake(handler));
        var _ = pipeline.addAfter(context().name(), null, handler);
        giveWay();
    }

    /** A fatal alert, in the clear: there is no key yet (RFC 8446, section 6.2). */
    private void alert(int description) {
        var _ = context().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {21, 3, 3, 0, 2, 2, (byte) description}));
    }

    @Override
    void failed(Throwable cause) {
        LOG.atDebug().addKeyValue("exception", cause.getClass().getName()).log("A client's TLS came to nothing");
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
                Http2Connection.install(context, serving, inside());
                var _ = pipeline.remove(this);
            } else {
                var _ = pipeline.replace(this, "http1", new Http1Connection(serving, inside()));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // The failed handshake has been told as an event.
            var _ = context.close();
        }
    }
}
