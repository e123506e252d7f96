package dev.sallyport.bench.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Takes the audit log from the proxy's standard output, as a node's log collector does, and counts its lines. */
final class AuditLines {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final AtomicLong count = new AtomicLong();

    AuditLines(InputStream output) {
        Thread.ofPlatform().daemon().name("audit-lines").start(() -> read(output));
    }

    long count() {
        return count.get();
    }

    private void read(InputStream output) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (output) {
            for (int got = output.read(buffer); got >= 0; got = output.read(buffer)) {
                int lines = 0;
                for (int i = 0; i < got; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    }
                }
                count.addAndGet(lines);
            }
        } catch (IOException e) {
            // The proxy was ended: what it still had to say is not counted any more.
            return;
        }
    }
}
