package dev.sallyport.contract.status;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.json.Require;

/**
 * What the proxy leaves in its termination message: at most 4096 bytes, kubelet's bound, and less in a pod of many containers,
 * so that counts by route are cut from the end where they do not fit.
 *
 * @param schema the document's version, always {@value #SCHEMA}
 * @param sandboxUid the {@code metadata.uid} of the sandbox that the proxy served
 * @param counters the last counts
 * @param audit the audit log's last line
 * @see <a href="https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/">Kubernetes:
 *     termination messages</a>
 */
public record FinalReport(String schema, String sandboxUid, Counters counters, AuditHead audit) {

    public static final String SCHEMA = "sallyport.dev/proxy-final-report/v1";

    public FinalReport {
        Require.that(SCHEMA.equals(schema), "schema: not " + SCHEMA);
        Require.present(sandboxUid, "sandboxUid");
        Require.present(counters, "counters");
        Require.present(audit, "audit");
    }
}
