package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.config.Scheme;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.function.Consumer;

/** Puts a session together. */
final class Http2SessionBuilder extends AbstractHttp2ConnectionHandlerBuilder<Http2Session, Http2SessionBuilder> {

    private static final int HEADER_LIST_BYTES = 256 * 1024;

    private final Connector.Connected connected;
    private final Scheme scheme;
    private final PoolWide pool;
    private final Consumer<Http2Session> changed;

    Http2SessionBuilder(Connector.Connected connected, Scheme scheme, PoolWide pool, Consumer<Http2Session> changed) {
        this.connected = connected;
        this.scheme = scheme;
        this.pool = pool;
        this.changed = changed;
        Http2Connection connection = new DefaultHttp2Connection(false);
        connection.local().flowController(new DefaultHttp2LocalFlowController(connection, 0.5f, true));
        // All streams alike: priorities cost memory, and the proxy sets none.
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        connection(connection);
        headerSensitivityDetector(Http2Fields.SENSITIVE);
        validateRequiredPseudoHeaders(true);
        initialSettings(new Http2Settings()
                .pushEnabled(false)
                .maxHeaderListSize(HEADER_LIST_BYTES)
                .initialWindowSize(Http2Answer.FIRST_WINDOW));
    }

    @Override
    protected Http2Session build() {
        return super.build();
    }

    @Override
    protected Http2Session build(
            Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial) {
        return new Http2Session(decoder, encoder, initial, connected, scheme, pool, changed);
    }
}
