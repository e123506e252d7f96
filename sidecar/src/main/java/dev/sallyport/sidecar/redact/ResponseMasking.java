package dev.sallyport.sidecar.redact;

import dev.sallyport.contract.config.RedactResponses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Masks the secrets of one request in its answer: in fields, trailers and reason phrase, and where the route wants it in
 * the body or the WebSocket messages too. It keeps what it needs of its {@link Needles} until it is closed, and is used by
 * one thread at a time.
 */
public final class ResponseMasking implements AutoCloseable {

    private static final ResponseMasking NONE = new ResponseMasking(RedactResponses.NONE, null);

    /** By these the message ends: no other length, and no other coding, may get in by a mask. */
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding");

    private final RedactResponses where;
    private final @Nullable Needles needles;
    private @Nullable StreamMasker ofFields;
    private @Nullable BufferMasker ofBody;
    private @Nullable WebSocketMasker ofFrames;
    private @Nullable Envelopes envelopes;
    private boolean closed;

    private ResponseMasking(RedactResponses where, @Nullable Needles needles) {
        this.where = where;
        this.needles = needles;
    }

    /** Masks nothing. */
    public static ResponseMasking none() {
        return NONE;
    }

    /**
     * Masks these needles.
     *
     * @throws IllegalStateException if they are closed
     */
    public static ResponseMasking of(RedactResponses where, Needles needles) {
        if (where == RedactResponses.NONE) {
            return NONE;
        }
        needles.hold();
        return new ResponseMasking(where, needles);
    }

    /**
     * Asks the upstream for an answer in which a secret can be seen. Where bodies are masked: in the identity coding
     * ({@code Accept-Encoding: identity}), whole ({@code Range}, {@code If-Range} and {@code A-IM} are removed, as a secret
     * could be fetched in halves), its gRPC messages uncompressed ({@code grpc-accept-encoding} and
     * {@code connect-accept-encoding} are removed), its WebSocket messages without extensions
     * ({@code Sec-WebSocket-Extensions} is removed, RFC 7692). Otherwise nothing is changed.
     *
     * @param requestFields as they would go out
     */
    public void prepare(HttpHeaders requestFields) {
        if (masksBody()) {
            requestFields.set("Accept-Encoding", "identity");
            requestFields.remove("range");
            requestFields.remove("if-range");
            requestFields.remove("a-im");
            requestFields.remove("grpc-accept-encoding");
            requestFields.remove("connect-accept-encoding");
            requestFields.remove("sec-websocket-extensions");
        }
    }

    /**
     * Whether a secret in the answer's body could not be seen, so that the answer may not pass: it has a content or transfer
     * coding, compressed messages, extensions, or is a part only. To be asked where a body follows or the answer is 101;
     * one without a body (to HEAD, 204, 304) may say of a coding what it likes.
     *
     * @param responseFields as they came
     */
    public boolean isImpossible(HttpHeaders responseFields) {
        return masksBody()
                && (!isPlain(responseFields, "content-encoding", "identity")
                        || !isPlain(responseFields, "transfer-encoding", "chunked")
                        || !isPlain(responseFields, "im", "identity")
                        || Envelopes.areCompressed(responseFields)
                        || responseFields.contains("content-range")
                        || responseFields.get("content-type", "").regionMatches(true, 0, "multipart/byteranges", 0, 20)
                        || responseFields.contains("sec-websocket-extensions"));
    }

