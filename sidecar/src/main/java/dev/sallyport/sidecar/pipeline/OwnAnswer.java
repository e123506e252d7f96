package dev.sallyport.sidecar.pipeline;

import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.ByteBuffer;

/** An answer that the proxy gives itself, of a file that is no secret. It takes the memory of a piece, however slow the client. */
final class OwnAnswer {

    private static final int PIECE = 16 * 1024;

    private final ClientStream client;
    private final Account account;
    private final Silence silence;
    private final ByteBuffer rest;
    private final Runnable whole;

    /** @param whole is called when all of it is written, before the stream's end is */
    OwnAnswer(ClientStream client, Account account, Silence silence, ByteBuffer file, Runnable whole) {
        this.client = client;
        this.account = account;
        this.silence = silence;
        this.rest = file.duplicate();
        this.whole = whole;
    }

    /** Answers a GET. */
    void begin() {
        HttpHeaders fields = Fields.fresh();
        fields.add("content-type", "application/octet-stream");
        fields.add("content-length", rest.remaining());
        account.answeredItself();
        account.answered(HttpResponseStatus.OK.code());
        client.answer(new ResponseHead(HttpResponseStatus.OK.code(), HttpResponseStatus.OK.reasonPhrase(), fields));
        client.onWritable(this::goOn);
        goOn();
    }

    private void goOn() {
        if (account.isClosed()) {
            return;
        }
        silence.progress();
        while (rest.hasRemaining() && client.isWritable()) {
            ByteBuffer piece = rest.slice(rest.position(), Math.min(PIECE, rest.remaining()));
            rest.position(rest.position() + piece.remaining());
            account.sent(piece.remaining());
            client.write(Unpooled.wrappedBuffer(piece));
        }
        if (rest.hasRemaining()) {
            client.flush();
        } else {
            whole.run();
            client.end(EmptyHttpHeaders.INSTANCE);
        }
    }
}
