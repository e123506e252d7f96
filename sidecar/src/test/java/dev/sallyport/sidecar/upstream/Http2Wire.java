package dev.sallyport.sidecar.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A server's side of HTTP/2, frame by frame, right or wrong. */
final class Http2Wire {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_HEADER_LIST_SIZE = 6;

    private static final int PREFACE_BYTES = 24;

    /** A frame as it is on the wire. */
    static final class Frame {

        private final int type;
        private final int flags;
        private final int stream;
        private final byte[] payload;

        Frame(int type, int flags, int stream, byte[] payload) {
            this.type = type;
            this.flags = flags;
            this.stream = stream;
            this.payload = payload;
        }

        int type() {
            return type;
        }

        int flags() {
            return flags;
        }

        int stream() {
            return stream;
        }

        byte[] payload() {
            return payload;
        }

        boolean endsStream() {
            return (flags & END_STREAM) != 0;
        }

        String text() {
            return new String(payload, StandardCharsets.ISO_8859_1);
        }

        int number() {
            return Unpooled.wrappedBuffer(payload).getInt(0);
        }
    }

    private final ScriptedServer.Connection connection;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private boolean settled;

    /** Reads the client's preface and sends settings: pairs of an identifier and its value. */
    Http2Wire(ScriptedServer.Connection connection, int... settings) throws IOException {
        this.connection = connection;
        in = new DataInputStream(connection.socket().getInputStream());
        in.readNBytes(PREFACE_BYTES);
        ByteBuf payload = Unpooled.buffer();
        for (int i = 0; i < settings.length; i += 2) {
            payload.writeShort(settings[i]).writeInt(settings[i + 1]);
        }
        send(SETTINGS, 0, 0, bytes(payload));
    }

    /** The next frame; settings are acknowledged on the way. */
    Frame read() throws IOException {
        while (true) {
            int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
            Frame frame = new Frame(in.readUnsignedByte(), in.readUnsignedByte(), in.readInt(), in.readNBytes(length));
            if (frame.type() != SETTINGS) {
                return frame;
            }
            if ((frame.flags() & ACK) == 0) {
                send(SETTINGS, ACK, 0, new byte[0]);
            } else {
                settled = true;
            }
        }
    }

    /** A ping and its answer: by then the client has taken the settings too. */
    void settle() throws IOException {
        send(PING, 0, 0, new byte[8]);
        Frame answer = read();
        while (answer.type() != PING || (answer.flags() & ACK) == 0) {
            answer = read();
        }
        if (!settled) {
            throw new IOException("settings not acknowledged before what came after them");
        }
    }

    /** The next frame of a type; others are passed over, pings answered. */
    Frame read(int type) throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.type() == type) {
                return frame;
            }
            if (frame.type() == PING && (frame.flags() & ACK) == 0) {
                send(PING, ACK, 0, frame.payload());
            }
        }
    }

    /** Reads frames until there is none; returns their types and streams. */
    List<String> readAll() {
        List<String> read = new ArrayList<>();
        try {
            while (true) {
                Frame frame = read();
                read.add(frame.type() + "/" + frame.stream());
            }
        } catch (IOException end) {
            return read;
        }
    }

    /** Reads a request to its end and returns its body. */
    String readBody() throws IOException {
        StringBuilder body = new StringBuilder();
        Frame frame = read(DATA);
        body.append(frame.text());
        while (!frame.endsStream()) {
            frame = read(DATA);
            body.append(frame.text());
        }
        return body.toString();
    }

    Http2Headers decode(Frame headers) throws Http2Exception {
        return decoder.decodeHeaders(headers.stream(), Unpooled.wrappedBuffer(headers.payload()));
    }

    /**
     * How each field of a head is represented (RFC 7541, section 6): as {@code indexed}, {@code incremental} (kept in the
     * table), {@code never} (and by nobody on the way), or {@code without}.
     */
    Map<String, String> representations(Frame headers) throws Http2Exception {
        List<String> kinds = new ArrayList<>();
        ByteBuf block = Unpooled.wrappedBuffer(headers.payload());
        while (block.isReadable()) {
            int first = block.getUnsignedByte(block.readerIndex());
            if ((first & 0x80) != 0) {
                integer(block, 7);
                kinds.add("indexed");
            } else if ((first & 0xe0) == 0x20) {
                integer(block, 5);
            } else {
                boolean incremental = (first & 0x40) != 0;
                if (integer(block, incremental ? 6 : 4) == 0) {
                    block.skipBytes(integer(block, 7));
                }
                block.skipBytes(integer(block, 7));
                kinds.add(incremental ? "incremental" : (first & 0x10) != 0 ? "never" : "without");
            }
        }
        Map<String, String> byName = new LinkedHashMap<>();
        decode(headers).forEach(field -> byName.put(field.getKey().toString(), kinds.removeFirst()));
        return byName;
    }

    private static int integer(ByteBuf block, int bits) {
        int most = (1 << bits) - 1;
        int value = block.readUnsignedByte() & most;
        if (value == most) {
            int octet;
            int shift = 0;
            do {
                octet = block.readUnsignedByte();
                value += (octet & 0x7f) << shift;
                shift += 7;
            } while ((octet & 0x80) != 0);
        }
        return value;
    }

    void send(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuf frame = Unpooled.buffer();
        frame.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(stream);
        frame.writeBytes(payload);
        connection.socket().getOutputStream().write(bytes(frame));
    }

    /** Sends fields: names and values. */
    void headers(int stream, boolean end, String... fields) throws IOException {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(stream, headers, block);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        send(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, bytes(block));
    }

    void data(int stream, boolean end, String text) throws IOException {
        send(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void answer(int stream, String text) throws IOException {
        headers(stream, false, ":status", "200");
        data(stream, true, text);
    }

    void reset(int stream, int code) throws IOException {
        send(RST_STREAM, 0, stream, bytes(Unpooled.buffer().writeInt(code)));
    }

    void goAway(int lastStream, int code) throws IOException {
        send(GOAWAY, 0, 0, bytes(Unpooled.buffer().writeInt(lastStream).writeInt(code)));
    }

    void windowUpdate(int stream, int bytes) throws IOException {
        send(WINDOW_UPDATE, 0, stream, bytes(Unpooled.buffer().writeInt(bytes)));
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }
}
