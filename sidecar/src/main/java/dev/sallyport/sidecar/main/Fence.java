package dev.sallyport.sidecar.main;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The egress guard's word that the pod's network is fenced and the fence is proved. Until then the guard needs the proxy's
 * ports to prove that nobody can take them, and a proxy with credentials has no business on a network that is open.
 */
final class Fence {

    /** As the guard writes it (guard/mark.go). */
    static final String MARK = "sallyport: fenced";

    private static final Logger LOG = LoggerFactory.getLogger(Fence.class);
    private static final long POLL_MILLIS = 10;

    private Fence() {}

    /**
     * Waits as long as it takes: the guard's image may have to be fetched.
     *
     * @param mark the file that shows the alias of a network device of this very network namespace
     * @throws InterruptedIOException if the thread is interrupted
     */
    static void await(Path mark) throws InterruptedIOException {
        if (!stands(mark)) {
            LOG.atInfo().log("Proxy waits for the egress guard");
        }
        while (!stands(mark)) {
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("no fence was proved");
            }
        }
    }

    private static boolean stands(Path mark) {
        try {
            return Files.readString(mark, StandardCharsets.ISO_8859_1).strip().equals(MARK);
        } catch (IOException e) {
            return false;
        }
    }
}
