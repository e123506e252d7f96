package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.sidecar.testing.Upstream;
import io.vertx.core.buffer.Buffer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy that is told to stop while clients still take what it has for them. */
class DrainIT {

    private static final int BODY = 600_000;
    private static final String NONE_RUNNING = "sallyport_requests_running 0.0";
    private static final int GRACE_SECONDS = 4;
    private static final int KERNEL_BUFFER = 8 * 1024;

    @TempDir
    Path directory;

    private Upstream upstream;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
        upstream.answer(request -> request.response().end(Buffer.buffer(new byte[BODY])));
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void a_slow_reader_gets_the_tail_of_an_answer_that_was_whole_when_the_proxy_stopped() throws Exception {
        RunningProxy proxy = new RunningProxy(
                directory,
                RunningProxy.config(Routes.https("open", upstream.port()).build()));
        try (Socket slow = new Socket()) {
            slow.setReceiveBufferSize(KERNEL_BUFFER);
            slow.setSoTimeout(20_000);
            slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.proxy.port()));
            slow.getOutputStream().write("GET /open/ HTTP/1.1\r\nHost: p\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = slow.getInputStream();
            for (int matched = 0; matched < 4; ) {
                matched = in.read() == "\r\n\r\n".charAt(matched) ? matched + 1 : 0;
            }
            // As little as may be, until the upstream's answer is over: what is left of it is the proxy's to deliver.
            int read = 0;
            while (!proxy.admin("/metrics").body().contains(NONE_RUNNING)) {
                read += in.readNBytes(Math.min(4096, BODY - read)).length;
            }

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(proxy::close);
            try {
                // The kernel may have all of it, or the proxy has to wait for this client.
                stopped.get(GRACE_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                assertThat(stopped).isNotCompletedExceptionally();
            }
            read += in.readNBytes(BODY - read).length;

            assertThat(read).isEqualTo(BODY);
            stopped.get();
        }
    }
}
