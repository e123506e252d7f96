package dev.sallyport.bench.memory;

import dev.sallyport.bench.BenchOptions;
import dev.sallyport.bench.client.Client;
import dev.sallyport.bench.origin.OriginServer;
import dev.sallyport.bench.proxy.Figures;
import dev.sallyport.bench.proxy.ProxyLaunch;
import dev.sallyport.bench.proxy.ProxyProcess;
import dev.sallyport.bench.report.Machine;
import dev.sallyport.bench.report.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Plays all scenes, then sends large bodies through. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        description = "The proxy's memory under idle, slow and large clients.")
public final class MemoryBench implements Callable<Integer> {

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(names = "--idle", defaultValue = "10000", description = "idle connections (${DEFAULT-VALUE})")
    private int idle;

    @Option(names = "--slow", defaultValue = "1000", description = "slow readers or uploads (${DEFAULT-VALUE})")
    private int slow;

    @Option(names = "--sockets", defaultValue = "1024", description = "WebSockets (${DEFAULT-VALUE})")
    private int sockets;

    @Option(
            names = "--body-bytes",
            defaultValue = "4294967296",
            paramLabel = "N",
            description = "length of a large body (${DEFAULT-VALUE})")
    private long bodyBytes;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description = "only scenes, and large bodies, whose name begins so; repeatable")
    private List<String> only = new ArrayList<>();

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        out.println(Machine.line());
        out.println(options.limits());
        Path work = options.work();
        boolean complete;
        try (OriginServer origin = options.origin()) {
            boolean played = playScenes(origin, work);
            boolean sent = sendBodies(origin, work);
            complete = played && sent;
        }
        out.println("Load at the end: " + Machine.load());
        return complete ? 0 : 1;
    }

    private boolean playScenes(OriginServer origin, Path work) throws IOException, InterruptedException {
        List<Scene> scenes = Scenes.of(idle, slow, sockets).stream()
                .filter(scene -> chosen(scene.name()))
                .toList();
        if (scenes.isEmpty()) {
            return true;
        }
        out.println();
        out.println("MiB of resident memory (RSS) and of live heap: of the warm proxy, under load, after it.");
        out.println("A newcomer's time is that of one more connection and a small request.");
        out.println();
        Table table = new Table(
                out,
                "scene                                                            ",
                "held",
                "start s",
                "RSS start",
                "RSS warm",
                "RSS peak",
                "RSS held",
                "anonymous",
                "heap warm",
                "heap held",
                "heap after",
                "threads",
                "files",
                "files after",
                "newcomer ms");
        boolean complete = true;
        for (Scene scene : scenes) {
            try (ProxyProcess proxy = new ProxyProcess(launch(origin), work)) {
                try {
                    play(scene, proxy, origin, table);
                } catch (IOException e) {
                    complete = false;
                    lament(scene.what(), proxy, e);
                }
                proxy.printComplaints(out);
            }
        }
        return complete;
    }

    private void play(Scene scene, ProxyProcess proxy, OriginServer origin, Table table)
            throws IOException, InterruptedException {
        Figures start = proxy.figures();
        try (Client client = new Client(ProxyLaunch.PORT, proxy.authority())) {
            Measurement measurement = new Measurement(proxy, origin, client);
            measurement.warm();
            measurement.settle();
            long heapWarm = proxy.liveHeap();
            Figures warm = proxy.figures();
            proxy.forgetPeak();
            Figures held;
            String newcomer;
            long heapHeld;
            try (Stage stage = new Stage(origin, client)) {
                scene.opening().open(stage);
                measurement.settle();
                held = proxy.figures();
                newcomer = newcomer(scene, measurement);
                heapHeld = proxy.liveHeap();
            }
            measurement.settle();
            Figures after = proxy.figures();
            table.row(
                    scene.what(),
                    Integer.toString(scene.held()),
                    Table.seconds(proxy.startup().toNanos()),
                    Table.mebibytes(start.resident()),
                    Table.mebibytes(warm.resident()),
                    Table.mebibytes(Math.max(held.peak(), after.peak())),
                    Table.mebibytes(held.resident()),
                    Table.mebibytes(held.anonymous()),
                    Table.mebibytes(heapWarm),
                    Table.mebibytes(heapHeld),
                    Table.mebibytes(proxy.liveHeap()),
                    Integer.toString(held.threads()),
                    Integer.toString(held.files()),
                    Integer.toString(after.files()),
                    newcomer);
        }
    }

    /** A newcomer that is not served is a finding, not the end. */
    private static String newcomer(Scene scene, Measurement measurement) {
        try {
            return Table.millis(measurement.newcomer(scene.way(), scene.origin()));
        } catch (IOException e) {
            return "none: " + e.getMessage();
        }
    }

    private boolean sendBodies(OriginServer origin, Path work) throws IOException, InterruptedException {
        List<LargeBody> bodies =
                LargeBody.all().stream().filter(body -> chosen(body.name())).toList();
        if (bodies.isEmpty()) {
            return true;
        }
        out.println();
        out.println("One body of " + bodyBytes + " bytes each; MiB, seconds, seconds of the proxy's processor time.");
        out.println();
        Table table = new Table(
                out,
                "body                                              ",
                "RSS warm",
                "RSS peak",
                "growth",
                "heap warm",
                "heap after",
                "seconds",
                "MiB/s",
                "processor s");
        boolean complete = true;
        for (LargeBody body : bodies) {
            try (ProxyProcess proxy = new ProxyProcess(launch(origin), work)) {
                try (Client client = new Client(ProxyLaunch.PORT, proxy.authority())) {
                    body.send(bodyBytes, new Measurement(proxy, origin, client), table);
                } catch (IOException e) {
                    complete = false;
                    lament(body.what(), proxy, e);
                }
                proxy.printComplaints(out);
            }
        }
        return complete;
    }

    private ProxyLaunch launch(OriginServer origin) {
        return options.launch(origin);
    }

    private boolean chosen(String name) {
        return only.isEmpty() || only.stream().anyMatch(name::startsWith);
    }

    private void lament(String what, ProxyProcess proxy, IOException problem) throws IOException {
        out.println("FAILED: " + what + ": " + problem.getMessage()
                + (proxy.isAlive() ? "" : "; the proxy ended: " + proxy.lastWords()));
    }
}
