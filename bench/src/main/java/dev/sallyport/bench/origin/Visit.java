package dev.sallyport.bench.origin;

import java.util.concurrent.CompletableFuture;

/**
 * A request that the bench follows.
 *
 * @param arrived completes when the request's head is there
 * @param cancelled completes with {@link System#nanoTime} when the request is ended before it was answered in full
 */
public record Visit(CompletableFuture<Void> arrived, CompletableFuture<Long> cancelled) {

    Visit() {
        this(new CompletableFuture<>(), new CompletableFuture<>());
    }
}
