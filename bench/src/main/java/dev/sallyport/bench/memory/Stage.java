package dev.sallyport.bench.memory;

import dev.sallyport.bench.client.Call;
import dev.sallyport.bench.client.Client;
import dev.sallyport.bench.client.Connection;
import dev.sallyport.bench.client.Connection.Request;
import dev.sallyport.bench.client.Waiting;
import dev.sallyport.bench.origin.Origin;
import dev.sallyport.bench.origin.OriginServer;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Where a scene is played: what it opens stays open until the stage is closed. */
final class Stage implements AutoCloseable {

    /** Connections that are being opened at one time. */
    private static final int OPENING = 16;

    private final OriginServer origin;
    private final Client client;
    private final Queue<AutoCloseable> held = new ConcurrentLinkedQueue<>();
    private final List<Runnable> everySecond = new ArrayList<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().factory());

    Stage(OriginServer origin, Client client) {
        this.origin = origin;
        this.client = client;
    }

    Client client() {
        return client;
    }

    /** Keeps something open. */
    <T extends AutoCloseable> T hold(T opened) {
        held.add(opened);
        return opened;
    }

    /** Does something once each second, for as long as the stage is open. */
    void eachSecond(Runnable action) {
        everySecond.add(action);
        var _ = clock.scheduleAtFixedRate(action, 1, 1, TimeUnit.SECONDS);
    }

    /** Does something so many times, several at once. */
    void times(int count, Task task) throws IOException {
        Semaphore places = new Semaphore(OPENING);
        List<CompletableFuture<Void>> running = new ArrayList<>();
        AtomicBoolean failed = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                int number = i;
                CompletableFuture<Void> outcome = new CompletableFuture<>();
                running.add(outcome);
                threads.execute(() -> {
                    places.acquireUninterruptibly();
                    try {
                        // One that failed is the end of the scene: the others need not wait for theirs.
                        if (!failed.get()) {
                            task.run(number);
                        }
                        outcome.complete(null);
                    } catch (IOException | RuntimeException e) {
                        failed.set(true);
                        outcome.completeExceptionally(e);
                    } finally {
                        places.release();
                    }
                });
            }
        }
        for (CompletableFuture<Void> outcome : running) {
            Waiting.until(outcome);
        }
    }

    /** Sends a request that the bench does not see the end of, and waits until it is at the origin. */
    Call begin(Connection connection, HttpMethod method, String path, OptionalLong length, boolean reads)
            throws IOException {
        String visit = origin.announce();
        Call call = connection.send(new Request(method, Origin.OPEN + path, length, visit, reads));
        Waiting.until(origin.visit(visit).arrived());
        origin.forget(visit);
        return call;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        for (AutoCloseable each : held) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException("a connection cannot be closed", e);
            }
        }
        held.clear();
    }

    /** One of many. */
    interface Task {
        /**
         * Does it.
         *
         * @param number from 0
         * @throws IOException if it fails, and with it the scene
         */
        void run(int number) throws IOException;
    }
}
