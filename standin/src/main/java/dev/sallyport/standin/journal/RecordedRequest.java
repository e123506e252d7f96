package dev.sallyport.standin.journal;

import dev.sallyport.standin.auth.SeenCredential;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request as the stand-in saw it, with what it answered so far.
 *
 * @param sequence numbers the requests in the order of their heads, from 1
 * @param id what the answer's request id header says
 * @param receivedAt when the head was read
 * @param protocol {@code HTTP/1.1} or {@code HTTP/2}
 * @param tls whether it came through the HTTPS listener
 * @param serverName the SNI that the client sent; null if none, or without TLS
 * @param connection numbers the connections, from 1: equal if two requests shared one
 * @param remoteAddress the client's address and port
 * @param method as sent
 * @param target the request target as sent (RFC 9112, 3.2); of HTTP/2 the {@code :path}
 * @param authority the {@code Host} field or the {@code :authority}; null if there was none
 * @param headers in order, repeated ones too
 * @param credentials what the request presented as credentials
 * @param bodyChunks the body's pieces; the first {@link Journal#MARKS} are kept
 * @param bodyBytes the body's length so far
 * @param bodySha256 hexadecimal; null until the whole body is there
 * @param status the answer's; null until its head was written
 * @param events the pieces of the answer that were written by themselves; the first {@link Journal#MARKS} are kept
 * @param eventsSent how many pieces that were
 * @param sentBytes the answer's body so far, without framing
 * @param outcome how it ended
 * @param endedAt when it ended; null while in progress
 */
public record RecordedRequest(
        long sequence,
        String id,
        Instant receivedAt,
        String protocol,
        boolean tls,
        @Nullable String serverName,
        long connection,
        String remoteAddress,
        String method,
        String target,
        @Nullable String authority,
        List<HeaderField> headers,
        List<SeenCredential> credentials,
        List<BodyChunk> bodyChunks,
        long bodyBytes,
        @Nullable String bodySha256,
        @Nullable Integer status,
        List<SentEvent> events,
        long eventsSent,
        long sentBytes,
        Outcome outcome,
        @Nullable Instant endedAt) {

    public RecordedRequest {
        headers = List.copyOf(headers);
        credentials = List.copyOf(credentials);
        bodyChunks = List.copyOf(bodyChunks);
        events = List.copyOf(events);
    }

    /** The values of every field of this name, whatever its case, in order; empty if there is none. */
    public List<String> headerValues(String name) {
        return headers.stream()
                .filter(field -> field.name().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)))
                .map(HeaderField::value)
                .toList();
    }

    /** Whether it presented credentials and all of them were real keys. */
    public boolean onlyRealCredentials() {
        return !credentials.isEmpty() && credentials.stream().allMatch(SeenCredential::real);
    }

    /** Leaves out whatever could hold a credential. */
    @Override
    public String toString() {
        int query = target.indexOf('?');
        return "RecordedRequest[" + sequence + " " + method + " " + (query < 0 ? target : target.substring(0, query))
                + ", " + credentials + ", body " + bodyBytes + " bytes, status " + status + ", " + outcome + "]";
    }
}
