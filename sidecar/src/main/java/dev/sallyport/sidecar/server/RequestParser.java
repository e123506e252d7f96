package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads an HTTP/1 request's head (RFC 9112). Where the RFC lets a recipient mend what is sent, this doesn't: the request goes
 * on to another reader, who might mend it otherwise.
 */
final class RequestParser {

    private static final int MOST_LENGTH_DIGITS = 18;

    private RequestParser() {}

    /**
     * A request's head, and what it says about the body and the connection.
     *
     * @param contentLength 0: there is no body; empty: it comes in chunks
     * @param closes whether the client wants no other request on this connection
     */
    record Parsed(RequestHead head, OptionalLong contentLength, boolean closes) {

        boolean isConnect() {
            return head.method().equals("CONNECT");
        }

        boolean expectsContinue() {
            return head.protocol() == Protocol.HTTP_1_1
                    && head.fields().containsValue(HttpHeaderNames.EXPECT, "100-continue", true);
        }
    }

    /**
     * Reads a whole head.
     *
     * @param head from its first line to its empty line
     * @param mostFields more are too many
     */
    static Parsed parse(byte[] head, int mostFields) throws UnreadableHeadException {
        int lineEnd = endOfLine(head, 0);
        RequestHead line = requestLine(head, lineEnd);
        HttpHeaders fields = line.fields();
        int count = 0;
        int at = lineEnd + 2;
        while (at < head.length - 2) {
            int end = endOfLine(head, at);
            if (++count > mostFields) {
                throw UnreadableHeadException.tooLarge("too many fields");
            }
            try {
                var _ = FieldLines.add(fields, head, at, end);
            } catch (IllegalArgumentException e) {
                throw UnreadableHeadException.malformed("malformed field line");
            }
            at = end + 2;
        }
        if (at != head.length - 2 || head[head.length - 2] != Octets.CR || head[head.length - 1] != Octets.LF) {
            throw UnreadableHeadException.malformed("no empty line");
        }
        boolean old = line.protocol() == Protocol.HTTP_1_0;
        int hosts = fields.getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && !old)) {
            throw UnreadableHeadException.malformed("not one Host");
        }
        OptionalLong length = contentLength(fields, old);
        boolean connect = line.method().equals("CONNECT");
        if (connect && !length.equals(OptionalLong.of(0))) {
            throw UnreadableHeadException.malformed("CONNECT with content");
        }
        boolean closes = old || fields.containsValue(HttpHeaderNames.CONNECTION, "close", true);
        return new Parsed(line, length, closes);
    }

    /** As much of a head as can be told from its beginning, with no fields; the method is "-" if that is wrong already. */
    static RequestHead beginning(byte[] octets) {
        int lineEnd = 0;
        while (lineEnd < octets.length && Octets.isField(octets[lineEnd] & 0xff)) {
            lineEnd++;
        }
        int methodEnd = 0;
        while (methodEnd < lineEnd && Octets.isToken(octets[methodEnd])) {
            methodEnd++;
        }
        boolean known = methodEnd > 0 && methodEnd < lineEnd && octets[methodEnd] == Octets.SP;
        if (!known) {
            return head(Protocol.HTTP_1_1, "-", "");
        }
        int targetEnd = methodEnd + 1;
        while (targetEnd < lineEnd && Octets.isVisible(octets[targetEnd])) {
            targetEnd++;
        }
        boolean whole = targetEnd < lineEnd && octets[targetEnd] == Octets.SP;
        boolean old = whole && Octets.text(octets, targetEnd + 1, lineEnd).equals("HTTP/1.0");
        return head(
                old ? Protocol.HTTP_1_0 : Protocol.HTTP_1_1,
                Octets.text(octets, 0, methodEnd),
                whole ? Octets.text(octets, methodEnd + 1, targetEnd) : "");
    }

    private static RequestHead head(Protocol protocol, String method, String target) {
        return new RequestHead(protocol, method, Optional.empty(), Optional.empty(), target, new DefaultHttpHeaders());
    }

    private static RequestHead requestLine(byte[] head, int lineEnd) throws UnreadableHeadException {
        String[] parts = Octets.text(head, 0, lineEnd).split(" ", -1);
        if (parts.length != 3 || !Octets.isToken(parts[0]) || !Octets.isVisible(parts[1])) {
            throw UnreadableHeadException.malformed("malformed request line");
        }
        Protocol protocol =
                switch (parts[2]) {
                    case "HTTP/1.1" -> Protocol.HTTP_1_1;
                    case "HTTP/1.0" -> Protocol.HTTP_1_0;
                    default -> throw UnreadableHeadException.malformed("not HTTP/1.1 or HTTP/1.0");
                };
        return head(protocol, parts[0], parts[1]);
    }

    private static OptionalLong contentLength(HttpHeaders fields, boolean old) throws UnreadableHeadException {
        List<String> codings = fields.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        List<String> lengths = fields.getAll(HttpHeaderNames.CONTENT_LENGTH);
        if (!codings.isEmpty()) {
            if (old || !lengths.isEmpty() || codings.size() > 1 || !isChunked(codings.getFirst())) {
                throw UnreadableHeadException.malformed("ambiguous or unknown transfer coding");
            }
            return OptionalLong.empty();
        }
        if (lengths.isEmpty()) {
            return OptionalLong.of(0);
        }
        if (lengths.size() > 1) {
            throw UnreadableHeadException.malformed("several Content-Length");
        }
        return OptionalLong.of(length(lengths.getFirst()));
    }

    private static boolean isChunked(String coding) {
        return coding.toLowerCase(Locale.ROOT).equals("chunked");
    }

    private static long length(String text) throws UnreadableHeadException {
        boolean digits = !text.isEmpty()
                && text.length() <= MOST_LENGTH_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            throw UnreadableHeadException.malformed("malformed Content-Length");
        }
        return Long.parseLong(text);
    }

    /** Where the line's CR stands. */
    private static int endOfLine(byte[] head, int from) throws UnreadableHeadException {
        for (int i = from; i < head.length - 1; i++) {
            if (head[i] == Octets.CR || head[i] == Octets.LF) {
                if (head[i] == Octets.CR && head[i + 1] == Octets.LF) {
                    return i;
                }
                break;
            }
        }
        throw UnreadableHeadException.malformed("line without CR LF");
    }
}
