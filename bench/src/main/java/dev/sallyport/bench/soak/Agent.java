package dev.sallyport.bench.soak;

import dev.sallyport.bench.client.Call;
import dev.sallyport.bench.client.Client;
import dev.sallyport.bench.client.Connection;
import dev.sallyport.bench.client.Connection.Request;
import dev.sallyport.bench.client.Waiting;
import dev.sallyport.bench.client.Way;
import dev.sallyport.bench.origin.Origin;
import dev.sallyport.bench.origin.OriginServer;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/** One of those that send requests: the same kinds in the same shares in an order that its seed decides. */
final class Agent implements Runnable {

    /** After so many a connection makes way for a new one. */
    private static final int REQUESTS_A_CONNECTION = 500;

    private static final long UPLOAD_BYTES = 3_000;
    private static final String LARGER = "/bytes/50000";

    private final Client client;
    private final OriginServer origin;
    private final Way way;
    private final Origin to;
    private final Random random;
    private final Lock moving;
    private final BooleanSupplier goOn;
    private final Tally tally;

    /**
     * @param moving is held while a request is under way
     * @param goOn asked before each request
     */
    Agent(
            Client client,
            OriginServer origin,
            Way way,
            Origin to,
            Random random,
            Lock moving,
            BooleanSupplier goOn,
            Tally tally) {
        this.client = client;
        this.origin = origin;
        this.way = way;
        this.to = to;
        this.random = random;
        this.moving = moving;
        this.goOn = goOn;
        this.tally = tally;
    }

    @Override
    public void run() {
        while (goOn.getAsBoolean()) {
            try (Connection connection = client.open(way, to)) {
                for (int i = 0; i < REQUESTS_A_CONNECTION && connection.isOpen() && goOn.getAsBoolean(); i++) {
                    moving.lock();
                    try {
                        request(connection);
                    } finally {
                        moving.unlock();
                    }
                }
            } catch (IOException e) {
                tally.surprise(way + ": " + e.getMessage());
            }
        }
    }

    private void request(Connection connection) throws IOException {
        int kind = random.nextInt(1000);
        if (kind < 800) {
            tally.sent("small answer");
            connection.get(Origin.OPEN + "/small").expect(200);
        } else if (kind < 880) {
            upload(connection);
        } else if (kind < 900) {
            tally.sent("larger answer");
            connection.get(Origin.OPEN + LARGER).expect(200);
        } else if (kind < 985) {
            tally.sent("refused");
            connection.get("/closed/small").expect(403);
        } else if (kind < 990) {
            abandon(connection, "/silent", false);
        } else if (kind < 995) {
            abandon(connection, "/events", true);
        } else {
            abandonUpload(connection);
        }
    }

    private void upload(Connection connection) throws IOException {
        tally.sent("upload");
        Call call = connection.send(
                new Request(HttpMethod.POST, Origin.OPEN + "/sink", OptionalLong.of(UPLOAD_BYTES), "", true));
        call.sendBody(UPLOAD_BYTES);
        call.expect(200);
    }

    /** Goes away while it waits, or when the answer has begun. */
    private void abandon(Connection connection, String path, boolean begun) throws IOException {
        tally.sent(begun ? "abandoned in the answer" : "abandoned while waiting");
        String visit = origin.announce();
        Call call = connection.send(new Request(HttpMethod.GET, Origin.OPEN + path, OptionalLong.empty(), visit, true));
        Waiting.until(begun ? call.firstBytes() : origin.visit(visit).arrived());
        leave(call, visit);
    }

    /** Goes away in the midst of the body. */
    private void abandonUpload(Connection connection) throws IOException {
        tally.sent("abandoned in the upload");
        String visit = origin.announce();
        Call call = connection.send(
                new Request(HttpMethod.POST, Origin.OPEN + "/sink", OptionalLong.of(2 * UPLOAD_BYTES), visit, true));
        call.sendOctet();
        Waiting.until(origin.visit(visit).arrived());
        leave(call, visit);
    }

    private void leave(Call call, String visit) throws IOException {
        Waiting.until(call.abort(false));
        Waiting.until(origin.visit(visit).cancelled());
        origin.forget(visit);
    }
}
