package dev.sallyport.sidecar.http;

import java.io.IOException;

/** The peer ended one HTTP/2 stream. */
public final class StreamResetException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long errorCode;

    /** With an error code of RFC 9113, section 7. */
    public StreamResetException(long errorCode) {
        super("stream reset");
        this.errorCode = errorCode;
    }

    /** Of RFC 9113, section 7. */
    public long errorCode() {
        return errorCode;
    }
}
