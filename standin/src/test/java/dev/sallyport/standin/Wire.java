package dev.sallyport.standin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;

/** A socket to a stand-in, for what no HTTP client would send or show. */
public final class Wire implements AutoCloseable {
    private final Socket socket;

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(30_000);
    }

    public static Wire plain(ProviderStandin standin) throws IOException {
        var uri = standin.plain().orElseThrow();
        return new Wire(new Socket(InetAddress.getByName(uri.getHost()), uri.getPort()));
    }

    /** TLS, HTTP/1.1. */
    public static Wire tls(ProviderStandin standin, String serverName) throws IOException {
        URI uri = standin.https().orElseThrow();
        var plain = new Socket(InetAddress.getByName(uri.getHost()), uri.getPort());
        var factory = Client.trusting(standin.authority().orElseThrow()).getSocketFactory();
        var tls = (SSLSocket) factory.createSocket(plain, serverName, uri.getPort(), true);
        var parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        tls.setSSLParameters(parameters);
        return new Wire(tls);
    }

    public Wire send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /** Reads until the peer closes; a reset is an exception. */
    public String readToEnd() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Reads up to and with this text. */
    public String readThrough(String text) throws IOException {
        var read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed after: " + read);
            }
            read.append((char) next);
        }
        return read.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
