package dev.sallyport.sidecar.server;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** A body in chunks (RFC 9112, section 7.1). Chunk extensions are checked and dropped. */
final class ChunkedBody implements RequestBody {

    private static final int MOST_SIZE_DIGITS = 15;

    private final int chunkLineBytes;
    private final int trailerBytes;
    private final int trailerFields;
    private final HttpHeaders trailers = FieldLines.none();
    private Part part = Part.SIZE;
    private long left;
    private int trailersRead;
    private int scanned;

    private enum Part {
        SIZE,
        DATA,
        DATA_END,
        TRAILERS,
        ENDED
    }

    ChunkedBody(int chunkLineBytes, int trailerBytes, int trailerFields) {
        this.chunkLineBytes = chunkLineBytes;
        this.trailerBytes = trailerBytes;
        this.trailerFields = trailerFields;
    }

    @Override
    public @Nullable ByteBuf next(ByteBuf octets) {
        while (octets.isReadable() && part != Part.ENDED) {
            switch (part) {
                case SIZE -> {
                    byte[] line = line(octets, chunkLineBytes);
                    if (line == null) {
                        return null;
                    }
                    left = size(line);
                    part = left == 0 ? Part.TRAILERS : Part.DATA;
                }
                case DATA -> {
                    int length = (int) Math.min(left, octets.readableBytes());
                    left -= length;
                    if (left == 0) {
                        part = Part.DATA_END;
                    }
                    return octets.readRetainedSlice(length);
                }
                case DATA_END -> {
                    byte[] line = line(octets, 0);
                    if (line == null) {
                        return null;
                    }
                    part = Part.SIZE;
                }
                case TRAILERS -> {
                    byte[] line = line(octets, trailerBytes - trailersRead);
                    if (line == null) {
                        return null;
                    }
                    trailer(line);
                }
                case ENDED -> throw new AssertionError("read beyond the end");
            }
        }
        return null;
    }

    /** A whole line without its end; null: more must come. */
    private byte @Nullable [] line(ByteBuf octets, int most) {
        int start = octets.readerIndex();
        while (scanned < octets.readableBytes()) {
            byte octet = octets.getByte(start + scanned);
            if (octet == Octets.CR) {
                if (scanned + 1 == octets.readableBytes()) {
                    return null;
                }
                if (octets.getByte(start + scanned + 1) != Octets.LF) {
                    throw new DecoderException("CR without LF");
                }
                byte[] line = new byte[scanned];
                octets.readBytes(line).skipBytes(2);
                scanned = 0;
                return line;
            }
            if (!Octets.isField(octet & 0xff)) {
                throw new DecoderException("control character in a line");
            }
            if (scanned >= most) {
                if (most == 0 && part == Part.DATA_END) {
                    throw new DecoderException("chunk longer than its size");
                }
                throw new TooLongFrameException("line too long");
            }
            scanned++;
        }
        return null;
    }

    private static long size(byte[] line) {
        int digits = 0;
        long size = 0;
        while (digits < line.length && Octets.hex(line[digits]) >= 0) {
            if (digits == MOST_SIZE_DIGITS) {
                throw new DecoderException("chunk size too large");
            }
            size = (size << 4) | Octets.hex(line[digits++]);
        }
        int extension = digits;
        while (extension < line.length && Octets.isWhitespace(line[extension])) {
            extension++;
        }
        boolean bare = digits == line.length;
        boolean extended = extension < line.length && line[extension] == ';';
        if (digits == 0 || (!bare && !extended)) {
            throw new DecoderException("malformed chunk size");
        }
        return size;
    }

    private void trailer(byte[] line) {
        if (line.length == 0) {
            part = Part.ENDED;
            return;
        }
        trailersRead += line.length + 2;
        if (trailersRead > trailerBytes || trailers.size() >= trailerFields) {
            throw new TooLongFrameException("trailers too large");
        }
        try {
            if (!FieldLines.isTrailer(FieldLines.add(trailers, line, 0, line.length))) {
                throw new DecoderException("a trailer that must not be one");
            }
        } catch (IllegalArgumentException e) {
            throw new DecoderException("malformed trailer");
        }
    }

    @Override
    public boolean isEnded() {
        return part == Part.ENDED;
    }

    @Override
    public HttpHeaders trailers() {
        return trailers;
    }

    @Override
    public boolean isBeyond(int octets) {
        return false;
    }
}
