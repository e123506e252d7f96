package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHandler;
import dev.sallyport.sidecar.http.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request that is sent a second time, once, where its loss says nothing of the upstream: a kept connection had ended, or
 * the upstream did not take it. Only a request that nothing of the body was written of is sent again, and after a kept
 * connection's end only one without a body whose method is idempotent (RFC 9110, section 9.2.2).
 */
final class RetryingStream implements UpstreamStream {

    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

    private final EventLoop loop;
    private final Supplier<Future<Leg>> again;
    /** Null while another connection is made. */
    private @Nullable Leg leg;

    private Protocol protocol;
    private @Nullable RequestHead head;
    private OptionalLong contentLength = OptionalLong.empty();
    private @Nullable ResponseHandler handler;
    private @Nullable Runnable onWritable;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>(0);
    private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;
    private boolean written;
    private boolean ended;
    private boolean resumed;
    private boolean retried;
    private boolean aborted;

    RetryingStream(EventLoop loop, Leg leg, Supplier<Future<Leg>> again) {
        this.loop = loop;
        this.leg = leg;
        this.again = again;
        this.protocol = leg.protocol();
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public Protocol protocol() {
        return protocol;
    }

    @Override
    public void send(RequestHead request, OptionalLong length, ResponseHandler answers) {
        head = request;
        contentLength = length;
        handler = answers;
        if (leg != null) {
            leg.send(request, length, answers, this::lost);
        }
    }

    @Override
    public void write(ByteBuf data) {
        if (leg != null) {
            written |= data.isReadable();
            leg.write(data);
        } else if (aborted || handler == null) {
            data.release();
        } else {
            waiting.add(data);
        }
    }

    @Override
    public void flush() {
        if (leg != null) {
            leg.flush();
        }
    }

    @Override
    public void end(HttpHeaders fields) {
        ended = true;
        trailers = fields;
        if (leg != null) {
            leg.end(fields);
        }
    }

    @Override
    public boolean isWritable() {
        return leg != null && leg.isWritable();
    }

    @Override
    public void onWritable(Runnable action) {
        onWritable = action;
        if (leg != null) {
            leg.onWritable(action);
        }
    }

    @Override
    public void pause() {
        resumed = false;
        if (leg != null) {
            leg.pause();
        }
    }

    @Override
    public void resume() {
        resumed = true;
        if (leg != null) {
            leg.resume();
        }
    }

    @Override
    public void abort() {
        aborted = true;
        drop();
        if (leg != null) {
            leg.abort();
        }
    }

    @Override
    public Channel upgraded() {
        if (leg == null) {
            throw new IllegalStateException("no connection");
        }
        return leg.upgraded();
    }

    private void lost(Throwable cause, Leg.Loss loss) {
        if (handler == null || aborted) {
            return;
        }
        if (!mayRetry(loss)) {
            handler.failed(cause);
            return;
        }
        retried = true;
        leg = null;
        again.get().onComplete(this::sendAgain, this::failed);
    }

    private boolean mayRetry(Leg.Loss loss) {
        if (retried || written || !trailers.isEmpty() || head == null) {
            return false;
        }
        return switch (loss) {
            case NOT_TAKEN -> true;
            case UNANSWERED -> contentLength.orElse(-1) == 0 && IDEMPOTENT.contains(head.method());
            case FINAL -> false;
        };
    }

    private void sendAgain(Leg other) {
        if (aborted || head == null || handler == null) {
            other.abort();
            return;
        }
        leg = other;
        protocol = other.protocol();
        if (onWritable != null) {
            other.onWritable(onWritable);
        }
        if (resumed) {
            other.resume();
        }
        other.send(head, contentLength, handler, this::lost);
        while (leg != null && !waiting.isEmpty()) {
            write(waiting.remove());
        }
        if (leg != null && ended) {
            leg.end(trailers);
        } else if (leg != null && onWritable != null && leg.isWritable()) {
            leg.flush();
            onWritable.run();
        }
    }

    private void failed(Throwable cause) {
        drop();
        if (!aborted && handler != null) {
            handler.failed(cause);
        }
    }

    private void drop() {
        while (!waiting.isEmpty()) {
            waiting.remove().release();
        }
    }
}
