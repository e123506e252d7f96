package dev.sallyport.sidecar.pipeline;

import dev.sallyport.sidecar.http.BodyHandler;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A client's body on its way: first nobody's, then read as a whole if a rule asks for it, then the upstream's. What comes
 * when nobody wants it any more is let go.
 */
final class RequestBody implements BodyHandler {

    /** What the exchange hears of it. */
    interface Listener {
        /** The body is there as a whole. */
        void gathered(byte[] body);

        /** More came than may, in bytes. */
        void tooLarge(long most);

        /** No memory is left to read bodies as a whole. */
        void noRoom();

        /** All of it has been sent on. */
        void sent();

        /** The client is gone, or what it sends is broken. */
        void clientFailed(Throwable cause);
    }

    private final ClientStream client;
    private final Account account;
    private final Silence silence;
    private final BodyBudget budget;
    private final Listener listener;
    private State state = State.WAITING;
    private OptionalLong most = OptionalLong.empty();
    private @Nullable ByteArrayOutputStream gathering;
    private long taken;
    private @Nullable UpstreamStream upstream;
    private boolean whole;

    private enum State {
        WAITING,
        GATHERING,
        GATHERED,
        STREAMING,
        SENT,
        DISCARDING
    }

    RequestBody(ClientStream client, Account account, Silence silence, BodyBudget budget, Listener listener) {
        this.client = client;
        this.account = account;
        this.silence = silence;
        this.budget = budget;
        this.listener = listener;
    }

    /** Reads all of it, up to this size. */
    void gather(int mostBytes, OptionalLong declared) {
        if (declared.isPresent() && !take(declared.getAsLong())) {
            listener.noRoom();
            return;
        }
        state = State.GATHERING;
        most = OptionalLong.of(mostBytes);
        gathering = new ByteArrayOutputStream((int) Math.min(declared.orElse(1024), mostBytes));
        client.resume();
    }

    /** Sends on what was gathered, or what was made of it. */
    void send(byte[] body, UpstreamStream to) {
        state = State.SENT;
        if (body.length > 0) {
            to.write(Unpooled.wrappedBuffer(body));
        }
        to.end(EmptyHttpHeaders.INSTANCE);
        giveBack();
        listener.sent();
    }

    /**
     * Lets it stream.
     *
     * @param mostBytes empty: without a bound
     */
    void stream(UpstreamStream to, OptionalLong mostBytes) {
        state = State.STREAMING;
        most = mostBytes;
        upstream = to;
        to.onWritable(() -> {
            silence.progress();
            if (state == State.STREAMING) {
                client.resume();
            }
        });
        client.resume();
    }

    /** Whether the client has sent all of it. */
    boolean isWhole() {
        return whole;
    }

    /** Whether all of it went to the upstream. */
    boolean isSent() {
        return state == State.SENT;
    }

    /** Lets go what still comes. */
    void discard() {
        state = State.DISCARDING;
        upstream = null;
        gathering = null;
        giveBack();
    }

    @Override
    public void data(ByteBuf data) {
        int length = data.readableBytes();
        account.received(length);
        silence.progress();
        boolean fits = most.isEmpty() || account.receivedBytes() <= most.getAsLong();
        if ((state == State.GATHERING || state == State.STREAMING) && !fits) {
            data.release();
            listener.tooLarge(most.getAsLong());
        } else if (state == State.GATHERING) {
            gather(data, length);
        } else if (state == State.STREAMING && upstream != null) {
            upstream.write(data);
            if (!upstream.isWritable()) {
                // In this order: the flush itself may find room again, and say so.
                client.pause();
                upstream.flush();
            }
        } else {
            data.release();
        }
    }

    private void gather(ByteBuf data, int length) {
        try {
            if (account.receivedBytes() > taken && !take(length)) {
                listener.noRoom();
            } else if (gathering != null) {
                byte[] bytes = new byte[length];
                data.readBytes(bytes);
                gathering.writeBytes(bytes);
            }
        } finally {
            data.release();
        }
    }

    @Override
    public void readComplete() {
        if (state == State.STREAMING && upstream != null) {
            upstream.flush();
        }
    }

    @Override
    public void end(HttpHeaders trailers) {
        whole = true;
        silence.progress();
        if (state == State.GATHERING && gathering != null) {
            state = State.GATHERED;
            byte[] body = gathering.toByteArray();
            gathering = null;
            listener.gathered(body);
        } else if (state == State.STREAMING && upstream != null) {
            state = State.SENT;
            upstream.end(Fields.trailers(trailers));
            listener.sent();
        }
    }

    @Override
    public void failed(Throwable cause) {
        listener.clientFailed(cause);
    }

    private boolean take(long bytes) {
        boolean had = budget.tryTake(bytes);
        if (had) {
            taken += bytes;
        }
        return had;
    }

    private void giveBack() {
        budget.giveBack(taken);
        taken = 0;
    }
}
