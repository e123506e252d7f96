package dev.sallyport.sidecar.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server that says to its first connection what its first script says, and so on; the last script goes on for ever. */
final class ScriptedServer implements AutoCloseable {

    /** What is said on one connection, which is closed at the script's end. */
    @FunctionalInterface
    interface Script {

        void play(Connection connection) throws Exception;
    }

    private static final Pattern LENGTH = Pattern.compile("\r\nContent-Length: (\\d+)");

    private final ServerSocket server;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    ScriptedServer(Script... scripts) throws IOException {
        this("127.0.0.1", 0, scripts);
    }

    /** At another address, or a certain port. */
    ScriptedServer(String address, int port, Script... scripts) throws IOException {
        server = new ServerSocket(port, 64, InetAddress.ofLiteral(address));
        Thread.ofVirtual().start(() -> {
            while (!closed) {
                try {
                    Connection connection = new Connection(server.accept());
                    Script script = scripts[Math.min(connections.size(), scripts.length - 1)];
                    connections.add(connection);
                    Thread.ofVirtual().start(() -> connection.play(script));
                } catch (IOException e) {
                    // The test has ended; or a peer has left before it was let in, which must not keep out the next
                    // one.
                }
            }
        });
    }

    /** Answers each request of a connection with these bytes, as long as there are requests. */
    static Script always(String answer) {
        return connection -> {
            for (String head = connection.readHead(); head != null; head = connection.readHead()) {
                Matcher length = LENGTH.matcher(head);
                connection.read(length.find() ? Integer.parseInt(length.group(1)) : 0);
                connection.say(answer);
            }
        };
    }

    /** A head: these lines, and the empty one. */
    static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    int port() {
        return server.getLocalPort();
    }

    /** How many have been accepted so far: a peer that has heard nothing yet may still be in the queue. */
    int connections() {
        return connections.size();
    }

    /** One of the connections, in the order of their arrival, which is waited for. */
    Connection connection(int number) {
        World.await().until(() -> connections.size() > number);
        return connections.get(number);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        for (Connection connection : connections) {
            connection.socket.close();
        }
    }

    /** The server's side of a connection. */
    static final class Connection {

        private final Socket socket;
        private final List<String> heads = new CopyOnWriteArrayList<>();
        private final CountDownLatch ended = new CountDownLatch(1);

        /** How the peer ended it: "end", "reset"; empty: it has not been seen to. */
        private volatile String peer = "";

        Connection(Socket socket) {
            this.socket = socket;
        }

        private void play(Script script) {
            try (socket) {
                socket.setTcpNoDelay(true);
                script.play(this);
            } catch (Exception e) {
                peer = e instanceof SocketException ? "reset" : peer;
            } finally {
                ended.countDown();
            }
        }

        /** A head, without the empty line; null: the connection has ended. */
        @Nullable String readHead() throws IOException {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            while (!read.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int octet = in.read();
                if (octet < 0) {
                    peer = "end";
                    return null;
                }
                read.write(octet);
            }
            String head = read.toString(StandardCharsets.ISO_8859_1);
            heads.add(head.substring(0, head.length() - 4));
            return heads.getLast();
        }

        List<String> heads() {
            return heads;
        }

        String read(int bytes) throws IOException {
            return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
        }

        String readUntil(String end) throws IOException {
            StringBuilder read = new StringBuilder();
            while (read.length() < end.length()
                    || !read.substring(read.length() - end.length()).equals(end)) {
                int octet = socket.getInputStream().read();
                if (octet < 0) {
                    throw new IOException("ended after " + read);
                }
                read.append((char) octet);
            }
            return read.toString();
        }

        void say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        Socket socket() {
            return socket;
        }

        /** Ends by a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Reads and forgets, until the peer ends it, and notes how. */
        void drain() {
            try {
                socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                peer = "end";
            } catch (IOException e) {
                peer = "reset";
            }
        }

        /** How the peer ended it, once the script is over. */
        String endedBy() throws InterruptedException {
            if (!ended.await(World.WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still open");
            }
            return peer;
        }
    }
}
