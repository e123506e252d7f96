package dev.sallyport.sidecar.config;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.sidecar.credential.CredentialDirectory;
import dev.sallyport.sidecar.credential.Credentials;
import dev.sallyport.sidecar.credential.Placeholders;
import dev.sallyport.sidecar.policy.when.InvalidConditionException;
import dev.sallyport.sidecar.route.RouteTable;
import dev.sallyport.sidecar.tls.UnusableCaException;
import dev.sallyport.sidecar.upstream.UpstreamPool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@link Snapshots} true to the files. One thread reads both the configuration and the credentials, whenever the
 * file system says that something changed and at least every ten seconds. What cannot be read changes nothing but the
 * report.
 */
public final class Reloader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);
    private static final int MOST_BYTES = 1024 * 1024;

    private final Path file;
    private final CredentialDirectory credentials;
    private final UpstreamPool upstreams;
    private final Snapshots snapshots;
    private final Owner owner;
    private final DirectoryWatch watch;
    private final Thread thread;

    /**
     * Reads once, and then whenever something changes.
     *
     * @param file the configuration
     * @param directory the credentials' directory, which is watched
     * @param credentials reads that directory
     * @param period how long a change may go unseen where the file system does not tell
     * @param owner is told whose configuration is going to serve, on the reading thread; what it throws is reported and
     *     hinders that
     */
    public Reloader(
            Path file,
            Path directory,
            CredentialDirectory credentials,
            UpstreamPool upstreams,
            Snapshots snapshots,
            Duration period,
            Owner owner) {
        this.file = file;
        this.credentials = credentials;
        this.upstreams = upstreams;
        this.snapshots = snapshots;
        this.owner = owner;
        this.watch = new DirectoryWatch(file.toAbsolutePath().resolveSibling("."), directory);
        reload();
        this.thread = Thread.ofPlatform().daemon().name("reloader").start(() -> {
            try {
                while (true) {
                    watch.await(period);
                    reload();
                }
            } catch (InterruptedException | ClosedWatchServiceException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Is told whose proxy this is. */
    @FunctionalInterface
    public interface Owner {

        /** Prepares what belongs to the sandbox. */
        void serves(SandboxRef sandbox) throws IOException;
    }

    private void reload() {
        try {
            ProxyConfig config = StrictJson.read(bytes(), ProxyConfig.class);
            snapshots.read(config);
            List<SecretRef> refs = config.routes().stream()
                    .map(RouteConfig::credential)
                    .flatMap(java.util.Optional::stream)
                    .map(CredentialConfig::secrets)
                    .flatMap(List::stream)
                    .distinct()
                    .toList();
            Credentials read = credentials.read(refs);
            Credentials values =
                    switch (config.allowedHosts()) {
                        case OPTIONAL -> read;
                        case REQUIRED -> read.bound();
                    };
            if (!isServed(config, values)) {
                RouteTable routes = new RouteTable(config.routes());
                upstreams.prepare(config.routes());
                Snapshot snapshot = new Snapshot(config, routes, values, Placeholders.of(config.routes()));
                owner.serves(config.sandbox());
                snapshots.serve(snapshot);
                upstreams.retain(config.routes());
                LOG.atInfo()
                        .addKeyValue("generation", config.generation())
                        .addKeyValue("routes", config.routes().size())
                        .addKeyValue("credentialsComplete", values.areComplete())
                        .log("Configuration serves");
            }
        } catch (InvalidJsonException | InvalidConditionException | GeneralSecurityException e) {
            report(String.valueOf(e.getMessage()));
        } catch (UnusableCaException e) {
            report(String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            report("the configuration file is not there");
        } catch (IOException e) {
            report("the configuration or the credentials cannot be read");
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("exception", e.getClass().getName()).log("Reloading failed");
            report("the configuration cannot be used");
        }
    }

    private boolean isServed(ProxyConfig config, Credentials values) {
        Snapshots.State state = snapshots.state();
        return state.problem().isEmpty()
                && state.current().isPresent()
                && state.current().get().config().equals(config)
                && state.current().get().credentials().states().equals(values.states())
                && state.current().get().credentials().haveSameHosts(values);
    }

    private void report(String problem) {
        if (!snapshots.state().problem().equals(java.util.Optional.of(problem))) {
            LOG.atWarn().addKeyValue("problem", problem).log("Configuration not taken");
        }
        snapshots.report(problem);
    }

    private byte[] bytes() throws IOException, InvalidJsonException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] read = in.readNBytes(MOST_BYTES + 1);
            if (read.length > MOST_BYTES) {
                throw new InvalidJsonException("the configuration is larger than 1 MiB");
            }
            return read;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        watch.close();
    }
}
