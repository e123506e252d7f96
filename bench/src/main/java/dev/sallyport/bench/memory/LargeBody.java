package dev.sallyport.bench.memory;

import dev.sallyport.bench.client.Call;
import dev.sallyport.bench.client.Connection;
import dev.sallyport.bench.client.Connection.Request;
import dev.sallyport.bench.client.Waiting;
import dev.sallyport.bench.client.Way;
import dev.sallyport.bench.origin.Origin;
import dev.sallyport.bench.proxy.Figures;
import dev.sallyport.bench.report.Table;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * One body that is larger than all memory.
 *
 * @param up whether it is the request's
 */
record LargeBody(Way way, Origin origin, boolean up) {

    private static final long MOST_SECONDS = 3600;

    /** Both directions through each way, and HTTP/1.1 to HTTP/2 besides. */
    static List<LargeBody> all() {
        List<LargeBody> bodies = new ArrayList<>();
        for (boolean up : new boolean[] {false, true}) {
            bodies.add(new LargeBody(Way.BASE_H1, Origin.H1, up));
            bodies.add(new LargeBody(Way.BASE_H1, Origin.H2, up));
            bodies.add(new LargeBody(Way.BASE_H2, Origin.H2, up));
            bodies.add(new LargeBody(Way.CONNECT_H1, Origin.H1, up));
            bodies.add(new LargeBody(Way.CONNECT_H2, Origin.H2, up));
        }
        return bodies;
    }

    /** To choose it by, on the command line. */
    String name() {
        return ("body-" + (up ? "up-" : "down-") + way + "-" + origin)
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
    }

    /** In words. */
    String what() {
        return Scenes.title(up ? "up" : "down", way, origin);
    }

    /** Sends it and prints what that took. */
    void send(long bytes, Measurement measurement, Table table) throws IOException, InterruptedException {
        measurement.warm();
        measurement.settle();
        long heapWarm = measurement.proxy().liveHeap();
        Figures warm = measurement.proxy().figures();
        measurement.proxy().forgetPeak();
        double processorBefore = measurement.proxy().processorSeconds();
        long movedBefore = measurement.origin().moved();
        long begun = System.nanoTime();
        try (Connection connection = measurement.client().open(way, origin)) {
            long length = up ? upload(connection, bytes, measurement, movedBefore) : download(connection, bytes);
            if (length != bytes) {
                throw new IOException(length + " bytes arrived of " + bytes);
            }
        }
        long nanos = System.nanoTime() - begun;
        double processor = measurement.proxy().processorSeconds() - processorBefore;
        Figures after = measurement.proxy().figures();
        table.row(
                what(),
                Table.mebibytes(warm.resident()),
                Table.mebibytes(after.peak()),
                Table.mebibytes(after.peak() - warm.resident()),
                Table.mebibytes(heapWarm),
                Table.mebibytes(measurement.proxy().liveHeap()),
                Table.seconds(nanos),
                Table.mebibytes((long) (bytes * 1e9 / nanos)),
                String.format(Locale.ROOT, "%.1f", processor));
    }

    private static long download(Connection connection, long bytes) throws IOException {
        Call call = connection.get(Origin.OPEN + "/bytes/" + bytes);
        long length = Waiting.until(call.end(), MOST_SECONDS);
        call.expect(200);
        return length;
    }

    private static long upload(Connection connection, long bytes, Measurement measurement, long movedBefore)
            throws IOException {
        Call call =
                connection.send(new Request(HttpMethod.POST, Origin.OPEN + "/sink", OptionalLong.of(bytes), "", true));
        call.sendBody(bytes);
        Waiting.until(call.end(), MOST_SECONDS);
        call.expect(200);
        return measurement.origin().moved() - movedBefore;
    }
}
