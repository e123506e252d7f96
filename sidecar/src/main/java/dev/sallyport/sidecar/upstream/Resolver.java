package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.config.IpLiteral;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Names to addresses, off the event loops, each name once at a time, and remembered for half a minute. What it remembers is
 * addresses, not judgements: whoever asks judges them anew.
 */
public final class Resolver implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int MOST_WAITING = 256;
    private static final int MOST_REMEMBERED = 1024;
    private static final long FOUND_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long MISSED_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final NameLookup lookup;
    private final LongSupplier nanos;
    private final ThreadPoolExecutor threads;
    private final Map<String, Future<Answer>> underWay = new ConcurrentHashMap<>();
    private final Map<String, Answer> remembered = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    public Resolver(NameLookup lookup, LongSupplier nanos) {
        this.lookup = lookup;
        this.nanos = nanos;
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().daemon().name("resolver-", 0).factory());
        this.threads.allowCoreThreadTimeOut(true);
    }

    /**
     * The addresses of a host. Only a name is ever looked up, and no name that is a machine's own (RFC 6761, section 6.3):
     * that one is at the loopback addresses, whatever anybody would answer.
     *
     * @param host a name without a trailing dot, an IPv4 address in four decimal numbers, or an IPv6 address in brackets;
     *     anything else has no address
     * @return at least one, complete at once where it is known, otherwise on a thread of the resolver's; fails with
     *     {@link UnknownHostException}
     */
    public Future<List<InetAddress>> resolve(String host) {
        Optional<InetAddress> literal = IpLiteral.parse(host);
        if (literal.isPresent()) {
            return Future.succeededFuture(List.of(literal.get()));
        }
        if (!Hosts.isName(host)) {
            return Answer.NONE.future();
        }
        if (Hosts.isLocal(host)) {
            return Future.succeededFuture(Hosts.LOOPBACK);
        }
        Answer known = remembered(host);
        return known != null ? known.future() : lookUp(host).compose(Answer::future);
    }

    private Future<Answer> lookUp(String host) {
        Promise<Answer> promise = Promise.promise();
        Future<Answer> first = underWay.putIfAbsent(host, promise.future());
        if (first != null) {
            return first;
        }
        try {
            threads.execute(() -> {
                Answer answer = answer(host);
                remember(host, answer);
                underWay.remove(host);
                promise.complete(answer);
            });
        } catch (RejectedExecutionException e) {
            underWay.remove(host);
            promise.complete(Answer.NONE);
        }
        return promise.future();
    }

    private Answer answer(String host) {
        try {
            return new Answer(List.copyOf(lookup.lookup(host)), nanos.getAsLong() + FOUND_NANOS);
        } catch (UnknownHostException | RuntimeException e) {
            return new Answer(List.of(), nanos.getAsLong() + MISSED_NANOS);
        }
    }

    private @Nullable Answer remembered(String host) {
        synchronized (remembered) {
            Answer answer = remembered.get(host);
            return answer == null || answer.until() - nanos.getAsLong() < 0 ? null : answer;
        }
    }

    private void remember(String host, Answer answer) {
        synchronized (remembered) {
            remembered.put(host, answer);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private record Answer(List<InetAddress> addresses, long until) {

        static final Answer NONE = new Answer(List.of(), 0);

        Future<List<InetAddress>> future() {
            return addresses.isEmpty()
                    ? Future.failedFuture(new UnknownHostException())
                    : Future.succeededFuture(addresses);
        }
    }
}
