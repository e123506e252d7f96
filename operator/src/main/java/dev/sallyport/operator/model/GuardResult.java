package dev.sallyport.operator.model;

import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.EgressFinding;
import dev.sallyport.contract.status.EgressFinding.Outcome;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How the egress guard of a pod ended. */
public sealed interface GuardResult {

    /** It left its finding, which agrees with its exit code. */
    record Found(EgressFinding finding) implements GuardResult {}

    /**
     * It left none that can be read: it did not get to its end.
     *
     * @param exitCode what it ended with
     */
    record Unreadable(int exitCode) implements GuardResult {}

    /** Reads a container's end. A finding that says more than the exit code does is not believed. */
    static GuardResult of(int exitCode, @Nullable String message) {
        if (message == null) {
            return new Unreadable(exitCode);
        }
        try {
            EgressFinding finding =
                    StrictJson.read(message.strip().getBytes(StandardCharsets.UTF_8), EgressFinding.class);
            return finding.outcome() == Outcome.ENFORCED && exitCode != 0
                    ? new Unreadable(exitCode)
                    : new Found(finding);
        } catch (InvalidJsonException e) {
            return new Unreadable(exitCode);
        }
    }
}
