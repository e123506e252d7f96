package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHandler;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.http.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One request, and a record of all that comes back, in its order. */
final class Call {

    private final UpstreamStream stream;
    private final HttpHeaders fields = DefaultHttpHeadersFactory.headersFactory()
            .withValidation(false)
            .newHeaders()
            .set("Host", "api.test");
    private final List<String> events = new ArrayList<>();
    private final List<ResponseHead> interim = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CompletableFuture<ResponseHead> head = new CompletableFuture<>();
    private final CompletableFuture<HttpHeaders> end = new CompletableFuture<>();
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private boolean reading = true;

    Call(UpstreamStream stream) {
        this.stream = stream;
    }

    UpstreamStream stream() {
        return stream;
    }

    Call field(String name, String value) {
        fields.add(name, value);
        return this;
    }

    Call withoutHost() {
        fields.clear();
        return this;
    }

    /** Does not read the body until told to. */
    Call stopped() {
        reading = false;
        return this;
    }

    Call get(String target) {
        return send("GET", target, OptionalLong.of(0)).endRequest();
    }

    Call post(String target, String text) {
        return send("POST", target, OptionalLong.of(text.length())).write(text).endRequest();
    }

    /** Sends a head; no body's end. */
    Call send(String method, String target, OptionalLong length) {
        RequestHead request =
                new RequestHead(Protocol.HTTP_1_1, method, Optional.empty(), Optional.empty(), target, fields);
        return run(() -> {
            if (reading) {
                stream.resume();
            }
            stream.send(request, length, new Recorder());
        });
    }

    Call write(String text) {
        return run(() -> {
            stream.write(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
            stream.flush();
        });
    }

    Call endRequest() {
        return endRequest(EmptyHttpHeaders.INSTANCE);
    }

    Call endRequest(HttpHeaders trailers) {
        return run(() -> stream.end(trailers));
    }

    Call resume() {
        return run(stream::resume);
    }

    Call pause() {
        return run(stream::pause);
    }

    Call abort() {
        return run(stream::abort);
    }

    /** On the stream's loop, and waits for it. */
    Call run(Runnable action) {
        CompletableFuture.runAsync(action, stream.eventLoop())
                .orTimeout(World.WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
        return this;
    }

    /** Whether something is so, asked on the stream's loop. */
    boolean isSo(java.util.function.BooleanSupplier condition) {
        return CompletableFuture.supplyAsync(condition::getAsBoolean, stream.eventLoop())
                .orTimeout(World.WAIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    ResponseHead head() throws Exception {
        return firstOf(head);
    }

    int status() throws Exception {
        return head().status();
    }

    /** The trailers: the answer is whole. */
    HttpHeaders end() throws Exception {
        return firstOf(end);
    }

    Throwable failure() throws Exception {
        return failure.get(World.WAIT_SECONDS, TimeUnit.SECONDS);
    }

    boolean hasFailed() {
        return failure.isDone();
    }

    boolean hasEnded() {
        return end.isDone();
    }

    /** All of the body. */
    String body() throws Exception {
        end();
        return read();
    }

    /** The body so far. */
    synchronized String read() {
        return body.toString(StandardCharsets.ISO_8859_1);
    }

    synchronized byte[] bytes() {
        return body.toByteArray();
    }

    synchronized int readBytes() {
        return body.size();
    }

    /** Heads, bodies, ends and failures, as they came. */
    synchronized List<String> events() {
        return List.copyOf(events);
    }

    synchronized List<ResponseHead> interim() {
        return List.copyOf(interim);
    }

    private <T> T firstOf(CompletableFuture<T> wanted) throws Exception {
        CompletableFuture.anyOf(wanted, failure).get(World.WAIT_SECONDS, TimeUnit.SECONDS);
        if (!wanted.isDone()) {
            throw new AssertionError("failed", failure.getNow(null));
        }
        return wanted.get();
    }

    private synchronized void record(String event) {
        if (events.isEmpty() || !event.equals("data") || !events.getLast().equals("data")) {
            events.add(event);
        }
    }

    private final class Recorder implements ResponseHandler {

        @Override
        public void head(ResponseHead response) {
            record("head " + response.status());
            if (response.isInterim()) {
                synchronized (Call.this) {
                    interim.add(response);
                }
            } else {
                head.complete(response);
            }
        }

        @Override
        public void data(ByteBuf data) {
            byte[] bytes = new byte[data.readableBytes()];
            data.readBytes(bytes).release();
            synchronized (Call.this) {
                body.writeBytes(bytes);
            }
            record("data");
        }

        @Override
        public void readComplete() {}

        @Override
        public void end(HttpHeaders trailers) {
            record("end");
            end.complete(trailers);
        }

        @Override
        public void failed(Throwable cause) {
            record("failed");
            failure.complete(cause);
        }
    }
}
