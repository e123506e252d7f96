package dev.sallyport.sidecar.tls;

import java.io.IOException;
import java.nio.file.Path;

/** There is a CA in the state directory, and it can't be trusted or used. The message says why and what to do about it. */
public final class UnusableCaException extends IOException {

    private static final long serialVersionUID = 1L;

    UnusableCaException(Path file, String why) {
        super("The sandbox CA in " + file + " can't be used: " + why
                + ". Once that file is removed, the proxy makes a new CA at its next start, which agents trust only"
                + " after they too are restarted.");
    }
}
