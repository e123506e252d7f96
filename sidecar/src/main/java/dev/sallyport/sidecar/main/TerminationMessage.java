package dev.sallyport.sidecar.main;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.FinalReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The final report, in the file that kubelet reads when the container has ended. */
final class TerminationMessage {

    private static final Logger LOG = LoggerFactory.getLogger(TerminationMessage.class);

    private TerminationMessage() {}

    /**
     * Writes it.
     *
     * @param most how many bytes kubelet leaves of it
     */
    static void write(Path file, int most, String sandboxUid, Counters counters, AuditHead audit) {
        try {
            Files.write(
                    file,
                    text(most, sandboxUid, counters, audit),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            LOG.atInfo().addKeyValue("exception", e.getClass().getName()).log("No final report left");
        }
    }

    /** The report, with as many routes as fit. */
    static byte[] text(int most, String sandboxUid, Counters counters, AuditHead audit) {
        for (int routes = counters.routes().size(); ; routes--) {
            Counters cut = new Counters(
                    counters.epoch(),
                    counters.total(),
                    counters.lastDenied(),
                    List.copyOf(counters.routes().subList(0, routes)));
            byte[] text = StrictJson.write(new FinalReport(FinalReport.SCHEMA, sandboxUid, cut, audit));
            if (text.length <= most || routes == 0) {
                return text;
            }
        }
    }
}
