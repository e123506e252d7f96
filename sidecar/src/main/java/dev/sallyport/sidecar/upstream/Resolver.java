package dev.sallyport.sidecar.upstream;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Names to addresses, off the event loops, each name once at a time, and remembered for half a minute. */
public final class Resolver implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int MOST_WAITING = 256;
    private static final int MOST_REMEMBERED = 1024;
    private static final long FOUND_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long MISSED_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Vertx vertx;
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

    public Resolver(Vertx vertx, NameLookup lookup, LongSupplier nanos) {
        this.vertx = vertx;
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
     * The addresses of a host.
     *
     * @param host a name, an IPv4 literal, or an IPv6 literal in brackets
     * @return at least one; fails with {@link UnknownHostException}
     */
    public Future<List<InetAddress>> resolve(String host) {
        if (host.startsWith("[")) {
            return literal(host.substring(1, host.length() - 1));
        }
        // A name never ends in a digit: HostPattern refuses those.
        if (Character.isDigit(host.charAt(host.length() - 1))) {
            return literal(host);
        }
        Answer known = remembered(host);
        if (known != null) {
            return known.future();
        }
        Promise<Answer> promise = Promise.promise();
        Future<Answer> first = underWay.putIfAbsent(host, promise.future());
        if (first != null) {
            return onThisContext(first);
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
        return onThisContext(promise.future());
    }

    private Future<List<InetAddress>> onThisContext(Future<Answer> answer) {
        Promise<List<InetAddress>> mine = Promise.promise();
        var context = vertx.getOrCreateContext();
        answer.onComplete(
                done -> context.runOnContext(ignored -> done.result().future().onComplete(mine::handle)));
        return mine.future();
    }

    private Answer answer(String host) {
        try {
            return new Answer(lookup.lookup(host), nanos.getAsLong() + FOUND_NANOS);
        } catch (UnknownHostException | RuntimeException e) {
            return new Answer(List.of(), nanos.getAsLong() + MISSED_NANOS);
        }
    }

    private @org.jspecify.annotations.Nullable Answer remembered(String host) {
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

    private static Future<List<InetAddress>> literal(String text) {
        try {
            return Future.succeededFuture(List.of(InetAddress.ofLiteral(text)));
        } catch (IllegalArgumentException e) {
            return Answer.NONE.future();
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
