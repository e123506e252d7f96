package dev.sallyport.sidecar.server;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads the server name in the beginning of a TLS connection: the ClientHello (RFC 8446, section 4.1.2), in however many
 * records, and its server_name extension (RFC 6066, section 3).
 */
final class HelloParser {

    /** A hello and its records' heads are no longer than this. */
    static final int MOST_BYTES = 64 * 1024;

    private static final int RECORD_HEAD = 5;
    private static final int MOST_RECORD = 1 << 14;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    private static final int MOST_NAME = 254;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*+\\.?");

    private HelloParser() {}

    /** A whole hello. */
    record Hello(Optional<String> serverName) {}

    /**
     * Reads a hello.
     *
     * @param octets what a connection began with
     * @return empty: so far it is right, but not whole
     * @throws IllegalArgumentException if no hello begins like that, or it is too long
     */
    static Optional<Hello> parse(byte[] octets) {
        try {
            return message(octets).map(HelloParser::hello);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a length beyond the end");
        }
    }

    /** The handshake message's body, out of its records. */
    private static Optional<ByteBuffer> message(byte[] octets) {
        ByteBuffer records = ByteBuffer.wrap(octets);
        ByteBuffer message = ByteBuffer.allocate(octets.length);
        int length = -1;
        while (records.hasRemaining()) {
            expect(records.get(records.position()) == HANDSHAKE, "no handshake");
            if (records.remaining() < RECORD_HEAD) {
                break;
            }
            int at = records.position();
            expect(records.get(at + 1) == 3, "no TLS");
            int size = Short.toUnsignedInt(records.getShort(at + 3));
            expect(size > 0 && size <= MOST_RECORD, "a record of a size that none has");
            records.position(at + RECORD_HEAD);
            int available = Math.min(size, records.remaining());
            message.put(slice(records, available));
            if (message.position() > 0) {
                expect(message.get(0) == CLIENT_HELLO, "no ClientHello");
            }
            if (message.position() >= 4) {
                length = message.getInt(0) & 0xffffff;
                expect(length + 4 <= MOST_BYTES, "too long");
                if (message.position() >= length + 4) {
                    return Optional.of(message.slice(4, length));
                }
            }
        }
        expect(octets.length < MOST_BYTES, "too long");
        return Optional.empty();
    }

    private static Hello hello(ByteBuffer hello) {
        skip(hello, 2 + 32); // version, random
        skip(hello, Byte.toUnsignedInt(hello.get())); // session
        skip(hello, Short.toUnsignedInt(hello.getShort())); // suites
        skip(hello, Byte.toUnsignedInt(hello.get())); // compression
        if (!hello.hasRemaining()) {
            return new Hello(Optional.empty());
        }
        ByteBuffer extensions = slice(hello, Short.toUnsignedInt(hello.getShort()));
        expect(!hello.hasRemaining(), "more than a ClientHello");
        Optional<String> name = Optional.empty();
        boolean found = false;
        while (extensions.hasRemaining()) {
            int type = Short.toUnsignedInt(extensions.getShort());
            ByteBuffer extension = slice(extensions, Short.toUnsignedInt(extensions.getShort()));
            if (type == SERVER_NAME) {
                expect(!found, "several lists of server names");
                found = true;
                name = Optional.of(serverName(extension));
            }
        }
        return new Hello(name);
    }

    /** Exactly one host name: of several nobody could tell which is meant. */
    private static String serverName(ByteBuffer extension) {
        ByteBuffer list = slice(extension, Short.toUnsignedInt(extension.getShort()));
        expect(!extension.hasRemaining(), "more than a list of server names");
        expect(list.get() == HOST_NAME, "a server name of an unknown type");
        byte[] octets = new byte[Short.toUnsignedInt(list.getShort())];
        list.get(octets);
        expect(!list.hasRemaining(), "several server names");
        String name = Octets.text(octets, 0, octets.length).toLowerCase(Locale.ROOT);
        expect(name.length() <= MOST_NAME && NAME.matcher(name).matches(), "a server name that is no host name");
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static ByteBuffer slice(ByteBuffer from, int length) {
        if (length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer slice = from.slice(from.position(), length);
        from.position(from.position() + length);
        return slice;
    }

    private static void skip(ByteBuffer from, int length) {
        ByteBuffer _ = slice(from, length);
    }

    private static void expect(boolean held, String otherwise) {
        if (!held) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
