package dev.sallyport.sidecar.server;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.impl.headers.Http1xHeaders;

/** Reads requests within limits, and refuses what the library's decoder would mend: a body with two readings of its end. */
final class StrictRequestDecoder extends HttpRequestDecoder {

    private static final int MOST_CHUNK_BYTES = 8192;

    StrictRequestDecoder(int targetBytes, int headBytes) {
        // The line holds the method and the version too.
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(targetBytes + 64)
                .setMaxHeaderSize(headBytes)
                .setMaxChunkSize(MOST_CHUNK_BYTES)
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true));
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("Content-Length beside Transfer-Encoding");
    }

    @Override
    protected HttpMessage createMessage(String[] initialLine) {
        HttpVersion version = HttpVersion.valueOf(initialLine[2]);
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            throw new IllegalArgumentException("not HTTP/1.0 or HTTP/1.1");
        }
        return new DefaultHttpRequest(
                version, HttpMethod.valueOf(initialLine[0]), initialLine[1], Http1xHeaders.httpHeaders());
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return false;
    }
}
