package dev.sallyport.sidecar.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sallyport.contract.config.SandboxRef;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeafCacheTest {

    private final SettableClock clock = new SettableClock(Instant.parse("2026-05-01T12:00:00Z"));
    private final AtomicInteger formed = new AtomicInteger();
    private final Queue<Runnable> queue = new ArrayDeque<>();
    private SandboxCa ca;

    @BeforeEach
    void makeCa(@TempDir Path directory) throws IOException {
        ca = SandboxCa.openOrCreate(directory, new SandboxRef("agents", "claude", "uid-1"), clock, new SecureRandom());
    }

    @Test
    void mintsOnceForAHostHoweverItIsSpelled() {
        LeafCache<Leaf> cache = cache(8);

        CompletableFuture<Leaf> one = get(cache, "API.example.com");
        CompletableFuture<Leaf> other = get(cache, "api.example.com.");
        CompletableFuture<Leaf> address = get(cache, "[2001:DB8:0::1]");
        CompletableFuture<Leaf> sameAddress = get(cache, "2001:db8::1");
        assertThat(one).isNotDone();
        drain();

        assertThat(one.join()).isSameAs(other.join());
        assertThat(address.join()).isSameAs(sameAddress.join());
        assertThat(formed).hasValue(2);
    }

    @Test
    void mintsOnTheExecutorOnly() {
        LeafCache<Leaf> cache = cache(8);

        CompletableFuture<Leaf> asked = get(cache, "a.example");

        assertThat(asked).isNotDone();
        assertThat(formed).hasValue(0);
        assertThat(queue).hasSize(1);
    }

    @Test
    void dropsTheHostThatWasAskedForLongestAgo() {
        LeafCache<Leaf> cache = cache(2);
        Leaf a = served(cache, "a.example");
        Leaf b = served(cache, "b.example");
        served(cache, "a.example");
        served(cache, "c.example");

        assertThat(cache.size()).isEqualTo(2);
        assertThat(served(cache, "a.example")).isSameAs(a);
        assertThat(served(cache, "b.example")).isNotSameAs(b);
    }

    @Test
    void staysWithinItsCapacityWhileNothingIsMinted() {
        LeafCache<Leaf> cache = cache(4);
        List<CompletableFuture<Leaf>> asked = new ArrayList<>();

        for (int i = 0; i < 100; i++) {
            asked.add(get(cache, "host-" + i + ".example"));
        }
        assertThat(cache.size()).isEqualTo(4);
        drain();

        assertThat(asked).allSatisfy(leaf -> assertThat(leaf).isCompleted());
        assertThat(cache.size()).isEqualTo(4);
    }

    @Test
    void mintsAnewWhenHalfOfTheLeafsLifeIsOver() {
        LeafCache<Leaf> cache = cache(8);
        Leaf first = served(cache, "a.example");

        clock.advance(Duration.ofHours(11));
        assertThat(served(cache, "a.example")).isSameAs(first);

        clock.advance(Duration.ofHours(1));
        Leaf second = served(cache, "a.example");
        assertThat(second).isNotSameAs(first);
        assertThat(second.certificate().getNotAfter().toInstant())
                .isEqualTo(clock.instant().plus(Duration.ofHours(24)));
    }

    @Test
    void mintsAnewWhenTheClockWasSetBack() {
        LeafCache<Leaf> cache = cache(8);
        Leaf first = served(cache, "a.example");

        clock.advance(Duration.ofHours(-2));

        assertThat(served(cache, "a.example")).isNotSameAs(first);
    }

    @Test
    void remembersNoFailure() {
        AtomicInteger calls = new AtomicInteger();
        LeafCache<Leaf> cache = new LeafCache<>(
                ca,
                leaf -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new IllegalStateException("no TLS today");
                    }
                    return leaf;
                },
                queue::add,
                clock,
                8);

        CompletableFuture<Leaf> failed = get(cache, "a.example");
        drain();

        assertThat(failed).isCompletedExceptionally();
        assertThat(cache.size()).isZero();
        assertThat(served(cache, "a.example")).isNotNull();
    }

    @Test
    void failsWhenTheExecutorTakesNoMore() {
        LeafCache<Leaf> cache = new LeafCache<>(
                ca,
                leaf -> leaf,
                task -> {
                    throw new RejectedExecutionException("full");
                },
                clock,
                8);

        assertThat(get(cache, "a.example")).isCompletedExceptionally();
        assertThat(cache.size()).isZero();
    }

    @Test
    void refusesWhatIsNoHostWithoutMinting() {
        LeafCache<Leaf> cache = cache(8);

        assertThatIllegalArgumentException().isThrownBy(() -> cache.get("a b"));
        assertThat(cache.size()).isZero();
        assertThat(queue).isEmpty();
    }

    @Test
    void mintsOnceForManyThreads() throws Exception {
        try (ExecutorService minting = Executors.newFixedThreadPool(2);
                ExecutorService askers = Executors.newFixedThreadPool(8)) {
            LeafCache<Leaf> cache = new LeafCache<>(
                    ca,
                    leaf -> {
                        formed.incrementAndGet();
                        return leaf;
                    },
                    minting,
                    clock,
                    16);
            List<java.util.concurrent.Future<Leaf>> leaves = new ArrayList<>();
            for (int i = 0; i < 800; i++) {
                String host = "host-" + i % 8 + ".example";
                leaves.add(askers.submit(
                        () -> cache.get(host).toCompletableFuture().join()));
            }
            for (int i = 8; i < leaves.size(); i++) {
                assertThat(leaves.get(i).get()).isSameAs(leaves.get(i % 8).get());
            }
        }

        assertThat(formed).hasValue(8);
    }

    private LeafCache<Leaf> cache(int capacity) {
        return new LeafCache<>(
                ca,
                leaf -> {
                    formed.incrementAndGet();
                    return leaf;
                },
                queue::add,
                clock,
                capacity);
    }

    private static CompletableFuture<Leaf> get(LeafCache<Leaf> cache, String host) {
        return cache.get(host).toCompletableFuture();
    }

    private Leaf served(LeafCache<Leaf> cache, String host) {
        CompletableFuture<Leaf> leaf = get(cache, host);
        drain();
        return leaf.join();
    }

    private void drain() {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            task.run();
        }
    }
}
