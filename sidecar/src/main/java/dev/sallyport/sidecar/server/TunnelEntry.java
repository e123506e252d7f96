package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.ClientStream.Tunnel;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** The beginning of an intercepted tunnel: finds out what the client speaks inside, and has it served. */
final class TunnelEntry extends TlsEntry {

    private final Serving serving;
    private final String host;
    private final int port;
    private final Consumer<Throwable> refused;

    TunnelEntry(Serving serving, String host, int port, Consumer<Throwable> refused) {
        super(serving);
        this.serving = serving;
        this.host = host;
        this.port = port;
        this.refused = refused;
    }

    @Override
    void consider(ByteBuf octets) {
        if (octets.getByte(octets.readerIndex()) == HANDSHAKE) {
            speakWhenWhole();
            return;
        }
        succeeded();
        var _ = context()
                .pipeline()
                .addAfter(
                        context().name(),
                        "http1",
                        new Http1Connection(serving, Optional.of(new Tunnel(host, port, false))));
        giveWay();
    }

    @Override
    Optional<String> hostFor(Optional<String> serverName) {
        return serverName.isEmpty() || serverName.get().equals(withoutDot(host)) ? Optional.of(host) : Optional.empty();
    }

    private static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    @Override
    void misnamed(IOException cause) {
        refused.accept(cause);
    }

    @Override
    Optional<Tunnel> inside() {
        return Optional.of(new Tunnel(host, port, true));
    }
}
