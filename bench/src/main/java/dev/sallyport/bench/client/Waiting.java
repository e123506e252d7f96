package dev.sallyport.bench.client;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what connections tell. */
public final class Waiting {

    private static final long SECONDS = 60;

    private Waiting() {}

    /**
     * The value, within a minute.
     *
     * @throws IOException if it fails or does not come
     */
    public static <T> T until(CompletableFuture<T> future) throws IOException {
        return until(future, SECONDS);
    }

    /** The value, within so many seconds. */
    public static <T> T until(CompletableFuture<T> future, long seconds) throws IOException {
        try {
            return future.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new NothingCameException(seconds, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Nothing came in time. */
    public static final class NothingCameException extends IOException {

        private static final long serialVersionUID = 1L;

        NothingCameException(long seconds, Throwable cause) {
            super("nothing came within " + seconds + " s", cause);
        }
    }
}
