package dev.sallyport.sidecar.main;

import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.sidecar.server.Interception;
import dev.sallyport.sidecar.server.LeafInterception;
import dev.sallyport.sidecar.tls.PublicRoots;
import dev.sallyport.sidecar.tls.SandboxCa;
import dev.sallyport.sidecar.tls.TrustBundle;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The sandbox's own authority, from the first configuration on, which says whose it is: what the agent trusts is written,
 * and hosts are spoken for.
 */
final class SandboxTls implements Interception {

    /** Hosts that an agent talks to at a time, and some more. */
    private static final int MOST_LEAVES = 512;

    private final Path state;
    private final Optional<Path> trust;
    private final Path publicRoots;
    private final Clock clock;
    private final Executor minting;
    private final AtomicReference<Optional<Interception>> leaves = new AtomicReference<>(Optional.empty());

    private final AtomicReference<Optional<TrustBundle>> bundle = new AtomicReference<>(Optional.empty());

    SandboxTls(Path state, Optional<Path> trust, Path publicRoots, Clock clock, Executor minting) {
        this.state = state;
        this.trust = trust;
        this.publicRoots = publicRoots;
        this.clock = clock;
        this.minting = minting;
    }

    /**
     * Takes or makes the authority, and writes the trust bundle. Does nothing if that is done.
     *
     * @throws IOException if it can't: then nothing may be served
     */
    void open(SandboxRef sandbox) throws IOException {
        if (leaves.get().isPresent()) {
            return;
        }
        SandboxCa ca = SandboxCa.openOrCreate(state, sandbox, clock, new SecureRandom());
        TrustBundle made = TrustBundle.of(PublicRoots.read(publicRoots), ca);
        if (trust.isPresent()) {
            Files.createDirectories(trust.get());
            made.write(trust.get());
        }
        bundle.set(Optional.of(made));
        leaves.set(Optional.of(new LeafInterception(ca, minting, clock, MOST_LEAVES)));
    }

    /** One of the files that the agent trusts, by its name; empty: there is none of this name, or none yet. */
    Optional<ByteBuffer> trusted(String file) {
        return bundle.get().flatMap(made -> made.file(file));
    }

    @Override
    public CompletionStage<SslContext> contextFor(String host) {
        return leaves.get()
                .map(interception -> interception.contextFor(host))
                .orElseGet(() -> CompletableFuture.failedFuture(new IllegalStateException("no configuration yet")));
    }
}
