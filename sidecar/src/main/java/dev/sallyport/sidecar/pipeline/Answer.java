package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.ResponseHandler;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.http.UpstreamStream;
import dev.sallyport.sidecar.redact.RedactionImpossibleException;
import dev.sallyport.sidecar.redact.ResponseMasking;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;

/** An upstream's answer on its way to the client: fields, body and trailers as they come, with the credential masked. */
final class Answer implements ResponseHandler {

    /** What the exchange hears of it. */
    interface Listener {
        /** The upstream leaves HTTP, as it was asked to. */
        void upgraded(ResponseHead head);

        /** All of it went to the client. */
        void answered();

        /** The upstream broke the rules, or an answer cannot be given on. */
        void unusable(Reason reason);

        /** The upstream is gone. */
        void upstreamFailed(Throwable cause);
    }

    private final ClientStream client;
    private final UpstreamStream upstream;
    private final Account account;
    private final Silence silence;
    private final ResponseMasking masking;
    private final boolean mayUpgrade;
    private final boolean closing;
    private final Listener listener;
    private boolean begun;
    private boolean over;

    Answer(
            ClientStream client,
            UpstreamStream upstream,
            Account account,
            Silence silence,
            ResponseMasking masking,
            boolean mayUpgrade,
            boolean closing,
            Listener listener) {
        this.client = client;
        this.upstream = upstream;
        this.account = account;
        this.silence = silence;
        this.masking = masking;
        this.mayUpgrade = mayUpgrade;
        this.closing = closing;
        this.listener = listener;
        client.onWritable(() -> {
            silence.progress();
            if (!over) {
                upstream.resume();
            }
        });
        upstream.resume();
    }

    /** Whether its final head has been given on. */
    boolean hasBegun() {
        return begun;
    }

    /** Lets go what still comes. */
    void stop() {
        over = true;
    }

    @Override
    public void head(ResponseHead head) {
        silence.progress();
        if (over) {
            return;
        }
        if (head.status() == 101) {
            if (masking.isImpossible(head.fields())) {
                unusable(Reason.REDACTION_IMPOSSIBLE);
            } else if (mayUpgrade && !begun) {
                over = true;
                listener.upgraded(head);
            } else {
                unusable(Reason.UPSTREAM_PROTOCOL_ERROR);
            }
        } else if (head.isInterim()) {
            client.answerInterim(passing(head));
        } else if (hasBody(head) && masking.isImpossible(head.fields())) {
            unusable(Reason.REDACTION_IMPOSSIBLE);
        } else {
            begun = true;
            account.firstByte();
            account.answered(head.status());
            if (closing) {
                client.closeAfterAnswer();
            }
            client.answer(passing(head));
        }
    }

    private boolean hasBody(ResponseHead head) {
        return !client.head().method().equals("HEAD") && head.status() != 204 && head.status() != 304;
    }

    private ResponseHead passing(ResponseHead head) {
        HttpHeaders fields = Fields.answer(head.fields());
        masking.fields(fields);
        return new ResponseHead(head.status(), masking.text(head.reasonPhrase()), fields);
    }

    private void unusable(Reason reason) {
        over = true;
        listener.unusable(reason);
    }

    @Override
    public void data(ByteBuf data) {
        silence.progress();
        if (over) {
            data.release();
            return;
        }
        try {
            write(masking.body(data));
        } catch (RedactionImpossibleException e) {
            unusable(Reason.REDACTION_IMPOSSIBLE);
            return;
        }
        if (!client.isWritable()) {
            // In this order: the flush itself may find room again, and say so.
            upstream.pause();
            client.flush();
        }
    }

    private void write(ByteBuf data) {
        if (data.isReadable()) {
            account.sent(data.readableBytes());
            client.write(data);
        } else {
            data.release();
        }
    }

    @Override
    public void readComplete() {
        if (!over) {
            client.flush();
        }
    }

    @Override
    public void end(HttpHeaders trailers) {
        silence.progress();
        if (over) {
            return;
        }
        over = true;
        write(masking.finish());
        HttpHeaders passed = Fields.trailers(trailers);
        masking.fields(passed);
        listener.answered();
        client.end(passed);
    }

    @Override
    public void failed(Throwable cause) {
        if (!over) {
            over = true;
            listener.upstreamFailed(cause);
        }
    }
}
