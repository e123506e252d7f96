package dev.sallyport.sidecar.admission;

import dev.sallyport.sidecar.http.ClientStream.Tunnel;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;

/** A request for a test. */
final class Asked {

    private final Protocol protocol;
    private final String method;
    private final String target;
    private final HttpHeaders fields =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    private Optional<String> scheme = Optional.empty();
    private Optional<String> authority = Optional.empty();
    private Optional<Tunnel> tunnel = Optional.empty();
    private OptionalLong contentLength = OptionalLong.of(0);

    private Asked(Protocol protocol, String method, String target) {
        this.protocol = protocol;
        this.method = method;
        this.target = target;
    }

    /** In HTTP/1.1, with nothing but a target. */
    static Asked http1(String method, String target) {
        return new Asked(Protocol.HTTP_1_1, method, target);
    }

    static Asked http10(String method, String target) {
        return new Asked(Protocol.HTTP_1_0, method, target);
    }

    static Asked http2(String method, String scheme, String authority, String path) {
        Asked asked = new Asked(Protocol.HTTP_2, method, path);
        asked.scheme = Optional.of(scheme);
        asked.authority = authority.isEmpty() ? Optional.empty() : Optional.of(authority);
        return asked;
    }

    /** In reverse form, to the proxy by its own name. */
    static Asked baseUrl(String method, String target) {
        return http1(method, target).field("Host", "127.0.0.1:15001");
    }

    /** A GET as a client with HTTP_PROXY sends it. */
    static Asked forward(String url, String host) {
        return http1("GET", url).field("Host", host);
    }

    /** In a TLS tunnel to the host's port 443. */
    static Asked inTunnel(String method, String host, String target) {
        return http1(method, target).field("Host", host).through(host, 443, true);
    }

    Asked field(String name, String value) {
        fields.add(name, value);
        return this;
    }

    Asked basic(String user, String password) {
        return field(
                "Authorization",
                "Basic "
                        + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)));
    }

    Asked through(String host, int port, boolean secure) {
        tunnel = Optional.of(new Tunnel(host, port, secure));
        return this;
    }

    /** With a body of a declared length. */
    Asked body(String contentType, long length) {
        contentLength = OptionalLong.of(length);
        return field("Content-Type", contentType);
    }

    /** With a body that ends when it ends. */
    Asked chunked(String contentType) {
        contentLength = OptionalLong.empty();
        return field("Content-Type", contentType);
    }

    RequestHead head() {
        return new RequestHead(protocol, method, scheme, authority, target, fields);
    }

    Optional<Tunnel> tunnel() {
        return tunnel;
    }

    OptionalLong contentLength() {
        return contentLength;
    }
}
