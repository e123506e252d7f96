package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.http.RequestHead;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder.SensitivityDetector;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Fields from HTTP/1's form to HTTP/2's and back (RFC 9113, section 8). Texts of exceptions hold nothing of them. */
final class Http2Fields {

    /**
     * Fields that never hold a credential. A credential may be put into any other, and into the path; those are sent as
     * never indexed (RFC 7541, section 7.1.3), so that no table keeps them.
     */
    private static final Set<String> INDEXED = Set.of(
            ":method",
            ":scheme",
            ":authority",
            "accept",
            "accept-encoding",
            "accept-language",
            "anthropic-version",
            "content-encoding",
            "content-type",
            "grpc-accept-encoding",
            "grpc-encoding",
            "te",
            "user-agent");

    static final SensitivityDetector SENSITIVE = (name, value) -> !INDEXED.contains(name.toString());

    private Http2Fields() {}

    /**
     * A request's head. {@code Host} becomes {@code :authority}; fields that concern the connection are left out.
     *
     * @param contentLength the body's length; empty: unknown
     * @throws IllegalArgumentException if it cannot be sent
     */
    static Http2Headers request(RequestHead head, Scheme scheme, OptionalLong contentLength) {
        FieldSyntax.requireToken(head.method());
        FieldSyntax.requireTarget(head.target());
        Http2Headers out = new DefaultHttp2Headers(false, head.fields().size() + 5).method(head.method());
        out.scheme(scheme == Scheme.HTTPS ? "https" : "http").path(head.target());
        boolean hostSeen = false;
        Iterator<Map.Entry<String, String>> fields = head.fields().iteratorAsString();
        while (fields.hasNext()) {
            Map.Entry<String, String> field = fields.next();
            String name = field.getKey().toLowerCase(Locale.ROOT);
            switch (name) {
                case "host" -> {
                    FieldSyntax.require(!hostSeen, "not one Host");
                    FieldSyntax.requireValue(field.getValue());
                    hostSeen = true;
                    out.authority(field.getValue());
                }
                case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" -> {}
                case "content-length" -> {
                    if (contentLength.isPresent()) {
                        out.setLong(name, contentLength.getAsLong());
                    }
                }
                case "te" -> {
                    if (head.fields().containsValue("te", "trailers", true)) {
                        out.set(name, "trailers");
                    }
                }
                default -> add(out, name, field.getValue());
            }
        }
        FieldSyntax.require(hostSeen, "not one Host");
        if (contentLength.orElse(0) > 0) {
            out.setLong("content-length", contentLength.getAsLong());
        }
        return out;
    }

    /** Trailers, but for what may not stand there. */
    static Http2Headers trailers(HttpHeaders trailers) {
        Http2Headers out = new DefaultHttp2Headers(false, trailers.size());
        Iterator<Map.Entry<String, String>> fields = trailers.iteratorAsString();
        while (fields.hasNext()) {
            Map.Entry<String, String> field = fields.next();
            String name = field.getKey().toLowerCase(Locale.ROOT);
            switch (name) {
                case "connection",
                        "keep-alive",
                        "proxy-connection",
                        "transfer-encoding",
                        "upgrade",
                        "content-length",
                        "host",
                        "te",
                        "trailer" -> {}
                default -> add(out, name, field.getValue());
            }
        }
        return out;
    }

    private static void add(Http2Headers out, String name, String value) {
        FieldSyntax.requireToken(name);
        FieldSyntax.requireValue(value);
        out.add(name, value);
    }

    /**
     * A response's status.
     *
     * @throws DecoderException if it has none
     */
    static int status(Http2Headers headers) {
        CharSequence text = headers.status();
        if (text == null || text.length() != 3 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new DecoderException("not an answer: status");
        }
        int status = Integer.parseInt(text, 0, 3, 10);
        if (status < 100 || status == 101) {
            throw new DecoderException("not an answer: status");
        }
        return status;
    }

    /**
     * A response's fields, or trailers.
     *
     * @throws DecoderException if HTTP/1 would read them as something else
     */
    static HttpHeaders response(Http2Headers headers) {
        HttpHeaders out =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            String name = field.getKey().toString();
            if (name.startsWith(":")) {
                continue;
            }
            String value = field.getValue().toString();
            if (!FieldSyntax.isToken(name) || !FieldSyntax.isValue(value)) {
                throw new DecoderException("not an answer: field");
            }
            out.add(name, value);
        }
        return out;
    }
}
