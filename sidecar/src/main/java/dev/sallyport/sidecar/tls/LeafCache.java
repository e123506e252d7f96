package dev.sallyport.sidecar.tls;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * What was formed of leaves, by host. At most one is in the making for a host at a time, failures are not remembered, and
 * the host that was asked for longest ago makes room when the cache is full. An entry is made anew when half of its
 * leaf's life is over.
 *
 * <p>Safe for use by several threads; asking never blocks, so event loops may.
 *
 * @param <T> what a server needs to speak for the host, such as a TLS context, whose making is expensive too. It is not
 *     closed when it leaves the cache, since connections may still use it: take one that needs no closing
 */
public final class LeafCache<T> {

    private final SandboxCa ca;
    private final Function<Leaf, T> form;
    private final Executor minting;
    private final Clock clock;
    private final int capacity;
    private final Map<String, CompletableFuture<Entry<T>>> entries = new LinkedHashMap<>(16, 0.75f, true);

    private record Entry<T>(Leaf leaf, T formed) {}

    /**
     * @param form makes of a leaf what is kept; runs on {@code minting}
     * @param minting where leaves are minted and formed, away from event loops
     * @param capacity entries, at least 1
     */
    public LeafCache(SandboxCa ca, Function<Leaf, T> form, Executor minting, Clock clock, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: not at least 1");
        }
        this.ca = ca;
        this.form = form;
        this.minting = minting;
        this.clock = clock;
        this.capacity = capacity;
    }

    /**
     * What was formed for the host, from the cache or new.
     *
     * @param host as for {@link SandboxCa#mint}
     * @return completes on the caller's thread or on {@code minting}; exceptionally, if the leaf can't be formed or the
     *     executor takes no more
     * @throws IllegalArgumentException if the host is neither a name nor an IP literal
     */
    public CompletionStage<T> get(String host) {
        SubjectAltName name = SubjectAltName.of(host);
        CompletableFuture<Entry<T>> entry;
        boolean isNew = false;
        synchronized (entries) {
            entry = entries.get(name.toString());
            if (entry == null || isSpent(entry)) {
                isNew = true;
                entry = new CompletableFuture<>();
                entries.put(name.toString(), entry);
                if (entries.size() > capacity) {
                    entries.remove(entries.keySet().iterator().next());
                }
            }
        }
        if (isNew) {
            start(name, entry);
        }
        return entry.thenApply(Entry::formed);
    }

    private void start(SubjectAltName name, CompletableFuture<Entry<T>> entry) {
        try {
            minting.execute(() -> make(name, entry));
        } catch (RejectedExecutionException e) {
            fail(name, entry, e);
        }
    }

    @SuppressWarnings("CatchingUnchecked") // whatever goes wrong must reach those who wait
    private void make(SubjectAltName name, CompletableFuture<Entry<T>> entry) {
        try {
            Leaf leaf = ca.mint(name);
            entry.complete(new Entry<>(leaf, form.apply(leaf)));
        } catch (Throwable e) {
            fail(name, entry, e);
        }
    }

    private void fail(SubjectAltName name, CompletableFuture<Entry<T>> entry, Throwable cause) {
        synchronized (entries) {
            entries.remove(name.toString(), entry);
        }
        entry.completeExceptionally(cause);
    }

    private boolean isSpent(CompletableFuture<Entry<T>> entry) {
        return entry.isDone()
                && (entry.isCompletedExceptionally() || !entry.join().leaf().isFreshAt(clock.instant()));
    }

    /** How many hosts it holds, those in the making included. */
    int size() {
        synchronized (entries) {
            return entries.size();
        }
    }
}
