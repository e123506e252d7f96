package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.OptionalLong;

/** One attempt at a request: its turn on a connection. As {@link dev.sallyport.sidecar.http.UpstreamStream}, but for what is lost. */
interface Leg {

    /** How much is known of a request that got no whole answer. */
    enum Loss {
        /** Its connection did not take it, or ended before it was sent: any request may be sent again (RFC 9113, 6.8). */
        NOT_TAKEN,
        /** Its upstream refused it untouched, so that any request may be sent again (RFC 9110, section 9.2.2; RFC 9113, 8.7). */
        REFUSED,
        /** A connection that had been kept ended before a first byte of an answer: an idempotent request may be sent again. */
        UNANSWERED,
        /** It may have been acted upon, or an answer has begun. */
        FINAL
    }

    /** Is told, at most once, that there will be no answer, or no more of it; the answer goes to its own handler. */
    @FunctionalInterface
    interface LossHandler {

        /** The cause is as for {@link ResponseHandler#failed}. */
        void lost(Throwable cause, Loss loss);
    }

    Protocol protocol();

    void send(RequestHead head, OptionalLong contentLength, ResponseHandler handler, LossHandler losses);

    void write(ByteBuf data);

    void flush();

    void end(HttpHeaders trailers);

    boolean isWritable();

    void onWritable(Runnable action);

    void pause();

    void resume();

    /** Before {@link #send}: gives the turn back. */
    void abort();

    Channel upgraded();
}
