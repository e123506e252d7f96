package dev.sallyport.sidecar.audit.verify;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.audit.AuditedRequest.Decision;
import dev.sallyport.contract.json.StrictJson;
import java.io.PrintWriter;
import java.util.List;

/**
 * What {@code verify} says.
 *
 * @param schema the document's version, always {@value #SCHEMA}
 * @param result whether the log holds
 * @param breaks how many breaks were found
 * @param notes how many notes there are
 * @param findings both, in the order of the log, at most {@value Findings#MOST_KEPT} of each
 * @param summary what the log holds
 */
record Verification(String schema, Result result, long breaks, long notes, List<Finding> findings, Summary summary) {

    static final String SCHEMA = "sallyport.dev/audit-verification/v1";

    /** Whether a log holds. */
    enum Result {
        @JsonProperty("Ok")
        OK,
        @JsonProperty("Broken")
        BROKEN
    }

    static Verification of(Findings findings, Summary summary, boolean strict) {
        boolean broken = findings.breaks() > 0 || (strict && findings.notes() > 0);
        return new Verification(
                SCHEMA,
                broken ? Result.BROKEN : Result.OK,
                findings.breaks(),
                findings.notes(),
                findings.kept(),
                summary);
    }

    void print(PrintWriter out, boolean json) {
        if (json) {
            out.println(StrictJson.writePretty(this));
        } else {
            printText(out);
        }
        out.flush();
    }

    private void printText(PrintWriter out) {
        for (Finding finding : findings) {
            out.printf(
                    "%s: %s: %s: %s%n",
                    finding.place(),
                    finding.kind().isBreak() ? "broken" : "note",
                    finding.kind().code(),
                    finding.message());
        }
        long unsaid = breaks + notes - findings.size();
        if (unsaid > 0) {
            out.printf("and %d more%n", unsaid);
        }
        out.printf(
                "%s: %d records, %d requests (%d allowed, %d denied, %d failed, %d would be denied), %d other lines%n",
                result == Result.OK ? "ok" : "broken",
                summary.records(),
                summary.requests(),
                summary.decisions().get(Decision.ALLOWED),
                summary.decisions().get(Decision.DENIED),
                summary.decisions().get(Decision.FAILED),
                summary.decisions().get(Decision.WOULD_DENY),
                summary.otherLines());
        summary.first().ifPresent(first -> out.printf("first: number %d at %s%n", first.sequence(), first.time()));
        summary.last().ifPresent(last -> out.printf("last: number %d at %s%n", last.sequence(), last.time()));
        summary.head().ifPresent(head -> out.printf("head: %s%n", head));
    }
}
