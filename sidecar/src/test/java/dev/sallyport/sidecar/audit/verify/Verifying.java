package dev.sallyport.sidecar.audit.verify;

import dev.sallyport.contract.audit.AuditHead;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Verifies what is in memory. */
final class Verifying {

    private Verifying() {}

    static Verification log(String log) {
        return log(log.getBytes(StandardCharsets.UTF_8), Optional.empty(), Optional.empty());
    }

    static Verification log(byte[] log, Optional<AuditHead> head, Optional<String> sandbox) {
        ChainVerifier verifier = new ChainVerifier(head, sandbox);
        LogLines lines = new LogLines(new ByteArrayInputStream(log));
        try {
            int number = 0;
            for (Optional<LogLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                verifier.line(line.get(), new Place("log", ++number));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Summary summary = verifier.end();
        return Verification.of(verifier.findings(), summary, false);
    }
}
