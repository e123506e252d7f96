package dev.sallyport.bench.soak;

import dev.sallyport.bench.BenchOptions;
import dev.sallyport.bench.client.Client;
import dev.sallyport.bench.client.Way;
import dev.sallyport.bench.origin.Origin;
import dev.sallyport.bench.origin.OriginServer;
import dev.sallyport.bench.proxy.Figures;
import dev.sallyport.bench.proxy.ProxyLaunch;
import dev.sallyport.bench.proxy.ProxyProcess;
import dev.sallyport.bench.report.Machine;
import dev.sallyport.bench.report.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends requests for a long time and sees what grows. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description = "A million requests of every kind, and whether anything grows.")
public final class SoakBench implements Callable<Integer> {

    /** The part of the run, at its beginning, that is not looked at: code is compiled, pools and caches fill. */
    private static final double WARMING = 0.3;

    private static final long AUDIT_MILLIS = 10_000;
    private static final int POLL_MILLIS = 20;
    private static final double MEBIBYTE = 1048576;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(names = "--requests", defaultValue = "1000000", description = "how many (${DEFAULT-VALUE})")
    private long requests;

    @Option(names = "--every", defaultValue = "50000", description = "requests between measurements (${DEFAULT-VALUE})")
    private long every;

    @Option(names = "--agents", defaultValue = "3", description = "agents for each way and upstream (${DEFAULT-VALUE})")
    private int agents;

    @Option(names = "--seed", defaultValue = "1", description = "decides the order of requests (${DEFAULT-VALUE})")
    private long seed;

    private final PrintStream out = System.out;
    private final Tally tally = new Tally();
    private final ReadWriteLock movement = new ReentrantReadWriteLock(true);

    @Override
    public Integer call() throws IOException, InterruptedException {
        out.println(Machine.line());
        out.println(options.limits());
        List<Sample> samples = new ArrayList<>();
        boolean complete;
        try (OriginServer origin = options.origin();
                ProxyProcess proxy = new ProxyProcess(options.launch(origin), options.work())) {
            long begun = System.nanoTime();
            try (Client client = new Client(ProxyLaunch.PORT, proxy.authority())) {
                run(origin, proxy, client, samples);
            }
            out.printf(
                    Locale.ROOT,
                    "%n%d requests in %.0f s, %.0f s of the proxy's processor time; load at the end: %s%n",
                    tally.requests(),
                    (System.nanoTime() - begun) / 1e9,
                    proxy.processorSeconds(),
                    Machine.load());
            complete = account(proxy);
        }
        boolean steady = conclude(samples);
        return complete && steady ? 0 : 1;
    }

    private void run(OriginServer origin, ProxyProcess proxy, Client client, List<Sample> samples)
            throws IOException, InterruptedException {
        out.println();
        Table table = new Table(out, "requests", "heap after GC", "RSS", "RSS peak", "threads", "files", "surprises");
        // Ends by itself when the requests are done: agents ask before each.
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Random seeds = new Random(seed);
            for (Way way : Way.values()) {
                for (Origin to : Origin.values()) {
                    for (int i = 0; i < agents; i++) {
                        threads.execute(new Agent(
                                client,
                                origin,
                                way,
                                to,
                                new Random(seeds.nextLong()),
                                movement.readLock(),
                                () -> tally.requests() < requests && proxy.isAlive(),
                                tally));
                    }
                }
            }
            for (long next = every; next <= requests && proxy.isAlive(); next += every) {
                while (tally.requests() < next && proxy.isAlive()) {
                    Thread.sleep(POLL_MILLIS);
                }
                if (proxy.isAlive()) {
                    Sample sample = sample(proxy);
                    samples.add(sample);
                    print(sample, table);
                }
            }
        }
        if (!proxy.isAlive()) {
            out.println("FAILED: the proxy ended: " + proxy.lastWords());
        }
    }

    /** Lets every request end, and none begin meanwhile. */
    private Sample sample(ProxyProcess proxy) throws IOException {
        movement.writeLock().lock();
        try {
            Figures figures = proxy.figures();
            proxy.forgetPeak();
            return new Sample(tally.requests(), figures, proxy.liveHeap());
        } finally {
            movement.writeLock().unlock();
        }
    }

    private void print(Sample sample, Table table) {
        table.row(
                Long.toString(sample.requests()),
                Table.mebibytes(sample.heap()),
                Table.mebibytes(sample.figures().resident()),
                Table.mebibytes(sample.figures().peak()),
                Integer.toString(sample.figures().threads()),
                Integer.toString(sample.figures().files()),
                Long.toString(tally.surprises()));
    }

    /** Whether everything was answered as it should, and each request has its audit line. */
    private boolean account(ProxyProcess proxy) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + AUDIT_MILLIS * 1_000_000;
        while (proxy.auditLines() < tally.audited() && System.nanoTime() < deadline) {
            Thread.sleep(POLL_MILLIS);
        }
        tally.actions().forEach((action, count) -> out.println("  " + count + " " + action));
        out.println("Audit lines: " + proxy.auditLines() + " of " + tally.audited());
        out.println("Surprises: " + tally.surprises());
        tally.kinds().forEach((kind, count) -> out.println("  " + count + " x " + kind));
        proxy.printComplaints(out);
        return proxy.auditLines() == tally.audited() && tally.surprises() == 0;
    }

    private boolean conclude(List<Sample> samples) {
        List<Sample> seen = samples.stream()
                .filter(sample -> sample.requests() > WARMING * requests)
                .toList();
        if (seen.size() < 3) {
            out.println("Too few measurements for a trend.");
            return false;
        }
        out.println();
        out.printf(
                Locale.ROOT,
                "Trend of the last %d measurements, for a million requests, with its 95%% interval:%n%n",
                seen.size());
        Table table = new Table(out, "           what", "from", "to", "rises by", "plus or minus", "verdict");
        boolean steady = trend(table, "heap, MiB", seen, sample -> sample.heap() / MEBIBYTE, 0.5);
        steady &= trend(table, "RSS, MiB", seen, sample -> sample.figures().resident() / MEBIBYTE, 8);
        steady &= trend(table, "threads", seen, sample -> sample.figures().threads(), 1);
        steady &= trend(table, "files", seen, sample -> sample.figures().files(), 2);
        return steady;
    }

    private static boolean trend(
            Table table, String what, List<Sample> seen, ToDoubleFunction<Sample> value, double tolerated) {
        double[] values = seen.stream().mapToDouble(value).toArray();
        Trend trend = Trend.of(seen.stream().mapToDouble(Sample::requests).toArray(), values);
        boolean rises = trend.rises(tolerated);
        table.row(
                what,
                String.format(Locale.ROOT, "%.1f", values[0]),
                String.format(Locale.ROOT, "%.1f", values[values.length - 1]),
                String.format(Locale.ROOT, "%.2f", trend.perMillion()),
                String.format(Locale.ROOT, "%.2f", trend.uncertainty()),
                rises ? "GROWS" : "steady");
        return !rises;
    }
}
