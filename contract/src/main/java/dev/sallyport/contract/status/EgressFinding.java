package dev.sallyport.contract.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.json.Require;
import java.util.List;
import java.util.Optional;

/**
 * What the egress guard leaves in its termination message: which ways out it tried as the agent's users before the agent
 * started, and what became of each. At most 4096 bytes, kubelet's bound, less in a pod of many containers.
 *
 * @param schema the document's version, always {@value #SCHEMA}
 * @param placement where the guard ran
 * @param outcome whether every way was shown to be shut
 * @param reason why not, as a sentence; empty: it was
 * @param tried attempts in all: each way as each user
 * @param ways different ways
 * @param users as whom, {@code UID:GID} each
 * @param millis what it took, in milliseconds
 * @param open the ways that were not shown to be shut, with what was seen
 * @param attempts the ways by their result
 * @param omitted ways for which there was no room; empty: none
 * @see <a href="https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/">Kubernetes:
 *     termination messages</a>
 */
public record EgressFinding(
        String schema,
        Placement placement,
        Outcome outcome,
        Optional<String> reason,
        int tried,
        int ways,
        List<String> users,
        long millis,
        List<String> open,
        List<Attempts> attempts,
        Optional<Integer> omitted) {

    public static final String SCHEMA = "sallyport.dev/egress-finding/v1";

    public EgressFinding {
        Require.that(SCHEMA.equals(schema), "schema: not " + SCHEMA);
        Require.present(placement, "placement");
        Require.present(outcome, "outcome");
        Require.that(tried >= 0, "tried: negative");
        Require.that(ways >= 0, "ways: negative");
        users = List.copyOf(users);
        open = List.copyOf(open);
        attempts = List.copyOf(attempts);
        Require.that(outcome != Outcome.ENFORCED || (open.isEmpty() && tried > 0), "outcome: proved by nothing");
    }

    /** Where the proxy is. */
    public enum Placement {
        /** In the agent's pod, whose network the guard fences with rules of its own. */
        @JsonProperty("Sidecar")
        SIDECAR,
        /** In another pod: NetworkPolicies fence the agent's. */
        @JsonProperty("PairedPod")
        PAIRED_POD
    }

    /** What the guard found. */
    public enum Outcome {
        /** Every way was tried, and is shut. */
        @JsonProperty("Enforced")
        ENFORCED,
        /** Some way was not shown to be shut. */
        @JsonProperty("Open")
        OPEN,
        /** It could not try. */
        @JsonProperty("Failed")
        FAILED
    }

    /**
     * Ways with the same result for the same users.
     *
     * @param users empty: all of the finding's
     * @param micros of the slowest, in microseconds
     */
    public record Attempts(Result result, Optional<List<String>> users, long micros, List<String> ways) {
        public Attempts {
            Require.present(result, "result");
            users = users.map(List::copyOf);
            ways = List.copyOf(ways);
        }
    }

    /** What became of an attempt. */
    public enum Result {
        /** The guard's own rules refused it, or in the paired placement the network did. */
        @JsonProperty("Refused")
        REFUSED,
        /** The kernel gives no right to it. */
        @JsonProperty("Denied")
        DENIED,
        /** This kernel does not have it. */
        @JsonProperty("Absent")
        ABSENT,
        /** The kernel knows no way there: nothing was sent. */
        @JsonProperty("NoRoute")
        NO_ROUTE,
        /** What must work does. */
        @JsonProperty("Reached")
        REACHED,
        /** It works, and must not. */
        @JsonProperty("Open")
        OPEN,
        /** Neither refused nor answered. */
        @JsonProperty("TimedOut")
        TIMED_OUT,
        /** It failed, but nothing shows why. */
        @JsonProperty("Unproved")
        UNPROVED,
        /** What must work does not. */
        @JsonProperty("Unreachable")
        UNREACHABLE
    }
}
