package dev.sallyport.sidecar.main;

import java.io.IOException;
import java.nio.file.Path;
import java.security.Security;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line. Flags override the environment. */
@Command(
        name = "sallyport-proxy",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Gives the requests of an agent the credentials that its routes name, and lets nothing else out.")
public final class ProxyMain implements Callable<Integer> {

    private final Seams seams;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            defaultValue = "${env:SALLYPORT_CONFIG}",
            description = "the configuration (SALLYPORT_CONFIG)")
    @SuppressWarnings("NullAway.Init")
    private Path config;

    @Option(
            names = "--credentials",
            paramLabel = "DIR",
            required = true,
            defaultValue = "${env:SALLYPORT_CREDENTIALS}",
            description = "Secret values as <secret>/<key> (SALLYPORT_CREDENTIALS)")
    @SuppressWarnings("NullAway.Init")
    private Path credentials;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            required = true,
            defaultValue = "${env:SALLYPORT_STATE}",
            description =
                    "counts, the audit chain's head and keys, kept over restarts, for the proxy alone (SALLYPORT_STATE)")
    @SuppressWarnings("NullAway.Init")
    private Path state;

    @Option(
            names = "--trust",
            paramLabel = "DIR",
            defaultValue = "${env:SALLYPORT_TRUST}",
            description =
                    "where the agent finds whom to trust: public roots and the sandbox's authority (SALLYPORT_TRUST)")
    private @Nullable Path trust;

    @Option(
            names = "--fence",
            paramLabel = "FILE",
            defaultValue = "${env:SALLYPORT_FENCE}",
            description =
                    "where the egress guard says that the network is fenced: no port is opened before (SALLYPORT_FENCE)")
    private @Nullable Path fence;

    @Option(
            names = "--ready",
            paramLabel = "FILE",
            defaultValue = "${env:SALLYPORT_READY}",
            description = "made once requests are taken (SALLYPORT_READY)")
    private @Nullable Path ready;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "${env:SALLYPORT_PORT:-15001}",
            description = "the agent's port (SALLYPORT_PORT; 15001)")
    private int port;

    @Option(
            names = "--admin-port",
            paramLabel = "N",
            defaultValue = "${env:SALLYPORT_ADMIN_PORT:-15002}",
            description = "probes, metrics, status, on all addresses (SALLYPORT_ADMIN_PORT; 15002)")
    private int adminPort;

    @Option(
            names = "--bind",
            paramLabel = "ADDR",
            defaultValue = "${env:SALLYPORT_BIND:-127.0.0.1}",
            description = "the agent's port's address (SALLYPORT_BIND; 127.0.0.1)")
    @SuppressWarnings("NullAway.Init")
    private String bind;

    @Option(
            names = "--termination-message",
            paramLabel = "FILE",
            defaultValue = "${env:SALLYPORT_TERMINATION_MESSAGE:-/dev/termination-log}",
            description = "the final report (SALLYPORT_TERMINATION_MESSAGE; /dev/termination-log)")
    @SuppressWarnings("NullAway.Init")
    private Path terminationMessage;

    @Option(
            names = "--termination-bytes",
            paramLabel = "N",
            defaultValue = "${env:SALLYPORT_TERMINATION_BYTES:-4096}",
            description = "how long the final report may be (SALLYPORT_TERMINATION_BYTES; 4096)")
    private int terminationBytes;

    ProxyMain(Seams seams) {
        this.seams = seams;
    }

    /** Starts a proxy that runs until the process is told to end. */
    public static void main(String[] args) {
        System.exit(run(Seams.production(), args));
    }

    /** As {@link #main}, in a world of the caller's making; returns the exit code. */
    static int run(Seams seams, String... args) {
        // The resolver has its own memory of names, whose bounds are known.
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        // Nothing resolves names but the resolver.
        System.setProperty("vertx.disableDnsResolver", "true");
        return new CommandLine(new ProxyMain(seams)).execute(args);
    }

    @Override
    public Integer call() throws InterruptedException {
        if (port < 0 || port > 65_535 || adminPort < 0 || adminPort > 65_535) {
            throw new CommandLine.ParameterException(spec.commandLine(), "A port is a number from 0 to 65535.");
        }
        if (terminationBytes < 256 || terminationBytes > 4096) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "The final report may have 256 to 4096 bytes.");
        }
        Proxy proxy;
        try {
            proxy = new Proxy(
                    new ProxySettings(
                            config,
                            credentials,
                            state,
                            Optional.ofNullable(trust),
                            Optional.ofNullable(fence),
                            Optional.ofNullable(ready),
                            bind,
                            port,
                            adminPort,
                            terminationMessage,
                            terminationBytes),
                    seams);
        } catch (IOException e) {
            spec.commandLine().getErr().println("sallyport-proxy: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(proxy::stop));
        new CountDownLatch(1).await();
        return CommandLine.ExitCode.OK;
    }
}
