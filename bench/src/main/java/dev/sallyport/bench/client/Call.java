package dev.sallyport.bench.client;

import dev.sallyport.bench.wire.BodyPump;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A request under way, and its answer. */
public final class Call {

    private final Channel channel;
    private final boolean multiplexed;
    private final CompletableFuture<Integer> status = new CompletableFuture<>();
    private final CompletableFuture<Void> firstBytes = new CompletableFuture<>();
    private final CompletableFuture<Long> end = new CompletableFuture<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private volatile String reason = "";
    private volatile @Nullable BodyPump pump;

    Call(Channel channel, boolean multiplexed) {
        this.channel = channel;
        this.multiplexed = multiplexed;
    }

    /** The answer's status, when its head is there. */
    public CompletableFuture<Integer> status() {
        return status;
    }

    /** Completes when something of the answer's body is there. */
    public CompletableFuture<Void> firstBytes() {
        return firstBytes;
    }

    /** The length of the answer's body, when it is whole. */
    public CompletableFuture<Long> end() {
        return end;
    }

    /** Bytes of the request's body that the connection took. */
    public long sent() {
        return sent.get();
    }

    /**
     * Waits for the whole answer.
     *
     * @param wanted the status that it must have
     * @return the length of its body
     * @throws IOException if it has another status or is not whole
     */
    public long expect(int wanted) throws IOException {
        int got = Waiting.until(status);
        long length = Waiting.until(end);
        if (got != wanted) {
            throw new IOException("answered with " + got + " " + reason + ", not " + wanted);
        }
        return length;
    }

    /** Sends the request's body, as fast as the connection takes it. */
    public void sendBody(long bytes) {
        channel.eventLoop().execute(() -> {
            BodyPump body = new BodyPump(channel, bytes, sent);
            pump = body;
            body.run();
        });
    }

    /** Sends so much of the request's body, and no end. */
    public void sendPart(long bytes) {
        channel.eventLoop().execute(() -> {
            BodyPump part = BodyPump.ofPart(channel, bytes, sent);
            pump = part;
            part.run();
        });
    }

    /** Sends one byte of the request's body. */
    public void sendOctet() {
        sent.incrementAndGet();
        var _ = channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[] {'x'})));
    }

    /**
     * Goes away: HTTP/2 resets the stream, HTTP/1.1 closes the socket as the system does for a program that ends, without
     * TLS' goodbye.
     *
     * @param reset HTTP/1.1: with a reset instead of an end, so that it overtakes what was sent
     * @return {@link System#nanoTime} just before
     */
    public CompletableFuture<Long> abort(boolean reset) {
        CompletableFuture<Long> begun = new CompletableFuture<>();
        channel.eventLoop().execute(() -> {
            if (reset && !multiplexed) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            begun.complete(System.nanoTime());
            if (multiplexed) {
                var _ = channel.close();
            } else {
                // From the first handler on outwards there is only the socket.
                var _ = channel.pipeline().firstContext().close();
            }
        });
        return begun;
    }

    void begin(HttpRequest head, OptionalLong contentLength) {
        channel.pipeline().get(AnswerHandler.class).serve(this);
        var _ = channel.write(head);
        if (contentLength.isEmpty()) {
            var _ = channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        channel.flush();
    }

    void writable() {
        BodyPump body = pump;
        if (body != null) {
            body.run();
        }
    }

    void head(int code, String refusal) {
        reason = refusal;
        status.complete(code);
    }

    void data(int bytes) {
        if (bytes > 0) {
            received.addAndGet(bytes);
            firstBytes.complete(null);
        }
    }

    void ended() {
        end.complete(received.get());
    }

    void failed(Throwable cause) {
        status.completeExceptionally(cause);
        firstBytes.completeExceptionally(cause);
        end.completeExceptionally(cause);
    }
}
