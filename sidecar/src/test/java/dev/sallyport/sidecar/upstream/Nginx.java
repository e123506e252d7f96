package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.testing.TestAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** An nginx in the foreground, with a server of the test's own. */
final class Nginx implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/nginx");

    /** A port that is free now may be another's when nginx listens to it. */
    private static final int STARTS = 5;

    private final Path directory;
    private int port;
    private Process process;

    /**
     * Starts one that serves {@code api.test} over TLS.
     *
     * @param http2 whether it offers HTTP/2
     * @param directives of its server; files are served from {@code directory}
     */
    Nginx(Path directory, boolean http2, String directives) throws Exception {
        this.directory = directory;
        writeKey();
        start(http2, directives);
        for (int i = 1; i < STARTS && !listens(); i++) {
            start(http2, directives);
        }
        if (!listens()) {
            throw new IllegalStateException(Files.readString(directory.resolve("nginx.log")));
        }
    }

    private void start(boolean http2, String directives) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        Files.writeString(
                directory.resolve("nginx.conf"), """
                daemon off;
                user root;
                worker_processes 1;
                pid nginx.pid;
                error_log stderr error;
                events { worker_connections 256; }
                http {
                  access_log off;
                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  server {
                    listen 127.0.0.1:%d ssl %s;
                    server_name api.test;
                    ssl_certificate certificate.pem;
                    ssl_certificate_key key.pem;
                    root %s;
                    %s
                  }
                }
                """.formatted(port, http2 ? "http2" : "", directory, directives));
        process = new ProcessBuilder(PROGRAM.toString(), "-p", directory.toString(), "-c", "nginx.conf")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("nginx.log").toFile())
                .start();
        // It writes the file when it listens.
        World.await().until(() -> !process.isAlive() || listens());
    }

    private boolean listens() {
        return process.isAlive() && Files.exists(directory.resolve("nginx.pid"));
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    int port() {
        return port;
    }

    /** New workers take over; the old ones finish what they do, and say goodbye. */
    void reload() throws Exception {
        Process signal = new ProcessBuilder(
                        PROGRAM.toString(), "-p", directory.toString(), "-c", "nginx.conf", "-s", "reload")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("reload.log").toFile())
                .start();
        if (signal.waitFor() != 0) {
            throw new IllegalStateException(Files.readString(directory.resolve("reload.log")));
        }
    }

    private void writeKey() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password = TestAuthority.PASSWORD.toCharArray();
        try (InputStream in = Files.newInputStream(TestAuthority.leaf("dns:api.test"))) {
            store.load(in, password);
        }
        for (String alias : java.util.Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                StringBuilder chain = new StringBuilder();
                for (Certificate certificate : store.getCertificateChain(alias)) {
                    chain.append(pem("CERTIFICATE", certificate.getEncoded()));
                }
                Files.writeString(directory.resolve("certificate.pem"), chain);
                Files.writeString(
                        directory.resolve("key.pem"),
                        pem("PRIVATE KEY", store.getKey(alias, password).getEncoded()));
            }
        }
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(der)
                + "\n-----END " + kind + "-----\n";
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
        process.destroyForcibly();
    }
}
