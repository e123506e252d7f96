package dev.sallyport.standin.exchange;

import dev.sallyport.standin.auth.Credential;
import dev.sallyport.standin.journal.Entry;
import dev.sallyport.standin.journal.Outcome;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer. The body is read from the start, whatever the service does with it; the answer goes through
 * here, so that the journal knows of it. Belongs to one event loop.
 */
public final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** INTERNAL_ERROR (RFC 9113, 7). */
    private static final long HTTP2_INTERNAL_ERROR = 0x2;

    private final Context context;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Entry entry;
    private final List<Credential> credentials;
    private final Future<ReceivedBody> body;

    Exchange(Context context, HttpServerRequest request, Entry entry, List<Credential> credentials, int bodyLimit) {
        this.context = context;
        this.request = request;
        this.response = request.response();
        this.entry = entry;
        this.credentials = credentials;
        this.body = BodyReader.read(request, entry, bodyLimit);
        response.headersEndHandler(head -> entry.answered(response.getStatusCode()));
        response.exceptionHandler(failure -> clientGone());
        response.closeHandler(closed -> clientGone());
    }

    public HttpServerRequest request() {
        return request;
    }

    /** For headers; the rest of the answer goes through the exchange. */
    public HttpServerResponse response() {
        return response;
    }

    /** The request as it stands in the journal. */
    public Entry entry() {
        return entry;
    }

    /** Whatever the request presented as a credential. */
    public List<Credential> credentials() {
        return credentials;
    }

    /** Goes on when the whole body is there; never if the client leaves before. */
    public void whenBodyIsRead(Consumer<ReceivedBody> next) {
        body.onSuccess(whole -> guard(() -> next.accept(whole)));
    }

    /** Goes on after a while. */
    public void after(Duration delay, Runnable next) {
        if (delay.isZero()) {
            next.run();
        } else {
            context.owner().setTimer(delay.toMillis(), timer -> guard(next));
        }
    }

    /** Runs a step of the service; what goes wrong in it is a 500 instead of a request without an answer. */
    void guard(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("request", entry.id()).setCause(e).log("The stand-in failed");
            if (!response.headWritten() && !response.closed()) {
                answer(500, "text/plain", Buffer.buffer("the stand-in failed; its log says why\n"));
            } else {
                breakOff();
            }
        }
    }

    /**
     * The whole answer at once.
     *
     * @return done when it is written; fails if the client leaves before
     */
    public Future<Void> answer(int status, String contentType, Buffer content) {
        response.setStatusCode(status).putHeader("content-type", contentType);
        if (request.method().equals(HttpMethod.HEAD)) {
            response.putHeader("content-length", Integer.toString(content.length()));
            return end(Buffer.buffer());
        }
        return end(content);
    }

    /** The whole answer at once, as {@link Json} writes it. */
    public void answerJson(int status, Object content) {
        answer(status, "application/json", Buffer.buffer(Json.write(content)));
    }

    /** An answer in pieces, from its head to its end. */
    public void answerInPieces(int status, String contentType, Iterator<Piece> pieces, Duration between) {
        writeInPieces(status, contentType, pieces, between).onSuccess(all -> end());
    }

    /**
     * An answer in pieces that is left open: {@link #end}, {@link #breakOff} or nothing may follow.
     *
     * @return done when all are written; fails if the client leaves before
     */
    public Future<Void> writeInPieces(int status, String contentType, Iterator<Piece> pieces, Duration between) {
        response.setStatusCode(status).putHeader("content-type", contentType);
        if (response.headers().get("content-length") == null) {
            response.setChunked(true);
        }
        return response.writeHead()
                .compose(head -> Pacer.write(context, response, entry, pieces, between))
                .onFailure(failure -> clientGone());
    }

    /** Ends an answer in pieces. */
    public void end() {
        end(Buffer.buffer());
    }

    /** Ends the exchange without an answer, or in the midst of it, as a dying server would: TCP reset, or RST_STREAM. */
    public void breakOff() {
        entry.ended(Outcome.BROKEN_OFF);
        if (isHttp2()) {
            response.reset(HTTP2_INTERNAL_ERROR);
        } else {
            var channel = channel();
            // Linger 0 makes the close a reset; forcibly, since TLS would say goodbye first.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.unsafe().closeForcibly();
        }
    }

    /** Closes the connection without an answer, or in the midst of it, in good order as far as TCP and TLS know. */
    public void closeConnection() {
        entry.ended(Outcome.BROKEN_OFF);
        if (isHttp2()) {
            request.connection().close();
        } else {
            closeChannel();
        }
    }

    /**
     * Writes these bytes to an HTTP/1.1 connection as they are, under TLS where there is TLS, and closes it.
     *
     * @throws IllegalStateException on HTTP/2
     */
    public void writeRaw(Buffer bytes) {
        if (isHttp2()) {
            throw new IllegalStateException("raw bytes need HTTP/1.1");
        }
        entry.ended(Outcome.BROKEN_OFF);
        entry.sent(bytes.length());
        var pipeline = channel().pipeline();
        var codec = pipeline.context(HttpResponseEncoder.class);
        if (codec == null) {
            codec = pipeline.context(HttpServerCodec.class);
        }
        if (codec == null) {
            throw new IllegalStateException("no HTTP/1.1 encoder in the pipeline: " + pipeline.names());
        }
        var _ = codec.writeAndFlush(Unpooled.wrappedBuffer(bytes.getBytes())).addListener(written -> closeChannel());
    }

    public boolean isHttp2() {
        return request.version() == HttpVersion.HTTP_2;
    }

    private void closeChannel() {
        var _ = channel().close();
    }

    private Channel channel() {
        return ((ConnectionBase) request.connection()).channel();
    }

    /** Notes the end before it is written: whoever has read the answer finds it complete in the journal. */
    private Future<Void> end(Buffer last) {
        entry.sent(last.length());
        entry.ended(Outcome.ANSWERED);
        return response.end(last).onFailure(failure -> entry.undelivered());
    }

    private void clientGone() {
        if (!response.ended()) {
            entry.ended(Outcome.CLIENT_GONE);
        }
    }

    @Override
    public String toString() {
        return "Exchange[" + entry.id() + " " + request.method().name().toUpperCase(Locale.ROOT) + "]";
    }
}
