package dev.sallyport.sidecar.server;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Heads and trailers between HTTP/2's fields and everybody's (RFC 9113, section 8). The codec has checked already that
 * pseudo-header fields come first and once, and that names are in lower case; what it checks is not relied on for anything
 * that could end a line in HTTP/1.
 */
final class Http2Heads {

    private static final String COOKIE = "cookie";

    /** Not in HTTP/2 (section 8.2.2). */
    private static final Set<String> CONNECTION_SPECIFIC =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private Http2Heads() {}

    /** @throws UnreadableHeadException if it is malformed (section 8.1.1), or beyond a limit */
    static RequestHead request(Http2Headers sent, ProxyLimits limits) throws UnreadableHeadException {
        checkSize(sent, limits);
        String method = Objects.requireNonNullElse(text(sent.method()), "");
        expect(Octets.isToken(method), "no method");
        expect(sent.get(Http2Headers.PseudoHeaderName.PROTOCOL.value()) == null, "extended CONNECT");
        expect(sent.status() == null, "a response's field");
        HttpHeaders fields = fields(sent);
        String scheme = text(sent.scheme());
        String authority = text(sent.authority());
        String path = text(sent.path());
        expect(authority == null || isAuthority(authority), "malformed authority");
        if (method.equals("CONNECT")) {
            expect(scheme == null && path == null && authority != null, "malformed CONNECT");
        } else {
            expect(scheme != null && Octets.isToken(scheme), "no scheme");
            expect(path != null && isPath(path, method), "malformed path");
        }
        List<String> hosts = fields.getAll(HttpHeaderNames.HOST);
        expect(hosts.size() < 2 && (authority != null || hosts.size() == 1), "not one host");
        // Section 8.3.1: two different ones are malformed.
        expect(authority == null || hosts.isEmpty() || hosts.getFirst().equalsIgnoreCase(authority), "two hosts");
        return new RequestHead(
                Protocol.HTTP_2,
                method,
                Optional.ofNullable(scheme),
                Optional.ofNullable(authority),
                path == null ? "" : path,
                fields);
    }

    /** As much of a malformed head as can be recorded. */
    static RequestHead beginning(Http2Headers sent) {
        String method = text(sent.method());
        String authority = text(sent.authority());
        String path = text(sent.path());
        return new RequestHead(
                Protocol.HTTP_2,
                method != null && method.length() <= 64 && Octets.isToken(method) ? method : "-",
                Optional.empty(),
                Optional.ofNullable(authority).filter(Http2Heads::isAuthority),
                path != null && Octets.isVisible(path) ? path : "",
                FieldLines.none());
    }

    /** Of a head that the codec would not give. */
    static RequestHead unknown() {
        return new RequestHead(Protocol.HTTP_2, "-", Optional.empty(), Optional.empty(), "", FieldLines.none());
    }

    private static void checkSize(Http2Headers sent, ProxyLimits limits) throws UnreadableHeadException {
        CharSequence path = sent.path();
        if (path != null && path.length() > limits.targetBytes()) {
            throw new UnreadableHeadException(Reason.TARGET_TOO_LONG, "target too long");
        }
        if (sent.size() > limits.headFields() || size(sent) > limits.headBytes()) {
            throw UnreadableHeadException.tooLarge("head too large");
        }
    }

    /** As long as they would be in HTTP/1. */
    private static long size(Http2Headers sent) {
        long size = 0;
        for (Map.Entry<CharSequence, CharSequence> field : sent) {
            size += field.getKey().length() + field.getValue().length() + 4;
        }
        return size;
    }

    private static boolean isAuthority(String text) {
        return Octets.isVisible(text) && text.indexOf('@') < 0;
    }

    private static boolean isPath(String path, String method) {
        return Octets.isVisible(path) && (path.startsWith("/") || (path.equals("*") && method.equals("OPTIONS")));
    }

    private static HttpHeaders fields(Http2Headers sent) throws UnreadableHeadException {
        HttpHeaders fields = new DefaultHttpHeaders();
        StringBuilder cookies = new StringBuilder();
        for (Map.Entry<CharSequence, CharSequence> field : sent) {
            String name = field.getKey().toString();
            if (name.startsWith(":")) {
                continue;
            }
            String value = field.getValue().toString();
            expect(isName(name) && isValue(value), "malformed field");
            expect(!CONNECTION_SPECIFIC.contains(name), "connection-specific field");
            expect(!name.equals("te") || value.equals("trailers"), "TE other than trailers");
            if (name.equals(COOKIE)) {
                cookies.append(cookies.isEmpty() ? "" : "; ").append(value);
            } else {
                fields.add(name, value);
            }
        }
        if (!cookies.isEmpty()) {
            fields.add(COOKIE, cookies.toString());
        }
        return fields;
    }

    /**
     * A request's trailers.
     *
     * @throws DecoderException if they are malformed or too large
     */
    static HttpHeaders trailers(Http2Headers sent, int trailerBytes) {
        if (size(sent) > trailerBytes) {
            throw new TooLongFrameException("trailers too large");
        }
        HttpHeaders trailers = FieldLines.none();
        for (Map.Entry<CharSequence, CharSequence> field : sent) {
            String name = field.getKey().toString();
            String value = field.getValue().toString();
            if (!isName(name) || !isValue(value) || !FieldLines.isTrailer(name)) {
                throw new DecoderException("malformed trailer");
            }
            trailers.add(name, value);
        }
        return trailers;
    }

    /** @throws IllegalArgumentException if a field cannot be sent */
    static Http2Headers response(ResponseHead head) {
        boolean bodiless = head.status() < 200 || head.status() == 204;
        Http2Headers headers = new DefaultHttp2Headers(false).status(Integer.toString(head.status()));
        append(headers, head.fields(), bodiless);
        return headers;
    }

    /** @throws IllegalArgumentException if a field cannot be sent */
    static Http2Headers trailers(HttpHeaders trailers) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        append(headers, trailers, true);
        return headers;
    }

    private static void append(Http2Headers headers, HttpHeaders fields, boolean withoutLength) {
        for (Iterator<Map.Entry<CharSequence, CharSequence>> all = fields.iteratorCharSequence(); all.hasNext(); ) {
            Map.Entry<CharSequence, CharSequence> field = all.next();
            String name = field.getKey().toString().toLowerCase(Locale.ROOT);
            if (CONNECTION_SPECIFIC.contains(name) || (withoutLength && name.equals("content-length"))) {
                continue;
            }
            String value = field.getValue().toString();
            if (!isName(name) || !isValue(value)) {
                throw new IllegalArgumentException("not a field");
            }
            headers.add(name, value);
        }
    }

    private static boolean isName(String name) {
        return Octets.isToken(name) && name.chars().noneMatch(c -> c >= 'A' && c <= 'Z');
    }

    private static boolean isValue(String value) {
        return value.chars().allMatch(c -> c <= 0xff && Octets.isField(c))
                && (value.isEmpty()
                        || !(Octets.isWhitespace(value.charAt(0))
                                || Octets.isWhitespace(value.charAt(value.length() - 1))));
    }

    private static @Nullable String text(@Nullable CharSequence value) {
        return value == null ? null : value.toString();
    }

    private static void expect(boolean held, String otherwise) throws UnreadableHeadException {
        if (!held) {
            throw UnreadableHeadException.malformed(otherwise);
        }
    }
}
