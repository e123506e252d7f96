package dev.sallyport.sidecar.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** A plain HTTP/1.1 server that keeps the octets of each whole request, and of what was not whole when it ended. */
public final class RawUpstream implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> fragments = new CopyOnWriteArrayList<>();
    private volatile String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    public RawUpstream() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The whole requests, as they came. */
    public List<String> requests() {
        return requests;
    }

    /** What else came: requests that never became whole. */
    public List<String> fragments() {
        return fragments;
    }

    /** What each request gets. */
    public void answer(String octets) {
        answer = octets;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (client) {
            InputStream in = client.getInputStream();
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                read.write(octet);
                String text = read.toString(StandardCharsets.ISO_8859_1);
                if (isWhole(text)) {
                    requests.add(text);
                    read.reset();
                    client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            // the proxy has left it
        }
        if (read.size() > 0) {
            fragments.add(read.toString(StandardCharsets.ISO_8859_1));
        }
    }

    private static boolean isWhole(String text) {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        String head = text.substring(0, end + 2).toLowerCase(Locale.ROOT);
        if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
            return text.endsWith("\r\n\r\n") && text.substring(end + 2).contains("\r\n0\r\n");
        }
        int length = head.indexOf("\r\ncontent-length: ");
        int body = length < 0 ? 0 : Integer.parseInt(head.substring(length + 18, head.indexOf('\r', length + 18)));
        return text.length() == end + 4 + body;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
