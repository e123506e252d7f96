package dev.sallyport.bench.abort;

import dev.sallyport.bench.BenchOptions;
import dev.sallyport.bench.client.Call;
import dev.sallyport.bench.client.Client;
import dev.sallyport.bench.client.Connection;
import dev.sallyport.bench.client.Connection.Request;
import dev.sallyport.bench.client.Waiting;
import dev.sallyport.bench.client.Way;
import dev.sallyport.bench.origin.Origin;
import dev.sallyport.bench.origin.OriginServer;
import dev.sallyport.bench.origin.Visit;
import dev.sallyport.bench.proxy.ProxyLaunch;
import dev.sallyport.bench.proxy.ProxyProcess;
import dev.sallyport.bench.report.Machine;
import dev.sallyport.bench.report.Table;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Aborts requests one after the other and takes the time. */
@Command(
        name = "abort",
        mixinStandardHelpOptions = true,
        description = "The time from a client's going away until the upstream sees it.")
public final class AbortBench implements Callable<Integer> {

    private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MOST_SECONDS = 20;
    private static final long FIRST_PART = 100_000;
    private static final long UPLOAD_BYTES = 1L << 30;
    private static final int STREAMS_A_CONNECTION = 100;
    private static final int WARMING = 100;
    private static final int MOST_LOST = 5;
    private static final long STILL_MILLIS = 40;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(names = "--samples", defaultValue = "1000", description = "of each kind (${DEFAULT-VALUE})")
    private int samples;

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        out.println(Machine.line());
        out.println(options.limits());
        boolean met = true;
        try (OriginServer origin = options.origin();
                ProxyProcess proxy = new ProxyProcess(options.launch(origin), options.work());
                Client client = new Client(ProxyLaunch.PORT, proxy.authority())) {
            out.println();
            out.println("Milliseconds, " + samples + " samples of each kind, one request at a time.");
            out.println();
            Table table = new Table(
                    out,
                    "the client goes away                                                    ",
                    "samples",
                    "median",
                    "90 %",
                    "99 %",
                    "99.9 %",
                    "most",
                    "100 or more",
                    "not seen");
            for (Moment moment : Moment.values()) {
                for (Way way : Way.values()) {
                    for (Origin to : Origin.values()) {
                        met &= measure(new Kind(moment, way, to), origin, client, table);
                    }
                }
            }
            proxy.printComplaints(out);
        }
        out.println("Load at the end: " + Machine.load());
        return met ? 0 : 1;
    }

    private boolean measure(Kind kind, OriginServer origin, Client client, Table table)
            throws IOException, InterruptedException {
        // Before a connection is full takes its time.
        int count = kind.isBlocked() ? Math.max(1, samples / 10) : samples;
        long[] times = new long[count];
        int taken = 0;
        int lost = 0;
        Connection shared = client.open(kind.way(), kind.to());
        for (int i = -Math.min(WARMING, count); i < count && lost < MOST_LOST; i++) {
            if (!kind.way().multiplexed() || i % STREAMS_A_CONNECTION == 0 || !shared.isOpen()) {
                shared.close();
                shared = client.open(kind.way(), kind.to());
            }
            long time = sample(kind, origin, shared);
            if (i >= 0) {
                times[taken++] = time;
                lost += time == Long.MAX_VALUE ? 1 : 0;
            }
        }
        shared.close();
        Distribution distribution = new Distribution(Arrays.copyOf(times, taken));
        long late = distribution.atLeast(LIMIT_NANOS);
        table.row(
                kind.label(),
                Integer.toString(taken),
                millis(distribution.quantile(0.5)),
                millis(distribution.quantile(0.9)),
                millis(distribution.quantile(0.99)),
                millis(distribution.quantile(0.999)),
                millis(distribution.quantile(1)),
                Long.toString(late),
                Integer.toString(lost));
        return late == 0;
    }

    /** Nanoseconds; {@link Long#MAX_VALUE} if the upstream did not see it within {@value #MOST_SECONDS} s. */
    private static long sample(Kind kind, OriginServer origin, Connection connection)
            throws IOException, InterruptedException {
        String name = origin.announce();
        Visit visit = origin.visit(name);
        try {
            Call call = connection.send(kind.request(name));
            switch (kind.moment()) {
                case AWAITING -> Waiting.until(visit.arrived());
                case IN_ANSWER -> Waiting.until(call.firstBytes());
                case BLOCKED_ANSWER -> {
                    Waiting.until(visit.arrived());
                    untilStill(origin::moved);
                }
                case IN_UPLOAD -> {
                    call.sendPart(FIRST_PART);
                    Waiting.until(visit.arrived());
                    untilStill(call::sent);
                }
                case BLOCKED_UPLOAD -> {
                    call.sendBody(UPLOAD_BYTES);
                    Waiting.until(visit.arrived());
                    untilStill(call::sent);
                }
            }
            long begun = Waiting.until(call.abort(kind.moment() == Moment.BLOCKED_UPLOAD));
            return Waiting.until(visit.cancelled(), MOST_SECONDS) - begun;
        } catch (Waiting.NothingCameException e) {
            return Long.MAX_VALUE;
        } finally {
            origin.forget(name);
        }
    }

    /** Waits until a count has stood still for {@value #STILL_MILLIS} ms. */
    private static void untilStill(LongSupplier count) throws InterruptedException {
        long last = -1;
        for (long now = count.getAsLong(); now != last; now = count.getAsLong()) {
            last = now;
            Thread.sleep(STILL_MILLIS);
        }
    }

    private static String millis(long nanos) {
        return nanos == Long.MAX_VALUE ? "-" : Table.millis(nanos);
    }

    /** What is measured in one row. */
    private record Kind(Moment moment, Way way, Origin to) {

        boolean isBlocked() {
            return moment == Moment.BLOCKED_ANSWER || moment == Moment.BLOCKED_UPLOAD || moment == Moment.IN_UPLOAD;
        }

        String label() {
            return moment.label() + ": " + way.label() + " to " + to.label();
        }

        Request request(String visit) {
            return switch (moment) {
                case AWAITING -> get("/silent", visit, true);
                case IN_ANSWER -> get("/events", visit, true);
                case BLOCKED_ANSWER -> get("/endless", visit, false);
                case IN_UPLOAD, BLOCKED_UPLOAD ->
                    new Request(HttpMethod.POST, Origin.OPEN + "/blocked", OptionalLong.of(UPLOAD_BYTES), visit, true);
            };
        }

        private static Request get(String path, String visit, boolean reads) {
            return new Request(HttpMethod.GET, Origin.OPEN + path, OptionalLong.empty(), visit, reads);
        }
    }
}
