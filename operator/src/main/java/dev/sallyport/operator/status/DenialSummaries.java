package dev.sallyport.operator.status;

import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.api.v1alpha1.LastDenied;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.operator.model.Happening;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sums up refused requests, so that an agent that tries for ever makes one Event of a kind a minute. A placeholder that
 * was on its way to where it does not belong is a kind of its own: somebody should look. It is known from the newest
 * refusal only, so that of several between two questions to the proxy one is seen.
 */
public final class DenialSummaries {

    private static final Duration PAUSE = Duration.ofMinutes(1);

    private static final String ACTION = "Enforce";

    private final Clock clock;
    private final Map<String, Sandbox> sandboxes = new ConcurrentHashMap<>();

    public DenialSummaries(Clock clock) {
        this.clock = clock;
    }

    /** What to tell now; empty: nothing new, or it was told less than a minute ago. */
    public List<Happening> due(String sandboxUid, @Nullable AuditStatus before, @Nullable AuditStatus after) {
        if (after == null) {
            return List.of();
        }
        Sandbox sandbox = sandboxes.computeIfAbsent(sandboxUid, uid -> new Sandbox(before));
        Instant now = clock.instant();
        synchronized (sandbox) {
            sandbox.see(after);
            return Stream.of(sandbox.misuses(now), sandbox.denials(after, now))
                    .flatMap(Optional::stream)
                    .toList();
        }
    }

    /** How long until what is untold may be told; empty: there is nothing. */
    public Optional<Duration> wait(String sandboxUid, @Nullable AuditStatus after) {
        Sandbox sandbox = sandboxes.get(sandboxUid);
        if (sandbox == null || after == null) {
            return Optional.empty();
        }
        synchronized (sandbox) {
            return sandbox.untoldUntil(after)
                    .map(until -> Duration.between(clock.instant(), until))
                    .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
        }
    }

    /** Forgets a sandbox that is gone. */
    public void forget(String sandboxUid) {
        sandboxes.remove(sandboxUid);
    }

    /** What was seen of one sandbox, and what was told. Guarded by itself. */
    private static final class Sandbox {

        private long deniedTold;
        private Instant denialsToldAt = Instant.EPOCH;
        private @Nullable LastDenied lastSeen;
        private @Nullable LastDenied misuse;
        private long misusesUntold;
        private Instant misusesToldAt = Instant.EPOCH;

        Sandbox(@Nullable AuditStatus before) {
            this.deniedTold = before == null ? 0 : before.denied();
            this.lastSeen = before == null ? null : before.lastDenied();
        }

        void see(AuditStatus after) {
            LastDenied last = after.lastDenied();
            if (last != null && !last.equals(lastSeen)) {
                lastSeen = last;
                if (last.reason().equals(Reason.PLACEHOLDER_MISUSE.code())) {
                    misuse = last;
                    misusesUntold++;
                }
            }
        }

        Optional<Happening> denials(AuditStatus after, Instant now) {
            long fresh = after.denied() - deniedTold;
            if (fresh <= 0 || now.isBefore(denialsToldAt.plus(PAUSE))) {
                return Optional.empty();
            }
            deniedTold = after.denied();
            denialsToldAt = now;
            String text = fresh == 1 ? "1 request was refused" : fresh + " requests were refused";
            LastDenied last = after.lastDenied();
            return Optional.of(Happening.warning(
                    "RequestsDenied",
                    ACTION,
                    last == null ? text : text + ", the last: " + described(last) + ": " + last.reason()));
        }

        Optional<Happening> misuses(Instant now) {
            if (misuse == null || now.isBefore(misusesToldAt.plus(PAUSE))) {
                return Optional.empty();
            }
            String text = "A request carried a placeholder to where it does not belong, and was refused: "
                    + described(misuse)
                    + (misusesUntold == 1 ? "" : "; at least " + misusesUntold + " did within a minute");
            misuse = null;
            misusesUntold = 0;
            misusesToldAt = now;
            return Optional.of(Happening.warning(Reason.PLACEHOLDER_MISUSE.code(), ACTION, text));
        }

        Optional<Instant> untoldUntil(AuditStatus after) {
            Optional<Instant> denials =
                    after.denied() > deniedTold ? Optional.of(denialsToldAt.plus(PAUSE)) : Optional.empty();
            Optional<Instant> misuses = misuse == null ? Optional.empty() : Optional.of(misusesToldAt.plus(PAUSE));
            return Stream.of(denials, misuses).flatMap(Optional::stream).min(Instant::compareTo);
        }

        private static String described(LastDenied denied) {
            return or(denied.method(), "?") + " to host " + or(denied.host(), "?") + ", route "
                    + or(denied.route(), "none");
        }

        private static String or(@Nullable String text, String absent) {
            return text == null ? absent : text;
        }
    }
}
