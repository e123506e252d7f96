package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHandler;
import dev.sallyport.sidecar.http.ResponseHead;
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
 * A request that is sent again where its loss says nothing of the upstream. One that its connection did not take, since it
 * was about to end, or that the upstream refused is any request that can still be written from its beginning (RFC 9113,
 * section 8.7): a few times, since the next connection may be about to end too, but after a refusal only once. One whose
 * kept connection ended before an answer began is sent again once if its method is idempotent and it has no body (RFC
 * 9110, section 9.2.2).
 */
final class RetryingStream implements UpstreamStream {

    private static final int MOST_CONNECTIONS = 6;
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

    private final EventLoop loop;
    private final Supplier<Future<Leg>> again;
    private final Replay replay;
    /** Null while another connection is made. */
    private @Nullable Leg leg;

    private Protocol protocol;
    private @Nullable RequestHead head;
    private OptionalLong contentLength = OptionalLong.empty();
    private @Nullable ResponseHandler handler;
    private @Nullable Runnable onWritable;
    /** What is to be written when there is a connection. */
    private final Queue<ByteBuf> waiting = new ArrayDeque<>(0);

    private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;
    private boolean ended;
    private boolean resumed;
    private int retries;
    private boolean over;

    /**
     * A request that nothing has been sent of.
     *
     * @param again makes a second connection
     */
    RetryingStream(EventLoop loop, Leg leg, Supplier<Future<Leg>> again, MemoryBudget budget) {
        this.loop = loop;
        this.leg = leg;
        this.again = again;
        this.replay = new Replay(budget);
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
        handler = new Answers(answers);
        if (leg != null) {
            leg.send(request, length, handler, this::lost);
        }
    }

    @Override
    public void write(ByteBuf data) {
        if (over) {
            data.release();
        } else if (leg == null) {
            waiting.add(data);
        } else {
            writeTo(leg, data);
        }
    }

    private void writeTo(Leg current, ByteBuf data) {
        if (protocol == Protocol.HTTP_2) {
            replay.keep(data);
        } else {
            replay.forget();
        }
        current.write(data);
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
        finish();
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
        if (over) {
            return;
        }
        if (!mayRetry(loss)) {
            fail(cause);
            return;
        }
        retries++;
        leg = null;
        replay.moveTo(waiting);
        again.get().onComplete(this::sendAgain, this::fail);
    }

    private boolean mayRetry(Leg.Loss loss) {
        if (head == null) {
            return false;
        }
        return switch (loss) {
            case NOT_TAKEN -> retries < MOST_CONNECTIONS - 1 && replay.isComplete();
            case REFUSED -> retries == 0 && replay.isComplete();
            case UNANSWERED -> retries == 0 && contentLength.orElse(-1) == 0 && IDEMPOTENT.contains(head.method());
            case FINAL -> false;
        };
    }

    private void sendAgain(Leg other) {
        if (over || head == null || handler == null) {
            other.abort();
            return;
        }
        int attempt = retries;
        leg = other;
        protocol = other.protocol();
        if (onWritable != null) {
            other.onWritable(onWritable);
        }
        if (resumed) {
            other.resume();
        }
        other.send(head, contentLength, handler, this::lost);
        while (attempt == retries && !waiting.isEmpty()) {
            writeTo(other, waiting.remove());
        }
        if (attempt != retries) {
            return;
        }
        if (ended) {
            other.end(trailers);
        } else if (!over) {
            other.flush();
            if (onWritable != null && other.isWritable()) {
                onWritable.run();
            }
        }
    }

    private void fail(Throwable cause) {
        boolean told = over;
        finish();
        if (!told && handler != null) {
            handler.failed(cause);
        }
    }

    private void finish() {
        over = true;
        replay.forget();
        while (!waiting.isEmpty()) {
            waiting.remove().release();
        }
    }

    /** Notices that there will be no second time. */
    private final class Answers implements ResponseHandler {

        private final ResponseHandler answers;

        Answers(ResponseHandler answers) {
            this.answers = answers;
        }

        @Override
        public void head(ResponseHead response) {
            replay.forget();
            answers.head(response);
        }

        @Override
        public void data(ByteBuf data) {
            answers.data(data);
        }

        @Override
        public void readComplete() {
            answers.readComplete();
        }

        @Override
        public void end(HttpHeaders fields) {
            answers.end(fields);
        }

        @Override
        public void failed(Throwable cause) {
            answers.failed(cause);
        }
    }
}