    private static boolean isPlain(HttpHeaders fields, String name, String plain) {
        for (String value : fields.getAll(name)) {
            for (String coding : value.split(",", -1)) {
                String stripped = coding.strip();
                if (!stripped.isEmpty()
                        && !stripped.equalsIgnoreCase(plain)
                        && !stripped.equalsIgnoreCase("identity")) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Masks in place the values and the names of the fields of a head, an interim one's too, or of trailers. The lengths
     * stay, and so do {@code Content-Length} and {@code Transfer-Encoding}.
     */
    public void fields(HttpHeaders fields) {
        Needles wanted = needles;
        if (wanted == null) {
            return;
        }
        if (where == RedactResponses.FULL && envelopes == null) {
            envelopes = Envelopes.of(fields);
        }
        for (Map.Entry<String, String> field : fields) {
            if (isMasked(field.getValue()) || isMasked(field.getKey())) {
                maskEach(fields);
                return;
            }
        }
    }

    private boolean isMasked(String text) {
        return !text(text).equals(text);
    }

    private void maskEach(HttpHeaders fields) {
        List<Map.Entry<String, String>> before = fields.entries();
        fields.clear();
        for (Map.Entry<String, String> field : before) {
            if (FRAMING.contains(field.getKey().toLowerCase(Locale.ROOT))) {
                fields.add(field.getKey(), field.getValue());
            } else {
                fields.add(text(field.getKey()), text(field.getValue()));
            }
        }
    }

    /**
     * Masks a text, such as a reason phrase.
     *
     * @return of the same length; the same object if there is no secret in it
     */
    public String text(String text) {
        Needles wanted = needles;
        if (wanted == null || !wanted.mayBeIn(text)) {
            return text;
        }
        StreamMasker masker = ofFields;
        if (masker == null) {
            masker = wanted.newHeldStream();
            ofFields = masker;
        }
        return Needles.masked(text, masker);
    }

    /** Whether the body, or after an upgrade the frames, go through here. */
    public boolean masksBody() {
        return where == RedactResponses.FULL;
    }

    /**
     * Masks the body's next bytes, of the answer whose fields were masked before.
     *
     * @param in handed over
     * @return the bytes that are decided, maybe none; the caller's to release
     * @throws RedactionImpossibleException if a message in it is compressed: nothing more may pass; {@code in} is released
     */
    public ByteBuf body(ByteBuf in) {
        Needles wanted = needles;
        if (wanted == null || !masksBody()) {
            return in;
        }
        BufferMasker masker = ofBody;
        if (masker == null) {
            masker = new BufferMasker(wanted.newHeldStream());
            ofBody = masker;
        }
        boolean isEnd;
        try {
            isEnd = envelopes != null && envelopes.endWith(in);
        } catch (RedactionImpossibleException e) {
            in.release();
            throw e;
        }
        return masker.mask(in, isEnd);
    }

    /** Ends the body: gives what was held back of it, maybe nothing, which is no secret. The caller's to release. */
    public ByteBuf finish() {
        return ofBody == null ? Unpooled.EMPTY_BUFFER : ofBody.finish();
    }

    /**
     * Masks the next bytes that the upstream sends after 101: WebSocket frames. A message in one frame keeps it; one in
     * several may get others, of the same content.
     *
     * @param in handed over
     * @return the bytes that are decided, maybe none; the caller's to release
     * @throws RedactionImpossibleException if they are no frames that a server may send without extensions: nothing more may
     *     pass; {@code in} is released
     */
    public ByteBuf frames(ByteBuf in) {
        Needles wanted = needles;
        if (wanted == null || !masksBody()) {
            return in;
        }
        WebSocketMasker masker = ofFrames;
        if (masker == null) {
            masker = new WebSocketMasker(wanted.newHeldStream(), wanted.newHeldStream());
            ofFrames = masker;
        }
        return masker.mask(in);
    }

    /** Whether anything was masked so far: then the upstream sends secrets back. */
    public boolean hasMasked() {
        return (ofFields != null && ofFields.maskedBytes() > 0)
                || (ofBody != null && ofBody.maskedBytes() > 0)
                || (ofFrames != null && ofFrames.maskedBytes() > 0);
    }

    /** Lets the needles go, and forgets what is held back. Nothing may be masked afterwards. */
    @Override
    public void close() {
        Needles held = needles;
        if (held == null || closed) {
            return;
        }
        closed = true;
        if (ofFields != null) {
            ofFields.close();
        }
        if (ofBody != null) {
            ofBody.close();
        }
        if (ofFrames != null) {
            ofFrames.close();
        }
        held.release();
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "ResponseMasking[" + where + "]";
    }
}
