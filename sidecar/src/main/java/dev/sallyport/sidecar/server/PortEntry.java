package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.ClientStream.Tunnel;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The beginning of TLS on the data port itself, for clients that insist on https to their base URL or their proxy. */
final class PortEntry extends TlsEntry {

    private final List<String> hosts;

    PortEntry(Serving serving) {
        super(serving);
        this.hosts = serving.hosts();
    }

    @Override
    void consider(ByteBuf octets) {
        speakWhenWhole();
    }

    @Override
    Optional<String> hostFor(Optional<String> serverName) {
        // A client that has an IP address for its proxy names none (RFC 6066, section 3).
        return serverName.isEmpty() ? hosts.stream().findFirst() : serverName.filter(hosts::contains);
    }

    @Override
    void misnamed(IOException cause) {
        // The alert says it.
    }

    @Override
    Optional<Tunnel> inside() {
        return Optional.empty();
    }
}
