package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.http.UpstreamStream;
import dev.sallyport.sidecar.redact.RedactionImpossibleException;
import dev.sallyport.sidecar.redact.ResponseMasking;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A WebSocket, from the upstream's 101 on: its frames are relayed as they are, both ways, and counted as bytes. */
final class WebSocketExchange implements ByteRelay.Listener {

    /** RFC 6455, section 1.3. */
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final Exchange exchange;
    private final ClientStream client;
    private final Account account;
    private final Silence silence;
    private final ResponseMasking masking;
    private final CloseFrames clientClosing = new CloseFrames();
    private final CloseFrames upstreamClosing = new CloseFrames();
    private @Nullable ByteRelay relay;

    WebSocketExchange(
            Pipeline pipeline, Exchange exchange, ClientStream client, Account account, ResponseMasking masking) {
        this.exchange = exchange;
        this.client = client;
        this.account = account;
        this.masking = masking;
        this.silence = new Silence(client.eventLoop(), pipeline.nanos(), this::expireSilently);
    }

    /** Whether the answer agrees to the very upgrade that was asked for (RFC 6455, section 4.1). */
    static boolean isAgreed(HttpHeaders asked, HttpHeaders answered) {
        String key = asked.get("sec-websocket-key");
        return key != null
                && "websocket".equalsIgnoreCase(answered.get(Fields.UPGRADE))
                && answered.containsValue(Fields.CONNECTION, "upgrade", true)
                && accept(key.strip()).equals(answered.get("sec-websocket-accept"));
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-1", e);
        }
    }

    void begin(UpstreamStream from, ResponseHead head, int silenceSeconds) {
        HttpHeaders fields = Fields.answer(head.fields());
        masking.fields(fields);
        fields.set("Connection", "Upgrade");
        fields.set("Upgrade", "websocket");
        Channel upstream = from.upgraded();
        Channel downstream = client.upgrade(new ResponseHead(101, masking.text(head.reasonPhrase()), fields));
        account.upgraded();
        account.firstByte();
        account.answered(101);
        silence.start(silenceSeconds);
        // A WebSocket ends by its own closing frames; who ends the connection below it has gone (RFC 6455, section
        // 7.1.1).
        relay = new ByteRelay(
                downstream, upstream, this::toUpstream, this::toClient, false, this::asSent, this::masked, this);
        relay.start();
    }

    private ByteBuf asSent(ByteBuf frames) {
        clientClosing.look(frames);
        return frames;
    }

    private ByteBuf masked(ByteBuf frames) {
        upstreamClosing.look(frames);
        return masking.frames(frames);
    }

    private void toUpstream(int bytes) {
        silence.progress();
        account.received(bytes);
    }

    private void toClient(int bytes) {
        silence.progress();
        account.sent(bytes);
    }

    /** Ends it before its time. */
    void expire(Reason reason) {
        if (relay != null) {
            relay.close();
        }
        finish(Optional.of(reason));
    }

    private void expireSilently() {
        expire(Reason.UPSTREAM_TIMEOUT);
    }

    @Override
    public void ended() {
        finish(Optional.empty());
    }

    @Override
    public void closed(ByteRelay.Side by) {
        finish(unlessAnnounced(by));
    }

    @Override
    public void broken(ByteRelay.Side by, Throwable cause) {
        finish(
                cause instanceof RedactionImpossibleException
                        ? Optional.of(Reason.REDACTION_IMPOSSIBLE)
                        : unlessAnnounced(by));
    }

    /**
     * Whose end it was. Where one of them has sent a Close frame the connection has no more to say, and many do not wait for
     * the other's before they end it (RFC 6455, section 7.1.4).
     */
    private Optional<Reason> unlessAnnounced(ByteRelay.Side by) {
        if (clientClosing.seen() || upstreamClosing.seen()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (by) {
                    case CLIENT -> Reason.CLIENT_ABORTED;
                    case UPSTREAM -> Reason.UPSTREAM_RESET;
                });
    }

    private void finish(Optional<Reason> reason) {
        silence.stop();
        exchange.finish(reason);
    }
}
