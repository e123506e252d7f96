package dev.sallyport.sidecar.testing;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/** A client of HTTP/2 that sends whatever frames it is told to, right or wrong. */
public final class RawHttp2 implements AutoCloseable {

    public static final int END_STREAM = 1;
    public static final int END_HEADERS = 4;
    public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /** A frame that came. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Frame(int type, int flags, int stream, byte[] payload) {

        public boolean ends() {
            return (type == Http2FrameTypes.DATA || type == Http2FrameTypes.HEADERS) && (flags & END_STREAM) != 0;
        }

        public long number(int at) {
            return Integer.toUnsignedLong(ByteBuffer.wrap(payload).getInt(at));
        }
    }

    /** All of an answer; its trailers are among the fields. */
    public record Answer(List<String> statuses, Map<String, String> fields, String body, Optional<Long> reset) {

        public String status() {
            return statuses.getLast();
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false);
    private final Queue<Frame> frames = new ArrayDeque<>();
    private int lastStream = -1;

    /** Connects and begins, with a window that never ends unless another is asked for. */
    public RawHttp2(int port) throws IOException {
        this(port, 0x7fffffff);
    }

    public RawHttp2(int port, int window) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
        begin(window);
    }

    public RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    public RawHttp2 begin(int window) throws IOException {
        send(PREFACE.getBytes(StandardCharsets.US_ASCII));
        frame(
                Http2FrameTypes.SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6).putShort((short) 4).putInt(window).array());
        if (window > 65_535) {
            windowUpdate(0, 0x7fffffff - 65_535);
        }
        return this;
    }

    public void send(byte[] octets) throws IOException {
        out.write(octets);
        out.flush();
    }

    public static byte[] bytes(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    public RawHttp2 frame(int type, int flags, int stream, byte... payload) throws IOException {
        send(bytes(type, flags, stream, payload));
        return this;
    }

    public RawHttp2 windowUpdate(int stream, int increment) throws IOException {
        return frame(
                Http2FrameTypes.WINDOW_UPDATE,
                0,
                stream,
                ByteBuffer.allocate(4).putInt(increment).array());
    }

    public RawHttp2 reset(int stream, int code) throws IOException {
        return frame(
                Http2FrameTypes.RST_STREAM,
                0,
                stream,
                ByteBuffer.allocate(4).putInt(code).array());
    }

    public RawHttp2 data(int stream, boolean last, String text) throws IOException {
        return frame(Http2FrameTypes.DATA, last ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A new stream with a request of these fields, pseudo ones included, in this order. */
    public int request(boolean last, String... fields) throws IOException {
        lastStream += 2;
        headers(lastStream, last, fields);
        return lastStream;
    }

    public int get(String path) throws IOException {
        return request(true, ":method", "GET", ":scheme", "http", ":path", path, ":authority", "p");
    }

    public int post(String path, String... more) throws IOException {
        List<String> fields =
                new ArrayList<>(List.of(":method", "POST", ":scheme", "http", ":path", path, ":authority", "p"));
        fields.addAll(List.of(more));
        return request(false, fields.toArray(String[]::new));
    }

    public RawHttp2 headers(int stream, boolean last, String... fields) throws IOException {
        return frame(Http2FrameTypes.HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block(fields));
    }

    /** Fields as literals, so that they can be wrong. */
    public static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            literal(block, fields[i]);
            literal(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        int length = text.length();
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            for (length -= 127; length >= 128; length >>= 7) {
                block.write((length & 127) | 128);
            }
            block.write(length);
        }
        block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The next frame; empty: the connection has ended. Settings are acknowledged. */
    public Optional<Frame> next() throws IOException {
        while (true) {
            Frame frame;
            try {
                int first = in.readInt();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                byte[] payload = new byte[first >>> 8];
                in.readFully(payload);
                frame = new Frame(first & 0xff, flags, stream, payload);
            } catch (EOFException e) {
                return Optional.empty();
            }
            if (frame.type() == Http2FrameTypes.SETTINGS && frame.flags() == 0) {
                frame(Http2FrameTypes.SETTINGS, 1, 0);
            }
            return Optional.of(frame);
        }
    }

    /** The next frame of this type, on any stream; what else comes is dropped. */
    public Frame next(int type) throws IOException {
        while (true) {
            Frame frame = next().orElseThrow(() -> new EOFException("ended"));
            if (frame.type() == type) {
                return frame;
            }
        }
    }

    /** Reads the answer on a stream; frames of other streams are kept for later. */
    public Answer answer(int stream) throws IOException {
        List<String> statuses = new ArrayList<>();
        Map<String, String> fields = new java.util.LinkedHashMap<>();
        StringBuilder body = new StringBuilder();
        while (true) {
            Frame frame = frames.stream()
                    .filter(kept -> kept.stream() == stream)
                    .findFirst()
                    .orElse(null);
            if (frame != null) {
                frames.remove(frame);
            } else {
                frame = next().orElseThrow(() -> new EOFException("ended"));
            }
            if (frame.type() == Http2FrameTypes.GO_AWAY && frame.number(4) != 0) {
                throw new IOException("GOAWAY " + frame.number(4));
            }
            if (frame.stream() != stream) {
                if (frame.stream() != 0) {
                    frames.add(frame);
                }
                continue;
            }
            switch (frame.type()) {
                case Http2FrameTypes.HEADERS ->
                    decode(frame).forEach(field -> {
                        if (field.getKey().toString().equals(":status")) {
                            statuses.add(field.getValue().toString());
                        } else {
                            fields.put(
                                    field.getKey().toString(), field.getValue().toString());
                        }
                    });
                case Http2FrameTypes.DATA -> body.append(new String(frame.payload(), StandardCharsets.ISO_8859_1));
                case Http2FrameTypes.RST_STREAM -> {
                    return new Answer(statuses, fields, body.toString(), Optional.of(frame.number(0)));
                }
                default -> {}
            }
            if (frame.ends()) {
                return new Answer(statuses, fields, body.toString(), Optional.empty());
            }
        }
    }

    public Http2Headers decode(Frame frame) {
        try {
            return hpack.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
        } catch (Http2Exception e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    /** Reads until the connection ends. */
    public List<Frame> rest() throws IOException {
        List<Frame> rest = new ArrayList<>();
        for (Optional<Frame> next = next(); next.isPresent(); next = next()) {
            rest.add(next.get());
        }
        return rest;
    }

    /** Reads until the connection ends, by whatever means, and says the code of its first GOAWAY for an error; -1: none. */
    public long goneWith() {
        long code = -1;
        try {
            for (Optional<Frame> next = next(); next.isPresent(); next = next()) {
                if (next.get().type() == Http2FrameTypes.GO_AWAY && code <= 0) {
                    code = next.get().number(4);
                }
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            // reset: as good as ended
        }
        return code;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
