package dev.sallyport.sidecar.server;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Takes a request's body out of a connection's octets. */
sealed interface RequestBody permits RequestBody.OfLength, ChunkedBody {

    /**
     * The next bytes of the body.
     *
     * @param octets what has come; what belongs to the body's framing is consumed
     * @return at least one byte, to be released by the caller; null: it has ended, or more must come
     * @throws io.netty.handler.codec.DecoderException if the framing is broken
     */
    @Nullable ByteBuf next(ByteBuf octets);

    boolean isEnded();

    /** Once it has ended; may be empty. */
    HttpHeaders trailers();

    /** Whether these octets cannot hold what is left of it. For chunks that is not known. */
    boolean isBeyond(int octets);

    /** A body of this length; empty: in chunks. */
    static RequestBody of(OptionalLong contentLength, int chunkLineBytes, int trailerBytes, int trailerFields) {
        return contentLength.isPresent()
                ? new OfLength(contentLength.getAsLong())
                : new ChunkedBody(chunkLineBytes, trailerBytes, trailerFields);
    }

    /** A body of a length that the head said. */
    final class OfLength implements RequestBody {

        private long left;

        OfLength(long length) {
            left = length;
        }

        @Override
        public @Nullable ByteBuf next(ByteBuf octets) {
            if (left == 0 || !octets.isReadable()) {
                return null;
            }
            int length = (int) Math.min(left, octets.readableBytes());
            left -= length;
            return octets.readRetainedSlice(length);
        }

        @Override
        public boolean isEnded() {
            return left == 0;
        }

        @Override
        public HttpHeaders trailers() {
            return FieldLines.none();
        }

        @Override
        public boolean isBeyond(int octets) {
            return left > octets;
        }
    }
}
