package dev.sallyport.sidecar.audit.verify;

import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.sidecar.audit.verify.Finding.Kind;
import java.util.Optional;

/** Sees to it that a log is one sandbox's. */
final class SandboxWatch {

    private final Findings findings;
    private final Optional<String> expectedUid;
    private Optional<SandboxRef> known = Optional.empty();
    private boolean chainIsKnown;

    SandboxWatch(Findings findings, Optional<String> expectedUid) {
        this.findings = findings;
        this.expectedUid = expectedUid;
    }

    /** A chain of its own begins: its sandbox must be the same all the same. */
    void newChain() {
        chainIsKnown = false;
    }

    /** Whether a line that does not fit is another sandbox's. */
    boolean isForeign(Optional<SandboxRef> sandbox) {
        return sandbox.isPresent()
                && known.isPresent()
                && !known.get().uid().equals(sandbox.get().uid());
    }

    /** Takes the sandbox of a line that is taken for one of this log. */
    void see(Optional<SandboxRef> sandbox, Place place) {
        if (sandbox.isEmpty()) {
            return;
        }
        boolean changed =
                known.isEmpty() || !known.get().uid().equals(sandbox.get().uid());
        if (changed
                && expectedUid.isPresent()
                && !expectedUid.get().equals(sandbox.get().uid())) {
            findings.add(Kind.FOREIGN_SANDBOX, place, "from here on, the log is not of the sandbox that was asked for");
        } else if (changed && known.isPresent()) {
            findings.add(
                    chainIsKnown ? Kind.SANDBOX_CHANGED : Kind.FOREIGN_SANDBOX,
                    place,
                    chainIsKnown
                            ? "from here on, the proxy serves another sandbox"
                            : "this chain is of another sandbox than the one before it");
        }
        known = sandbox;
        chainIsKnown = true;
    }
}
