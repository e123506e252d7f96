package dev.sallyport.bench;

import dev.sallyport.bench.origin.OriginServer;
import dev.sallyport.bench.proxy.ProxyLaunch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of every bench. {@code bench/run} gives the first three. */
public final class BenchOptions {

    @Option(names = "--proxy-lib", required = true, paramLabel = "DIR", description = "the proxy's jars")
    @SuppressWarnings("NullAway.Init")
    private Path proxyLib;

    @Option(
            names = "--java-options",
            required = true,
            paramLabel = "FILE",
            description = "the Java options of the proxy's image")
    @SuppressWarnings("NullAway.Init")
    private Path javaOptions;

    @Option(
            names = "--origin-address",
            required = true,
            paramLabel = "ADDR",
            description = "where the upstream listens: a private address of this machine, not loopback")
    @SuppressWarnings("NullAway.Init")
    private String originAddress;

    @Option(
            names = "--memory",
            defaultValue = "384m",
            paramLabel = "SIZE",
            description = "the proxy's memory limit (${DEFAULT-VALUE}, as the operator gives it)")
    private String memory = "";

    @Option(
            names = "--cpus",
            defaultValue = "1",
            paramLabel = "N",
            description = "processors that the proxy sees (${DEFAULT-VALUE}, as the operator gives it)")
    private int cpus;

    @Option(
            names = "--proxy-java",
            paramLabel = "OPTION",
            description = "one more Java option for the proxy; repeatable")
    private List<String> proxyJava = new ArrayList<>();

    /** Starts the upstream. */
    public OriginServer origin() throws IOException {
        return new OriginServer(originAddress);
    }

    /** How the proxy is to be started, with that upstream. */
    public ProxyLaunch launch(OriginServer origin) {
        return new ProxyLaunch(
                proxyLib, javaOptions, memory, cpus, List.copyOf(proxyJava), originAddress, origin.authority());
    }

    /** A directory of this run, which is left behind for whoever wants to look at it. */
    public Path work() {
        try {
            return Files.createTempDirectory("sallyport-bench");
        } catch (IOException e) {
            throw new UncheckedIOException("no directory for the run", e);
        }
    }

    /** Memory and processors of the proxy, in words. */
    public String limits() {
        return "the proxy has " + memory + " of memory and sees " + cpus + " processor(s)";
    }
}
