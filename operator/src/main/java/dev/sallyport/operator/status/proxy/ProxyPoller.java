package dev.sallyport.operator.status.proxy;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.operator.model.Names;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every followed proxy again and again, and wakes the reconciler of a sandbox whose proxy says something new. One
 * timer, a virtual thread a question, at most {@link #CONCURRENT} at a time.
 */
public final class ProxyPoller extends AbstractEventSource<ProxyObservation, AgentSandbox> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ProxyPoller.class);

    private static final int CONCURRENT = 64;

    /** However many sandboxes there are: then each is asked less often. */
    private static final int MOST_PER_SECOND = 100;

    private final Map<ResourceID, Followed> followed = new ConcurrentHashMap<>();
    private final Semaphore permits = new Semaphore(CONCURRENT);
    private final ScheduledThreadPoolExecutor timer;
    private final ExecutorService questions = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("proxy-poll-", 0).factory());
    private final ProxyClient client;
    private final Duration interval;
    private final Duration fastInterval;
    private final Clock clock;
    private final MeterRegistry meters;

    /**
     * A poller.
     *
     * @param interval between two questions to a proxy that is as it should be
     * @param fastInterval between two questions to one that is awaited
     */
    public ProxyPoller(OperatorKeys keys, Duration interval, Duration fastInterval, Clock clock, MeterRegistry meters) {
        this(new ProxyClient(keys, Names.ADMIN_PORT, clock), interval, fastInterval, clock, meters);
    }

    ProxyPoller(ProxyClient client, Duration interval, Duration fastInterval, Clock clock, MeterRegistry meters) {
        super(ProxyObservation.class, "proxies");
        this.client = client;
        this.interval = interval;
        this.fastInterval = fastInterval;
        this.clock = clock;
        this.meters = meters;
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("proxy-timer").factory());
        this.timer.setRemoveOnCancelPolicy(true);
        meters.gaugeMapSize("sallyport.proxies.followed", java.util.List.of(), followed);
    }

    /** One followed proxy. Its fields are guarded by itself. */
    private static final class Followed {
        final ProxyTarget target;
        ProxyObservation observation;
        boolean fast;

        @Nullable ScheduledFuture<?> next;

        Followed(ProxyTarget target, boolean fast) {
            this.target = target;
            this.fast = fast;
            this.observation = ProxyObservation.none(target.podUid());
        }
    }

    /**
     * Asks this proxy from now on, and no other of the same sandbox.
     *
     * @param fast whether something is awaited of it
     */
    public void follow(ProxyTarget target, boolean fast) {
        Followed entry = followed.compute(target.sandbox(), (id, before) -> {
            if (before != null && before.target.equals(target)) {
                return before;
            }
            if (before != null) {
                cancel(before);
            }
            return new Followed(target, fast);
        });
        synchronized (entry) {
            boolean sooner = fast && !entry.fast;
            entry.fast = fast;
            if (entry.next == null || sooner) {
                schedule(entry, Duration.ZERO);
            }
        }
    }

    /** Asks this sandbox's proxy no more, and forgets what it said. */
    public void forget(ResourceID sandbox) {
        Followed entry = followed.remove(sandbox);
        if (entry != null) {
            cancel(entry);
        }
    }

    /** What is known of the proxy in this pod; empty: nothing yet. */
    public Optional<ProxyObservation> observation(ResourceID sandbox, String podUid) {
        Followed entry = followed.get(sandbox);
        if (entry == null || !entry.target.podUid().equals(podUid)) {
            return Optional.empty();
        }
        synchronized (entry) {
            return Optional.of(entry.observation);
        }
    }

    @Override
    public Set<ProxyObservation> getSecondaryResources(AgentSandbox sandbox) {
        Followed entry = followed.get(ResourceID.fromResource(sandbox));
        if (entry == null) {
            return Set.of();
        }
        synchronized (entry) {
            return Set.of(entry.observation);
        }
    }

    @Override
    public void stop() {
        close();
        super.stop();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        questions.shutdownNow();
        client.close();
    }

    private static void cancel(Followed entry) {
        synchronized (entry) {
            if (entry.next != null) {
                entry.next.cancel(false);
            }
        }
    }

    /** The caller holds the entry's lock. */
    private void schedule(Followed entry, Duration delay) {
        if (timer.isShutdown()) {
            return;
        }
        if (entry.next != null) {
            entry.next.cancel(false);
        }
        entry.next =
                timer.schedule(() -> questions.execute(() -> poll(entry)), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void poll(Followed entry) {
        try {
            permits.acquire();
            try {
                ask(entry);
            } finally {
                permits.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (followed.get(entry.target.sandbox()) == entry) {
            synchronized (entry) {
                schedule(entry, delay(entry.fast));
            }
        }
    }

    private void ask(Followed entry) throws InterruptedException {
        Timer.Sample sample = Timer.start(meters);
        ProxyObservation before;
        synchronized (entry) {
            before = entry.observation;
        }
        ProxyObservation after;
        String outcome;
        try {
            after = before.answered(client.ask(entry.target), clock.instant());
            outcome = "answered";
        } catch (ProxyException e) {
            after = before.failed(e.kind(), String.valueOf(e.getMessage()));
            outcome = e.kind().name().toLowerCase(java.util.Locale.ROOT);
            log.atDebug()
                    .addKeyValue(
                            "namespace", entry.target.sandbox().getNamespace().orElse(""))
                    .addKeyValue("sandbox", entry.target.sandbox().getName())
                    .addKeyValue("problem", e.getMessage())
                    .log("proxy gave no report");
        }
        sample.stop(
                Timer.builder("sallyport.proxy.polls").tag("outcome", outcome).register(meters));
        synchronized (entry) {
            entry.observation = after;
        }
        if (!after.saysTheSameAs(before) && followed.get(entry.target.sandbox()) == entry) {
            getEventHandler().handleEvent(new Event(entry.target.sandbox()));
        }
    }

    /** A tenth is left to chance, so that proxies that started together are not asked together for ever. */
    private Duration delay(boolean fast) {
        Duration base = fast ? fastInterval : interval;
        Duration shared = Duration.ofMillis(followed.size() * 1000L / MOST_PER_SECOND);
        long millis = Math.max(base.toMillis(), shared.toMillis());
        return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 10 + 1));
    }
}
