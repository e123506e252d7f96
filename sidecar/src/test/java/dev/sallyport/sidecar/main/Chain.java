package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Checks a log's chain as its reader would. */
final class Chain {

    private Chain() {}

    static void verify(String log) throws Exception {
        String previous = AuditRecord.NO_PREVIOUS;
        long sequence = 0;
        for (String line : log.lines().toList()) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            AuditRecord record = StrictJson.read(bytes, AuditRecord.class);
            assertThat(record.previous()).isEqualTo(previous);
            if (record.event() == AuditRecord.Event.PROXY_STARTED) {
                assertThat(record.sequence()).isGreaterThan(sequence);
            } else {
                assertThat(record.sequence()).isEqualTo(sequence + 1);
            }
            sequence = record.sequence();
            previous = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        }
    }
}
