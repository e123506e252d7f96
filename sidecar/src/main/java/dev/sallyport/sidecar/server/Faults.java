package dev.sallyport.sidecar.server;

import io.netty.handler.codec.CodecException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of exceptions that should not be: this side's, not the client's. */
final class Faults {

    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

    private Faults() {}

    /** Logs what is no client's doing, by its class and place: its message may quote what a client sent. */
    static void log(Throwable cause) {
        if ((cause instanceof RuntimeException && !(cause instanceof CodecException)) || cause instanceof Error) {
            StackTraceElement[] trace = cause.getStackTrace();
            LOG.atError()
                    .addKeyValue("exception", cause.getClass().getName())
                    .addKeyValue("at", trace.length == 0 ? "" : trace[0])
                    .log("Serving a client failed");
        }
    }
}
